"""The parent's side of the load on tables: start it in a process of its own; the rest is as of any load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill import child
from drill.child.parent import READY_S
from drill.load.items.plan import ItemPlan
from drill.load.process import Load


@contextmanager
def running(plan: ItemPlan, *, ready_s: float = READY_S) -> Iterator[Load]:
    """Start the load of `plan`; its application is open and the first requests are due when the block begins.

    It records `requests`, `calls`, `written`, `transfers` and `settings`. Leaving the block ends the process, however
    it is left.
    """
    with child.running("drill.load.items", plan.dump(), name="the load", ready_s=ready_s) as process:
        yield Load(process, plan)
