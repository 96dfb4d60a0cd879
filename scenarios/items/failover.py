"""Scenario 3 of the requirements on DynamoDB: a region is lost, and comes back."""

from drill.faults import items as faults
from drill.load.items.pattern import ItemPattern, PutTemplate
from drill.load.parameters import Between
from drill.targets.dynamodb.spec import TableSpec
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

TABLE = "global"
GLOBAL = TableSpec(name=TABLE, replicated=True)
"""A global table of its own: what stands in it is only what this run wrote, in both regions."""

REGISTERS = 200
"""So few keys that clients in both regions write the same ones, and so many that not each is written again afterwards:
what a conflict has left must still be there to be seen."""
SILENT_S = 5.0
PAUSED_S = 3.0
HOME_S = 5.0
"""The application goes home when its region has answered for a while; only then is anything replicated from there."""

LOG = ItemPattern(
    name="log",
    operation="put_item",
    arguments={
        "TableName": f"<{TABLE}>",
        "Item": {"pk": {"S": "log#{fresh}"}, "sk": {"S": "entry"}, "value": {"S": "{key}"}},
    },
    weight=50,
    writes=True,
    puts=(PutTemplate(table=f"<{TABLE}>", item="log#{fresh}|entry"),),
)
"""Each item is written once, so that nothing explains its absence."""
REGISTER = ItemPattern(
    name="register",
    operation="put_item",
    arguments={
        "TableName": f"<{TABLE}>",
        "Item": {"pk": {"S": "register#{number}"}, "sk": {"S": "state"}, "value": {"S": "{key}"}},
    },
    parameters={"number": Between(low=1, high=REGISTERS)},
    weight=20,
    writes=True,
    puts=(PutTemplate(table=f"<{TABLE}>", item="register#{number}|state"),),
)
"""The same items again and again, here and in the other region: the last writer wins."""
LOOK_UP = ItemPattern(
    name="look-up",
    operation="get_item",
    arguments={
        "TableName": f"<{TABLE}>",
        "Key": {"pk": {"S": "register#{number}"}, "sk": {"S": "state"}},
    },
    parameters={"number": Between(low=1, high=REGISTERS)},
    weight=30,
)

DEMAND = ItemDemand(patterns=(LOG, REGISTER, LOOK_UP), rate_per_s=150)

REGION_LOSS = ItemScenario(
    name="failover",
    fault_name="region loss",
    story=f"a region is silent for {SILENT_S:g} s, while a second client writes in the other one; then it is back",
    fault=faults.silent_region(),
    demand=DEMAND,
    tables=(GLOBAL,),
    shop=False,
    least_s=SILENT_S,
    after_s=HOME_S,
    recovers=True,
    looks=frozenset({ItemLook.VALUES, ItemLook.REGIONS, ItemLook.RIVAL}),
)

FAILOVERS = (REGION_LOSS,)

PAUSED = ItemScenario(
    name="failover",
    fault_name="paused replication",
    story="each region goes on, and does not hear of the other, until replication is resumed",
    fault=faults.paused_replication(),
    demand=DEMAND,
    tables=(GLOBAL,),
    shop=False,
    least_s=PAUSED_S,
    looks=frozenset({ItemLook.VALUES, ItemLook.REGIONS, ItemLook.RIVAL}),
)
"""What AWS itself can do to a global table. Nobody has to turn anywhere; both regions write the same items meanwhile,
so that nearly every register is a conflict, and both must be equal afterwards."""

PAUSES = (PAUSED,)
