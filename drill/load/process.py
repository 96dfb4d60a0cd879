"""The parent's side of the load: start it in a process of its own, ask how it is, stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from drill import child
from drill.child.parent import READY_S, STOP_S
from drill.load.plan import LoadPlan
from drill.load.progress import LoadProgress
from drill.load.schedule import Schedule
from drill.tables import typed_table


class Load:
    """The load at work. Made by `running`; good for one run."""

    def __init__(self, process: child.Child, plan: Schedule) -> None:
        """Speak for the child."""
        self._child = process
        self._plan = plan

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def progress(self) -> LoadProgress:
        """The latest report, 200 ms old at most; raises ProbeError or LimitReached once the child has ended so."""
        return LoadProgress.load(self._child.progress())

    def stop(self) -> dict[str, pl.DataFrame]:
        """Ask nothing more, and wait for what is open; the tables that the load recorded, by name."""
        return _typed(self._child.stop(patience_s=STOP_S + self._plan.patience_s))

    def result(self) -> dict[str, pl.DataFrame]:
        """Let every step come to its end; the tables that the load recorded, by name."""
        return _typed(self._child.result(patience_s=STOP_S + self._plan.lasts_s + self._plan.patience_s))


@contextmanager
def running(plan: LoadPlan, *, ready_s: float = READY_S) -> Iterator[Load]:
    """Start the load of `plan`; its application is open and the first requests are due when the block begins.

    Leaving the block ends the process, however it is left.
    """
    with child.running("drill.load", plan.dump(), name="the load", ready_s=ready_s) as process:
        yield Load(process, plan)


def _typed(found: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {name: typed_table(name, rows) for name, rows in found.items()}
