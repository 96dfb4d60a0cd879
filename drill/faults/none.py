"""No fault at all: what a recovery looks like when there is nothing to recover from."""

from collections.abc import Iterator
from contextlib import contextmanager

from drill.errors import TargetError
from drill.faults.fault import Injection
from drill.targets.target import Target


@contextmanager
def none(target: Target, *, mark: str) -> Iterator[Injection]:  # noqa: ARG001 - nothing is started
    """Do nothing to the writer, and confirm just that."""
    writer = target.topology().writer
    if writer is None:
        raise TargetError(f"{target.name} has no writer")
    yield Injection(instance=writer, confirm=lambda: "nothing was done")
