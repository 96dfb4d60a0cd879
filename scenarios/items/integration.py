"""Phase 5 of the requirements on DynamoDB: transactions keep what they promise, whatever comes between."""

from drill.faults import items as faults
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

CONTENTION = ItemDemand(rate_per_s=20, transfers_per_s=60, accounts=24)
"""So few accounts that transfers meet, and TransactionConflict is sure to come."""
HELD_S = 6.0


TRANSFERS = ItemScenario(
    name="integration",
    fault_name="transfers under fire",
    story="money is moved between two dozen accounts; of 100 items 15 are refused for want of capacity, "
    "of 100 calls 15 end with an internal error and 15 lose their connection, half of them done",
    fault=faults.together(
        faults.throttled(faults.EVERY, 15), faults.failing(15, "half"), faults.dropped(15, "half"), cause="under fire"
    ),
    demand=CONTENTION,
    least_s=HELD_S,
    looks=frozenset({ItemLook.MONEY, ItemLook.VALUES}),
)
"""Refused, so that nothing was done; failed and cut, so that it may have been; and met by others, on few accounts."""

TRANSACTIONS = (TRANSFERS,)
