"""A table that is asked for more than it may give: provisioned units without burst left, or the cap of on-demand.

Culprits hurry until they are refused for the first time, so that no burst is left; then they go on asking for
`demand_per_s` reads and as many writes, of one unit each. The application gets its share of what the table gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.faults.fault import Bound, Injection
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import Mode, Progress
from drill.faults.items.stage import ItemFault, ItemStage

ITEM_BYTES = 900
"""Less than a unit of writing (1 KB) and of strongly consistent reading (4 KB), so that each costs one."""


def exhausted(table: str, *, demand_per_s: float = 40.0) -> ItemFault:
    """More than a provisioned table's units; confirmed by culprits that are refused for that reason, both ways."""
    return _beyond(
        table,
        demand_per_s=demand_per_s,
        cause="provisioned capacity exhausted",
        reasons=("TableReadProvisionedThroughputExceeded", "TableWriteProvisionedThroughputExceeded"),
    )


def capped(table: str, *, demand_per_s: float = 80.0) -> ItemFault:
    """More than an on-demand table's own maximum (OnDemandThroughput); confirmed as `exhausted` is."""
    return _beyond(
        table,
        demand_per_s=demand_per_s,
        cause="on-demand cap reached",
        reasons=("TableReadMaxOnDemandThroughputExceeded", "TableWriteMaxOnDemandThroughputExceeded"),
    )


def _beyond(table: str, *, demand_per_s: float, cause: str, reasons: tuple[str, str]) -> ItemFault:
    def shown(progress: Progress) -> str | None:
        if any(not progress.reasons.get(each) for each in reasons):
            return None
        counted = ", ".join(f"{progress.reasons[each]:,} x {each}" for each in reasons)
        return f"culprits are refused: {counted}"

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - culprits end by themselves
            stage.require_ours("a table's capacity is used up")
            plan = planned(
                stage,
                table,
                mode=Mode.DEMAND,
                item_bytes=ITEM_BYTES,
                rate_per_s=2 * demand_per_s,
                hurries=True,
            )
            tells = {"cause": cause, "reason": " ".join(reasons)}
            with crowded(stage, plan, shown=shown, tells=tells) as injection:
                yield injection

        return fault

    return staged
