"""A hot partition: somebody writes large items to one partition key until the partition itself refuses.

A partition takes 1,000 write units a second, whatever the table may take (Developer Guide, Designing partition keys to
distribute your workload). An item of 50 KB costs fifty of them. Large items keep a partition busy evenly: in the moment
in which it has units left, the next one takes more than it has; batches of small ones would leave gaps between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.faults.fault import Bound, Injection
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import Mode
from drill.faults.items.effects import throttles
from drill.faults.items.glimpse import peephole
from drill.faults.items.stage import ItemFault, ItemStage

ITEM_BYTES = 50_000
UNITS_PER_S = 1250.0
"""A quarter more than a partition takes; what it has saved up is used first, as fast as may be."""
REASON = "TableWriteKeyRangeThroughputExceeded"


def hot_partition(partition: str, *, table: str = "shop", units_per_s: float = UNITS_PER_S) -> ItemFault:
    """Write so much to that partition; confirmed by a write of our own that its key range refuses.

    It must be a partition that the application uses, too: choose it so.
    """

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - culprits end by themselves
            stage.require_ours("a hot partition is written to")
            name = stage.real(table)
            plan = planned(
                stage,
                table,
                mode=Mode.WRITE,
                partition=partition,
                item_bytes=ITEM_BYTES,
                rate_per_s=units_per_s / -(-ITEM_BYTES // 1024),
                hurries=True,
            )
            refused = throttles(REASON)([peephole(stage, name, partition=partition)])
            tells = {"cause": "hot partition", "partition": partition, "reason": REASON, "operation": "PutItem"}
            with crowded(stage, plan, shown=lambda _: refused(), tells=tells) as injection:
                yield injection

        return fault

    return staged
