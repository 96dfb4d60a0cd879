"""Scenario 4 of the requirements on DynamoDB: each way in which tables become slow, or dear, under load."""

from drill.faults import items as faults
from drill.load.items.pattern import ItemPattern
from drill.load.parameters import Between
from scenarios.items import shop
from scenarios.items.connections import HOT, HOT_WRITE
from scenarios.items.demand import ItemDemand, beside
from scenarios.items.item_scenario import ItemLook, ItemScenario

WHOLE = frozenset({ItemLook.VALUES})
HELD_S = 12.0
"""Longer than anybody may take to notice (10 s, objectives.notice): who is too late must be seen to be."""

GROWING_CUSTOMERS = 20
BATCH = 10
STEP_S = 1.5

GROWING_READ = ItemPattern(
    name="growing-profiles",
    operation="batch_get_item",
    arguments={
        "RequestItems": {
            "<shop>": {
                "Keys": [
                    {"pk": {"S": f"customer#{{customer{place}}}"}, "sk": {"S": "profile"}} for place in range(BATCH)
                ],
            },
        },
    },
    # Two keys of one batch must not be the same: each is drawn from a range of its own.
    parameters={f"customer{place}": Between(low=2 * place + 1, high=2 * place + 2) for place in range(BATCH)},
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
"""What is asked of the items that grow, ten at a time: one alone is answered soon, however large it is."""

HOT_PARTITION = ItemScenario(
    name="degradation",
    fault_name="hot partition",
    story=f"somebody writes a quarter more to the partition {HOT} than a partition takes",
    fault=faults.hot_partition(HOT),
    demand=ItemDemand(patterns=beside(shop.patterns(), HOT_WRITE)),
    affected=frozenset({HOT_WRITE.name}),
    cause="hot partition",
    least_s=HELD_S,
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
    looks=WHOLE,
)
GROWING = ItemScenario(
    name="degradation",
    fault_name="growing items",
    story=f"the profiles of {GROWING_CUSTOMERS} customers grow to 250 KB step by step",
    fault=faults.growing_items(
        tuple((f"customer#{number}", "profile") for number in range(1, GROWING_CUSTOMERS + 1)), step_s=STEP_S
    ),
    demand=ItemDemand(patterns=beside(shop.patterns(), GROWING_READ, GROWING_UPDATE)),
    affected=frozenset({GROWING_READ.name, GROWING_UPDATE.name}),
    cause="growing items",
    least_s=HELD_S,
    looks=WHOLE,
)

DEGRADATIONS = (HOT_PARTITION, SCAN, GROWING)
