"""The parent's side of the probes: start them in a process of their own, ask how they are, stop them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from drill import child
from drill.child.parent import READY_S, STOP_S
from drill.history import SCHEMA
from drill.probes.plan import ProbePlan
from drill.probes.progress import Progress

OPERATIONS = "operations"


class Probes:
    """The probes at work. Made by `running`; good for one run."""

    def __init__(self, process: child.Child, plan: ProbePlan) -> None:
        """Speak for the child."""
        self._child = process
        self._plan = plan

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def progress(self) -> Progress:
        """The latest report, 200 ms old at most; raises ProbeError or LimitReached once the child has ended so."""
        return Progress.load(self._child.progress())

    def stop(self) -> pl.DataFrame:
        """End all probes after the operation each is in; everything they recorded, with a history's columns.

        Raises ProbeError where the child did not do its work, LimitReached where it ran into a limit.
        """
        patience_s = STOP_S + self._plan.deadline_s + self._plan.connect_deadline_s
        recorded = self._child.stop(patience_s=patience_s)[OPERATIONS]
        return recorded.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


@contextmanager
def running(plan: ProbePlan, *, ready_s: float = READY_S) -> Iterator[Probes]:
    """Start the probes of `plan` in a process of their own; every probe has begun when the block does.

    Leaving the block ends the process, however it is left.
    """
    with child.running("drill.probes", plan.dump(), name="the probes", ready_s=ready_s) as process:
        yield Probes(process, plan)
