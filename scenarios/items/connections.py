"""Scenario 1 of the requirements on DynamoDB: what runs out is no connection, but capacity."""

from drill.faults import items as faults
from drill.load.items.pattern import ItemPattern, PutTemplate
from drill.load.parameters import Between
from drill.targets.dynamodb.spec import TableSpec
from scenarios.items import shop
from scenarios.items.demand import ItemDemand, beside
from scenarios.items.item_scenario import ItemLook, ItemScenario

WHOLE = frozenset({ItemLook.MONEY, ItemLook.VALUES})
"""Who is refused leaves nothing half done: the data is looked at in the end."""

TRANSFERS_PER_S = 10.0
SHARE_PCT = 40
"""Of the calls that are refused: enough that a request is refused several times in a row, and few enough to go on."""

UNITS = 25
"""Of reading and of writing that the small table has in a second."""
SMALL = TableSpec(name="small", read_units=UNITS, write_units=UNITS)
CAPPED_TABLE = TableSpec(name="capped", max_read_units=2 * UNITS, max_write_units=2 * UNITS)

HOT = "customer#1"
"""The partition that becomes hot: the first of the customers."""


def _reads_and_writes(table: str) -> tuple[ItemPattern, ItemPattern]:
    """Patterns of one unit each, on a table of few keys."""
    key = {"pk": {"S": "entry#{number}"}, "sk": {"S": "state"}}
    number = {"number": Between(low=1, high=200)}
    read = ItemPattern(
        name=f"read-{table}",
        operation="get_item",
        arguments={"TableName": f"<{table}>", "Key": key, "ConsistentRead": True},
        parameters=number,
        weight=5,
    )
    write = ItemPattern(
        name=f"write-{table}",
        operation="put_item",
        arguments={"TableName": f"<{table}>", "Item": {**key, "value": {"S": "{key}"}}},
        parameters=number,
        weight=5,
        writes=True,
        puts=(PutTemplate(table=f"<{table}>", item="entry#{number}|state"),),
    )
    return read, write


HOT_WRITE = ItemPattern(
    name="note-of-hot-customer",
    operation="put_item",
    arguments={
        "TableName": "<shop>",
        "Item": {"pk": {"S": HOT}, "sk": {"S": "note#{fresh}"}, "value": {"S": "{key}"}},
    },
    weight=15,
    writes=True,
    puts=(PutTemplate(item=f"{HOT}|note#{{fresh}}"),),
)
"""What the application itself writes to the hot partition."""

EVERY_REASON = ItemScenario(
    name="connections",
    fault_name="every throttle",
    story=f"{SHARE_PCT} of 100 calls are refused, by turns for each reason that DynamoDB knows",
    fault=faults.throttled(faults.EVERY, SHARE_PCT),
    demand=ItemDemand(transfers_per_s=TRANSFERS_PER_S),
    looks=WHOLE,
)
EXHAUSTED = ItemScenario(
    name="connections",
    fault_name="exhausted capacity",
    story=f"somebody asks a table of {UNITS} units a second for three times as much, until no burst is left",
    fault=faults.exhausted("small"),
    demand=ItemDemand(patterns=beside(shop.patterns(), *_reads_and_writes("small"))),
    tables=(SMALL,),
    affected=frozenset({"read-small", "write-small"}),
    looks=frozenset({ItemLook.VALUES}),
)
CONNECTIONS = (EVERY_REASON, EXHAUSTED)

CAPPED = ItemScenario(
    name="connections",
    fault_name="capped table",
    story=f"somebody asks an on-demand table for more than its own maximum of {2 * UNITS} units a second",
    fault=faults.capped("capped"),
    demand=ItemDemand(patterns=beside(shop.patterns(), *_reads_and_writes("capped"))),
    tables=(CAPPED_TABLE,),
    affected=frozenset({"read-capped", "write-capped"}),
    looks=frozenset({ItemLook.VALUES}),
)
"""Not among those that every run does: its promises are those of EXHAUSTED, with another reason."""
