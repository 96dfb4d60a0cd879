"""What was seen of an experiment that ends before its time: evidence of what happened, and nothing to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from drill.history import History

Salvage = Callable[[History], None]
"""Takes what was seen until then; nothing was read back, and what is missing in it proves nothing."""


def forget(_: History) -> None:
    """Keep nothing of it."""


@contextmanager
def salvaging(salvage: Salvage, seen: Callable[[], History]) -> Iterator[None]:
    """Give what was `seen` to `salvage` where the block raises, whatever it is; the error goes on as it is.

    The block heals. What is not to be had any more, such as the rows of probes that failed themselves, is left out: why
    the experiment ended matters more.
    """
    try:
        yield
    except BaseException:
        with suppress(Exception):
            salvage(seen())
        raise
