"""The parent's side of culprits: let them in, see how it goes, send them away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from drill import child
from drill.faults.items.culprits.plan import CulpritPlan

MODULE = "drill.faults.items.culprits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What culprits have done so far: calls answered, refused as throttled, refused otherwise, without an answer.

    `reasons` counts ThrottlingReasons, `codes` other errors. `rounds`: whole scans, or steps of growth.
    """

    answered: int = 0
    throttled: int = 0
    failed: int = 0
    unanswered: int = 0
    rounds: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, said: Mapping[str, Any]) -> Progress:
        """As the child says it."""
        return cls(**said)


class Gang(Protocol):
    """Culprits at work."""

    def progress(self) -> Progress:
        """100 ms old at most; raises ProbeError or LimitReached once they have gone by themselves."""

    def stop(self) -> None:
        """Send them away; raises as `progress` does."""


LetIn = Callable[[CulpritPlan], AbstractContextManager[Gang]]
"""Lets culprits in, for the length of a block."""


class Process:
    """Culprits in a process of their own; made by `let_in`."""

    def __init__(self, process: child.Child) -> None:
        """Speak for the process."""
        self._process = process

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def progress(self) -> Progress:
        """The latest report."""
        return Progress.load(self._process.progress())

    def stop(self) -> None:
        """Ask for nothing more, and wait until they are gone."""
        self._process.stop()


@contextmanager
def let_in(plan: CulpritPlan) -> Iterator[Process]:
    """Let culprits in for the length of a block, in a process of their own; however it is left, they are gone."""
    with child.running(MODULE, plan.dump(), name="the culprits") as process:
        yield Process(process)
