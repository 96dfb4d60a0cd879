"""Scenario 2 of the requirements on DynamoDB: answers come late, never, or are lost on the way."""

from drill.faults import items as faults
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

WHOLE = frozenset({ItemLook.MONEY, ItemLook.VALUES})
"""What became of a write whose answer was lost is seen in the end."""

DELAY_MS = 300
SHARE_PCT = 30
"""Of the calls whose answer does not come: three in a row are one request in forty."""

DEMAND = ItemDemand(transfers_per_s=10.0)

SLOW = ItemScenario(
    name="timeouts",
    fault_name="slow answers",
    story=f"every answer comes {DELAY_MS} ms later",
    fault=faults.slowed(DELAY_MS),
    demand=DEMAND,
    looks=WHOLE,
)
SILENT = ItemScenario(
    name="timeouts",
    fault_name="silence",
    story=f"{SHARE_PCT} of 100 calls are never answered; of their writes, half are carried out",
    fault=faults.silenced(SHARE_PCT, "half"),
    demand=DEMAND,
    looks=WHOLE,
)
TIMEOUTS = (SLOW, SILENT)

DROPPED = ItemScenario(
    name="timeouts",
    fault_name="dropped connections",
    story=f"{SHARE_PCT} of 100 calls lose their connection before the answer; of their writes, half are carried out",
    fault=faults.dropped(SHARE_PCT, "half"),
    demand=DEMAND,
    looks=WHOLE,
)
"""Not among those that every run does: transfers lose their connections, too (scenarios/items/integration.py)."""
