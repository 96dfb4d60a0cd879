"""Scenario 4 of the requirements on DynamoDB: each way in which tables become slow, or dear, under load."""

from drill.faults import items as faults
from drill.load.items.pattern import ItemPattern
from drill.load.parameters import Between
from scenarios.items import shop
from scenarios.items.connections import HOT, HOT_WRITE
from scenarios.items.demand import ItemDemand, beside
from scenarios.items.item_scenario import ItemLook, ItemScenario

WHOLE = frozenset({ItemLook.VALUES})
HELD_S = 5.0
"""Where nothing was noticed by then, nothing was wrong enough to tell: undecided, not held."""
LOOKED_ON_S = 4.0
"""Whether it is fast again is judged by the last three seconds."""

GROWING_CUSTOMERS = 10
STEP_S = 1.0

GROWING_READ = ItemPattern(
    name="growing-profiles",
    operation="batch_get_item",
    arguments={
        "RequestItems": {
            "<shop>": {
                "Keys": [
                    {"pk": {"S": f"customer#{customer}"}, "sk": {"S": "profile"}}
                    for customer in range(1, GROWING_CUSTOMERS + 1)
                ],
            },
        },
    },
    weight=12,
)
GROWING_UPDATE = ItemPattern(
    name="growing-visit",
    operation="update_item",
    arguments={
        "TableName": "<shop>",
        "Key": {"pk": {"S": "customer#{customer}"}, "sk": {"S": "profile"}},
        "UpdateExpression": "SET last_visit = :key",
        "ExpressionAttributeValues": {":key": {"S": "{key}"}},
    },
    parameters={"customer": Between(low=1, high=GROWING_CUSTOMERS)},
    weight=5,
    writes=True,
)
"""What is asked of the items that grow, all at a time: one alone is answered soon, however large it is."""

HOT_PARTITION = ItemScenario(
    name="degradation",
    fault_name="hot partition",
    story=f"somebody writes a quarter more to the partition {HOT} than a partition takes",
    fault=faults.hot_partition(HOT),
    demand=ItemDemand(patterns=beside(shop.patterns(), HOT_WRITE)),
    affected=frozenset({HOT_WRITE.name}),
    cause="hot partition",
    least_s=HELD_S,
    after_s=LOOKED_ON_S,
    looks=WHOLE,
)
SCAN = ItemScenario(
    name="degradation",
    fault_name="scan under load",
    story="two clients scan the shop's table, and begin again when they are through",
    fault=faults.scan_under_load(),
    demand=ItemDemand(patterns=shop.patterns()),
    cause="scan under load",
    least_s=HELD_S,
    after_s=LOOKED_ON_S,
    looks=WHOLE,
)
GROWING = ItemScenario(
    name="degradation",
    fault_name="growing items",
    story=f"the profiles of {GROWING_CUSTOMERS} customers grow to 330 KB step by step",
    fault=faults.growing_items(
        tuple((f"customer#{number}", "profile") for number in range(1, GROWING_CUSTOMERS + 1)), step_s=STEP_S
    ),
    demand=ItemDemand(patterns=beside(shop.patterns(), GROWING_READ, GROWING_UPDATE)),
    affected=frozenset({GROWING_READ.name, GROWING_UPDATE.name}),
    cause="growing items",
    least_s=HELD_S,
    after_s=LOOKED_ON_S,
    looks=WHOLE,
)

DEGRADATIONS = (SCAN, GROWING)
"""The hot partition is judged where capacity runs out (suites/dynamodb/test_connection_exhaustion.py): it is both."""
