"""Items that grow: what an application reads and updates becomes larger step by step, and costs more each time.

A read costs a unit for each 4 KB and a write one for each 1 KB of the whole item, whatever part of it is wanted
(Developer Guide, Read and write operations). Padding is taken away on healing; the tables are the run's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.errors import FaultError
from drill.faults.fault import Bound, Injection
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import Mode, Progress
from drill.faults.items.culprits.modes import shrink
from drill.faults.items.culprits.plan import CulpritPlan
from drill.faults.items.plain import plain_client
from drill.faults.items.stage import ItemFault, ItemStage
from drill.journal import healing

SIZES = (10_000, 50_000, 330_000)
"""An item may have 400 KB (Developer Guide, Service quotas)."""


GROWN_PER_S = 5.0
"""Slowly enough that growing alone throttles nobody: a table begins with 4,000 write units a second (Developer Guide,
Initial throughput for on-demand capacity mode), and an update of 330 KB costs 323."""
HEALING_ATTEMPTS = 10


def growing_items(
    items: tuple[tuple[str, str | None], ...],
    *,
    table: str = "shop",
    sizes_bytes: tuple[int, ...] = SIZES,
    step_s: float = 1.0,
    per_s: float = GROWN_PER_S,
) -> ItemFault:
    """Pad these items (partition and sort key) to each size in turn, `per_s` a second.

    Confirmed once all have the first size.
    """

    def shown(progress: Progress) -> str | None:
        return f"{len(items)} items have grown to {sizes_bytes[0]:,} bytes" if progress.rounds else None

    def over(progress: Progress) -> bool:
        if progress.failed:
            raise FaultError(f"the items could not grow any more: {', '.join(progress.codes)}")
        return progress.rounds >= len(sizes_bytes)

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - what is left is taken away here
            stage.require_ours("items are made larger")
            plan = planned(
                stage, table, mode=Mode.GROW, items=items, sizes_bytes=sizes_bytes, step_s=step_s, rate_per_s=per_s
            )
            tells = {"cause": "growing items", "bytes": str(sizes_bytes[-1])}
            try:
                with crowded(stage, plan, shown=shown, over=over, tells=tells) as injection:
                    yield injection
            finally:
                _shrink(plan)

        return fault

    return staged


def _shrink(plan: CulpritPlan) -> None:
    """Make the items as large as they were."""
    with healing(f"the size of items of {plan.table}"):
        shrink(plan, plain_client(plan.place, answer_within_s=5.0, attempts=HEALING_ATTEMPTS))
