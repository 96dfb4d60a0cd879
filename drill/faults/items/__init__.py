"""What we do to tables of DynamoDB. One fault a file; the first is none at all.

    ItemFault = Callable[[ItemStage], Bound]            made for the run at hand
    Bound     = Callable[[mark], AbstractContextManager[Injection]]

    bound(mark)     __enter__  asks for the fault, and returns as soon as it was asked for
                    confirm()  says that the fault itself took effect, by calls of our own
                    __exit__   heals, however the block is left

Those that the Fault Injection Service carries out need its actions: on AWS a global table's replication can be paused,
on the lab all of them can be done. Those that are real load (culprits) work everywhere.
"""

from drill.faults.fault import Bound
from drill.faults.items.exhausted import capped, exhausted
from drill.faults.items.forgotten_table import forgotten_table
from drill.faults.items.growing_items import growing_items
from drill.faults.items.hot_partition import hot_partition
from drill.faults.items.hot_retry_loop import hot_retry_loop
from drill.faults.items.injected import (
    EVERY,
    dropped,
    failing,
    injected_tables,
    none,
    silenced,
    silent_region,
    slowed,
    throttled,
)
from drill.faults.items.replication import paused_replication
from drill.faults.items.scans import runaway_scan, scan_under_load
from drill.faults.items.stage import Breakable, ItemFault, ItemStage
from drill.faults.items.together import together

__all__ = [
    "EVERY",
    "Bound",
    "Breakable",
    "ItemFault",
    "ItemStage",
    "capped",
    "dropped",
    "exhausted",
    "failing",
    "forgotten_table",
    "growing_items",
    "hot_partition",
    "hot_retry_loop",
    "injected_tables",
    "none",
    "paused_replication",
    "runaway_scan",
    "scan_under_load",
    "silenced",
    "silent_region",
    "slowed",
    "throttled",
    "together",
]
