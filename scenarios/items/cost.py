"""Scenario 5 of the requirements on DynamoDB: somebody spends more than was meant."""

from drill.faults import items as faults
from scenarios.items import shop
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

HELD_S = 8.0
"""Long enough to be noticed at the pace of the lab's metrics, which come each second."""

STEADY = ItemScenario(
    name="cost",
    fault_name="steady spending",
    story="nothing: the shop's patterns at the declared rate, and what they cost",
    fault=faults.none,
    demand=ItemDemand(patterns=shop.patterns()),
)
RUNAWAY_SCAN = ItemScenario(
    name="cost",
    fault_name="runaway scan",
    story="a job scans the shop's table, and begins again when it is through",
    fault=faults.runaway_scan(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="runaway scan",
    least_s=HELD_S,
)
RETRY_LOOP = ItemScenario(
    name="cost",
    fault_name="hot retry loop",
    story="a client repeats a conditional write that fails, and pays for each",
    fault=faults.hot_retry_loop(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="hot retry loop",
    least_s=HELD_S,
)
FORGOTTEN_TABLE = ItemScenario(
    name="cost",
    fault_name="forgotten table",
    story="a table of 500 provisioned read and write units is made, and used by nobody",
    fault=faults.forgotten_table(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="forgotten table",
    least_s=HELD_S,
    looks=frozenset({ItemLook.NEWCOMERS}),
)

OVERRUNS = (RUNAWAY_SCAN, RETRY_LOOP, FORGOTTEN_TABLE)
