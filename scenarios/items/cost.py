"""Scenario 5 of the requirements on DynamoDB: somebody spends more than was meant."""

from drill.faults import items as faults
from drill.load.items.pattern import ItemPattern
from drill.load.parameters import Between
from drill.targets.dynamodb.spec import TableSpec
from scenarios.items import shop
from scenarios.items.demand import ItemDemand, beside
from scenarios.items.item_scenario import ItemLook, ItemScenario
from scenarios.provisioning import Inspection

STEADY_S = 4.0
"""Long enough to tell what is usual: a bucket of a second is cut off at either end."""
HELD_S = 5.0
AFTER_S = 1.0
"""What is spent when it is over is judged by nobody."""
"""Long enough to be noticed at the pace of the lab's metrics, which come each second."""

UNITS = 15
SESSIONS = TableSpec(
    name="sessions", partition_key=("session", "S"), sort_key=None, read_units=UNITS, write_units=UNITS
)
"""What is asked for at an even rate, and so has provisioned units: without it no size could be judged."""

USERS = 1_000
LOOK_UP = ItemPattern(
    name="look-up-session",
    operation="get_item",
    arguments={"TableName": "<sessions>", "Key": {"session": {"S": "{user}"}}, "ConsistentRead": True},
    parameters={"user": Between(low=1, high=USERS)},
    weight=8,
)
REFRESH = ItemPattern(
    name="refresh-session",
    operation="put_item",
    arguments={"TableName": "<sessions>", "Item": {"session": {"S": "{user}"}, "seen": {"S": "{now}"}}},
    parameters={"user": Between(low=1, high=USERS)},
    weight=7,
    writes=True,
)
"""At a hundred requests a second half of the units are used: 7 reads of 15, and 6 writes."""

STEADY = ItemScenario(
    name="cost",
    fault_name="steady spending on tables",
    story="nothing: the shop's patterns and its sessions at the declared rate, and what they cost",
    fault=faults.none,
    demand=ItemDemand(patterns=beside(shop.patterns(), LOOK_UP, REFRESH), tables=(SESSIONS,)),
    after_s=AFTER_S,
    steady_s=STEADY_S + 3.0,  # the rarest pattern comes twice a second, and has a price as well
)
RUNAWAY_SCAN = ItemScenario(
    name="cost",
    fault_name="runaway scan",
    story="a job scans the shop's table, and begins again when it is through",
    fault=faults.runaway_scan(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="runaway scan",
    steady_s=STEADY_S,
    least_s=HELD_S,
    after_s=AFTER_S,
)
RETRY_LOOP = ItemScenario(
    name="cost",
    fault_name="hot retry loop",
    story="a client repeats a conditional write that fails, and pays for each",
    fault=faults.hot_retry_loop(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="hot retry loop",
    steady_s=STEADY_S,
    least_s=HELD_S,
    after_s=AFTER_S,
)
FORGOTTEN_TABLE = ItemScenario(
    name="cost",
    fault_name="forgotten table",
    story="a table of 500 provisioned read and write units is made, and used by nobody",
    fault=faults.forgotten_table(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="forgotten table",
    steady_s=STEADY_S,
    least_s=HELD_S,
    after_s=AFTER_S,
    looks=frozenset({ItemLook.NEWCOMERS}),
)

OVERRUNS = (RUNAWAY_SCAN, RETRY_LOOP, FORGOTTEN_TABLE)

WATCHED = Inspection(
    name="cost",
    fault_name="who watches the bill of tables",
    story="nothing: ask for budgets, alerts and alarms, and what the tables have used so far",
)
