"""The writer's zone is lost, with all that runs in it."""

from contextlib import AbstractContextManager

from drill.faults.fault import Injection, gone_or_another, started_at
from drill.faults.injected import injected
from drill.targets.target import Target


def zone_loss(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """Kill everything in the writer's zone; it comes back on healing."""
    return injected(
        target,
        "lab:lose-zone",
        mark=mark,
        effect=lambda target, writer: gone_or_another(target, writer, started_at(target, writer)),
    )
