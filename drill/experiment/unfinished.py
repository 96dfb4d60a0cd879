"""What was seen of an experiment that ends before its time: evidence of what happened, and nothing to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from drill.errors import Unsupported
from drill.history import History

Salvage = Callable[[History], None]
"""Takes a history that is not whole."""


def forget(_: History) -> None:
    """Keep nothing of it."""


@contextmanager
def rescuing(rescue: Callable[[], object]) -> Iterator[None]:
    """Call `rescue` where the block raises, and let the error go on as it is: why it ended is never hidden.

    What cannot be rescued is left out. A Ctrl-C meanwhile ends it at once, caused by that error. What the target cannot
    do never began, and leaves nothing.
    """
    try:
        yield
    except Unsupported:
        raise
    except BaseException as error:
        try:
            with suppress(Exception):
                rescue()
        except BaseException as again:
            raise again from error
        raise
