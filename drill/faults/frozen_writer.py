"""The writer's host hangs: its sockets stay open and answer nothing."""

from contextlib import AbstractContextManager

from drill.faults.fault import Injection, silent
from drill.faults.injected import injected
from drill.targets.target import Target


def frozen_writer(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """Stop everything in the writer's zone; it goes on, unaware, on healing."""
    return injected(target, "lab:freeze-zone", mark=mark, effect=silent)
