"""Phase 5 of the requirements on DynamoDB: transactions keep what they promise, whatever comes between."""

from drill.faults import items as faults
from drill.faults.items import ItemFault
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

CONTENTION = ItemDemand(rate_per_s=20, transfers_per_s=60, accounts=24)
"""So few accounts that transfers meet, and TransactionConflict is sure to come."""


def _transfers(fault_name: str, story: str, fault: ItemFault) -> ItemScenario:
    return ItemScenario(
        name="integration",
        fault_name=fault_name,
        story=story,
        fault=fault,
        demand=CONTENTION,
        looks=frozenset({ItemLook.MONEY, ItemLook.VALUES}),
    )


THROTTLED_TRANSFERS = _transfers(
    "transfers under throttling",
    "money is moved between two dozen accounts while 15 of 100 items are refused, by turns for every reason",
    faults.throttled(faults.EVERY, 15),
)
FAILING_TRANSFERS = _transfers(
    "transfers under errors",
    "money is moved between two dozen accounts while 30 of 100 calls end with an internal error, half of them done",
    faults.failing(30, "half"),
)

TRANSACTIONS = (THROTTLED_TRANSFERS, FAILING_TRANSFERS)
"""Two experiments: refused, so that nothing was done; and failed, so that it may have been."""
