"""ConsumedCapacity: the arithmetic of the manual, case by case, and its shape.

Sources: DynamoDB Developer Guide, "DynamoDB read and write operations", "Using Global Secondary Indexes", "Local
Secondary Indexes", "Amazon DynamoDB Transactions: How it works"; API reference, ConsumedCapacity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.lab.dynamodb.capacity.world import World, index, item, key

KB = 1024


@dataclass(frozen=True, kw_only=True)
class Case:
    """A call after some puts, and the units that it consumes: of the table, and of each index."""

    what: str
    operation: str
    body: dict[str, Any]
    table: float
    indexes: dict[str, float] = field(default_factory=dict)
    given: tuple[dict[str, Any], ...] = ()
    name: str = "plain"

    def __str__(self) -> str:
        """The name of its test."""
        return self.what


def put(what: str, after: dict[str, Any], table: float, *given: dict[str, Any], **kwargs: Any) -> Case:
    """A PutItem."""
    return Case(what=what, operation="PutItem", body={"Item": after}, table=table, given=given, **kwargs)


def get(what: str, size_bytes: int | None, table: float, **body: Any) -> Case:
    """A GetItem of an item of this size, or of none."""
    given = () if size_bytes is None else (item("a", size_bytes),)
    return Case(what=what, operation="GetItem", body={"Key": key("a"), **body}, table=table, given=given)


def delete(what: str, table: float, *given: dict[str, Any], **kwargs: Any) -> Case:
    """A DeleteItem of `a`."""
    return Case(what=what, operation="DeleteItem", body={"Key": key("a")}, table=table, given=given, **kwargs)


def update(what: str, expression: str, values: dict[str, str], table: float, *given: dict[str, Any], **kw: Any) -> Case:
    """An UpdateItem of `a`."""
    body: dict[str, Any] = {"Key": key("a"), "UpdateExpression": expression}
    if values:
        body["ExpressionAttributeValues"] = {name: {"S": text} for name, text in values.items()}
    return Case(what=what, operation="UpdateItem", body=body, table=table, given=given, **kw)


def read(what: str, operation: str, table: float, *given: dict[str, Any], **kwargs: Any) -> Case:
    """A Query or Scan."""
    indexes, name = kwargs.pop("indexes", {}), kwargs.pop("name", "plain")
    return Case(what=what, operation=operation, body=kwargs, table=table, given=given, indexes=indexes, name=name)


def of(name: str, value: str) -> dict[str, Any]:
    """A key condition."""
    return {"KeyConditionExpression": f"{name} = :v", "ExpressionAttributeValues": {":v": {"S": value}}}


def many(number: int, size_bytes: int, **texts: str) -> tuple[dict[str, Any], ...]:
    """Items `a` at 0, 1, 2, ..."""
    return tuple(item("a", size_bytes, at=str(each), **texts) for each in range(number))


CASES = [
    put("put of 1 byte less than 1 KB", item("a", KB - 1), 1),
    put("put of 1 KB", item("a", KB), 1),
    put("put of 1 byte more than 1 KB", item("a", KB + 1), 2),
    put("put of next to nothing", item("a"), 1),
    put("put of 395 KB", item("a", 395 * KB), 395),
    put("put of a smaller item over a larger one", item("a", 100), 3, item("a", 3 * KB)),
    put("put of a larger item over a smaller one", item("a", 3 * KB), 3, item("a", 100)),
    delete("delete of 2.5 KB", 3, item("a", 5 * KB // 2)),
    delete("delete of nothing", 1),
    update("update that makes an item", "SET v = :v", {":v": "x"}, 1),
    update("update that lets an item grow past 2 KB", "SET w = :v", {":v": "x" * 600}, 3, item("a", 3 * KB // 2)),
    update("update that lets an item shrink", "REMOVE v", {}, 4, item("a", 4 * KB)),
    update("update of a byte in 10 KB", "SET w = :v", {":v": "x"}, 11, item("a", 10 * KB)),
    get("stale read of nothing", None, 0.5),
    get("consistent read of nothing", None, 1, ConsistentRead=True),
    get("stale read of 4 KB", 4 * KB, 0.5),
    get("stale read of 1 byte more than 4 KB", 4 * KB + 1, 1),
    get("consistent read of 1 byte less than 4 KB", 4 * KB - 1, 1, ConsistentRead=True),
    get("consistent read of 4 KB", 4 * KB, 1, ConsistentRead=True),
    get("consistent read of 1 byte more than 4 KB", 4 * KB + 1, 2, ConsistentRead=True),
    get("consistent read of 20 KB", 20 * KB, 5, ConsistentRead=True),
    get("read of which all is left out but the key", 8 * KB, 1, ProjectionExpression="id"),
    get("read of what the item does not have", 8 * KB, 1, ProjectionExpression="nothing"),
    read("query of 8 items of 1 KB, rounded once", "Query", 1, *many(8, KB), name="ranged", **of("id", "a")),
    read(
        "consistent query of 8 items of 1 KB",
        "Query",
        2,
        *many(8, KB),
        name="ranged",
        ConsistentRead=True,
        **of("id", "a"),
    ),
    read("query of 9 items of 1 KB", "Query", 1.5, *many(9, KB), name="ranged", **of("id", "a")),
    read("query that finds nothing", "Query", 0.5, *many(3, KB), name="ranged", **of("id", "b")),
    read("query of 3 items with a limit of 1", "Query", 0.5, *many(3, 3 * KB), name="ranged", Limit=1, **of("id", "a")),
    read("query that only counts", "Query", 1, *many(8, KB), name="ranged", Select="COUNT", **of("id", "a")),
    read(
        "query of 8 KB of which a filter leaves nothing",
        "Query",
        1,
        *many(8, KB),
        name="ranged",
        KeyConditionExpression="#k = :v",
        FilterExpression="#w = :w",
        ExpressionAttributeNames={"#k": "id", "#w": "w"},
        ExpressionAttributeValues={":v": {"S": "a"}, ":w": {"S": "none"}},
    ),
    read(
        "query of 8 KB of which a projection leaves the keys",
        "Query",
        1,
        *many(8, KB),
        name="ranged",
        ProjectionExpression="#i",
        ExpressionAttributeNames={"#i": "id"},
        **of("id", "a"),
    ),
    read("scan of 8 items of 1 KB", "Scan", 1, *many(8, KB), name="ranged"),
    read("consistent scan of 9 items of 1 KB", "Scan", 3, *many(9, KB), name="ranged", ConsistentRead=True),
    read("scan of nothing", "Scan", 0.5, name="ranged"),
    read(
        "scan of 8 KB of which a filter leaves nothing",
        "Scan",
        1,
        *many(8, KB),
        name="ranged",
        FilterExpression="w = :w",
        ExpressionAttributeValues={":w": {"S": "none"}},
    ),
    put("put of an item that no index has", item("a"), 1, name="keys-only"),
    put("put of an item into an index", item("a", g="x"), 1, name="keys-only", indexes={"g": 1}),
    put(
        "put of 3 KB into an index with the keys only", item("a", 3 * KB, g="x"), 3, name="keys-only", indexes={"g": 1}
    ),
    put("put of 3 KB into an index with everything", item("a", 3 * KB, g="x"), 3, name="all", indexes={"g": 3}),
    put(
        "put of 3 KB, half of it into an index",
        item("a", 3 * KB, g="x", p="y" * 1500),
        3,
        name="include",
        indexes={"g": 2},
    ),
    put("put of the same item again", item("a", g="x"), 1, item("a", g="x"), name="all", indexes={}),
    put(
        "put that changes what the index does not have",
        item("a", g="x", w="2"),
        1,
        item("a", g="x", w="1"),
        name="keys-only",
    ),
    put(
        "put that changes what the index has",
        item("a", g="x", p="2"),
        1,
        item("a", g="x", p="1"),
        name="include",
        indexes={"g": 1},
    ),
    put("put that moves an entry", item("a", g="y"), 1, item("a", g="x"), name="all", indexes={"g": 2}),
    put(
        "put that moves an entry of 2 KB, now of 3 KB",
        item("a", 3 * KB, g="y"),
        3,
        item("a", 2 * KB, g="x"),
        name="all",
        indexes={"g": 5},
    ),
    put("put that takes an item out of an index", item("a"), 2, item("a", 2 * KB, g="x"), name="all", indexes={"g": 2}),
    update(
        "update that moves an entry", "SET g = :v", {":v": "y"}, 1, item("a", g="x"), name="keys-only", indexes={"g": 2}
    ),
    update("update that adds an entry", "SET g = :v", {":v": "y"}, 1, item("a"), name="keys-only", indexes={"g": 1}),
    update("update of what is not projected", "SET w = :v", {":v": "y"}, 1, item("a", g="x"), name="include"),
    delete("delete of an item with an entry", 3, item("a", 3 * KB, g="x"), name="keys-only", indexes={"g": 1}),
    read(
        "query of an index with the keys only of 8 items of 2 KB",
        "Query",
        0,
        *[item(str(each), 2 * KB, g="x") for each in range(8)],
        name="keys-only",
        indexes={"g": 0.5},
        IndexName="g",
        **of("g", "x"),
    ),
    read(
        "query of an index with everything of 8 items of 2 KB",
        "Query",
        0,
        *[item(str(each), 2 * KB, g="x") for each in range(8)],
        name="all",
        indexes={"g": 2},
        IndexName="g",
        **of("g", "x"),
    ),
    read("scan of an index", "Scan", 0, item("a", g="x"), item("b"), name="all", indexes={"g": 0.5}, IndexName="g"),
    put("put of an item into a local index", item("a", 2 * KB, at="1", s="x"), 2, name="local", indexes={"l": 1}),
    read(
        "query of a local index",
        "Query",
        0,
        *many(8, KB, s="x"),
        name="local",
        indexes={"l": 0.5},
        IndexName="l",
        **of("id", "a"),
    ),
    read(
        "query of a local index for what it does not have: each item is read from the table",
        "Query",
        8 * 1,
        *many(8, 5 * KB, s="x"),
        name="local",
        indexes={"l": 0.5},
        IndexName="l",
        Select="ALL_ATTRIBUTES",
        **of("id", "a"),
    ),
]


def make(world: World) -> None:
    """The tables of the cases."""
    world.table("plain")
    world.table("ranged", ranged=True)
    world.table("keys-only", global_=(index("g", "g"),))
    world.table("include", global_=(index("g", "g", include=("p",)),))
    world.table("all", global_=(index("g", "g", everything=True),))
    world.table("local", ranged=True, local=(index("l", "id", "s"),))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_call_consumes_what_the_manual_says(world: World, case: Case) -> None:
    """Units of the table and of each index, in the shape that INDEXES asks for; TOTAL is their sum."""
    make(world)
    for each in case.given:
        world.call("PutItem", TableName=case.name, Item=each)
    told = world.call(case.operation, TableName=case.name, ReturnConsumedCapacity="INDEXES", **case.body)
    expected: dict[str, Any] = {
        "TableName": case.name,
        "CapacityUnits": case.table + sum(case.indexes.values()),
        "Table": {"CapacityUnits": case.table},
    }
    if case.indexes:
        member = "LocalSecondaryIndexes" if case.name == "local" else "GlobalSecondaryIndexes"
        expected[member] = {name: {"CapacityUnits": units} for name, units in case.indexes.items()}
    assert told["ConsumedCapacity"] == expected
    assert isinstance(told["ConsumedCapacity"]["CapacityUnits"], float)


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"])
def test_nothing_is_told_unasked(world: World, operation: str) -> None:
    """With NONE, or without ReturnConsumedCapacity, an answer has no ConsumedCapacity; with TOTAL only the sum."""
    world.table("t")
    bodies: dict[str, dict[str, Any]] = {
        "PutItem": {"Item": item("a")},
        "UpdateItem": {"Key": key("a"), "UpdateExpression": "REMOVE v"},
        "Query": of("id", "a"),
        "Scan": {},
    }
    body = {"TableName": "t"} | bodies.get(operation, {"Key": key("a")})
    assert "ConsumedCapacity" not in world.call(operation, **body)
    assert "ConsumedCapacity" not in world.call(operation, ReturnConsumedCapacity="NONE", **body)
    told = world.call(operation, ReturnConsumedCapacity="TOTAL", **body)["ConsumedCapacity"]
    assert sorted(told) == ["CapacityUnits", "TableName"]


@pytest.mark.parametrize(
    ("after", "units"), [(item("a", 100), 300), (item("a", 310 * KB), 310)], ids=["smaller", "larger"]
)
def test_a_condition_that_fails_consumes(world: World, after: dict[str, Any], units: int) -> None:
    """A conditional put that fails consumes what it would have written, or what is there if that is larger."""
    world.table("t", global_=(index("g", "g"),))
    world.call("PutItem", TableName="t", Item=item("a", 300 * KB, g="x"))
    before = world.metered.consumption()
    body = {"TableName": "t", "Item": after, "ConditionExpression": "attribute_not_exists(id)"}
    assert world.refused("PutItem", **body).code == "ConditionalCheckFailedException"
    used = world.metered.consumption()
    assert used.uses["t", None].write_units - before.uses["t", None].write_units == units
    assert used.uses["t", "g"] == before.uses["t", "g"]
    assert len(world.changes) == 1


def test_batches_round_each_item(world: World) -> None:
    """A batch consumes per item, and tells it per table."""
    world.table("t")
    world.table("u", global_=(index("g", "g"),))
    requests = {
        "t": [{"PutRequest": {"Item": item(str(each), 100)}} for each in range(5)],
        "u": [{"PutRequest": {"Item": item("a", 3 * KB, g="x")}}, {"DeleteRequest": {"Key": key("b")}}],
    }
    told = world.call("BatchWriteItem", RequestItems=requests, ReturnConsumedCapacity="INDEXES")
    assert told["UnprocessedItems"] == {}
    assert told["ConsumedCapacity"] == [
        {"TableName": "t", "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}},
        {
            "TableName": "u",
            "CapacityUnits": 5.0,
            "Table": {"CapacityUnits": 4.0},
            "GlobalSecondaryIndexes": {"g": {"CapacityUnits": 1.0}},
        },
    ]
    keys = {
        "t": {"Keys": [key(str(each)) for each in range(6)]},
        "u": {"Keys": [key("a")], "ConsistentRead": True, "ProjectionExpression": "id"},
    }
    told = world.call("BatchGetItem", RequestItems=keys, ReturnConsumedCapacity="TOTAL")
    assert told["ConsumedCapacity"] == [
        {"TableName": "t", "CapacityUnits": 3.0},
        {"TableName": "u", "CapacityUnits": 1.0},
    ]
    assert "ConsumedCapacity" not in world.call("BatchGetItem", RequestItems=keys)
    assert "ConsumedCapacity" not in world.call("BatchWriteItem", RequestItems=requests)


def test_transactions_cost_double(world: World) -> None:
    """A transactional write doubles the units of table and indexes, told as write units; a check is a write."""
    world.table("t", global_=(index("g", "g"),))
    world.call("PutItem", TableName="t", Item=item("c", 2 * KB))
    told = world.call(
        "TransactWriteItems",
        TransactItems=[
            {"Put": {"TableName": "t", "Item": item("a", KB + 1, g="x")}},
            {"Delete": {"TableName": "t", "Key": key("b")}},
            {"ConditionCheck": {"TableName": "t", "Key": key("c"), "ConditionExpression": "attribute_exists(id)"}},
        ],
        ReturnConsumedCapacity="INDEXES",
    )
    assert told["ConsumedCapacity"] == [
        {
            "TableName": "t",
            "CapacityUnits": 12.0,
            "WriteCapacityUnits": 12.0,
            "Table": {"CapacityUnits": 10.0, "WriteCapacityUnits": 10.0},
            "GlobalSecondaryIndexes": {"g": {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}},
        }
    ]


@pytest.mark.parametrize(("size_bytes", "units"), [(None, 2), (4 * KB, 2), (4 * KB + 1, 4)])
def test_transactional_reads_cost_double(world: World, size_bytes: int | None, units: int) -> None:
    """A transactional read of 4 KB costs 2 units, a miss as well."""
    world.table("t")
    if size_bytes:
        world.call("PutItem", TableName="t", Item=item("a", size_bytes))
    told = world.call(
        "TransactGetItems",
        TransactItems=[{"Get": {"TableName": "t", "Key": key("a")}}],
        ReturnConsumedCapacity="INDEXES",
    )
    assert told["ConsumedCapacity"] == [
        {
            "TableName": "t",
            "CapacityUnits": units,
            "ReadCapacityUnits": units,
            "Table": {"CapacityUnits": units, "ReadCapacityUnits": units},
        }
    ]


def test_what_is_told_is_what_is_counted(world: World) -> None:
    """The units that answers tell are those that the counts have, local indexes within their table."""
    world.table("t", ranged=True, global_=(index("g", "g", everything=True),), local=(index("l", "id", "s"),))
    told: dict[str, float] = {"write": 0.0, "read": 0.0}
    for each in range(5):
        answer = world.call(
            "PutItem",
            TableName="t",
            Item=item("a", 1500 * (each + 1), at=str(each), g="x", s="y"),
            ReturnConsumedCapacity="TOTAL",
        )
        told["write"] += answer["ConsumedCapacity"]["CapacityUnits"]
    for body in (of("id", "a"), {"IndexName": "g"} | of("g", "x"), {"IndexName": "l"} | of("id", "a")):
        answer = world.call("Query", TableName="t", ReturnConsumedCapacity="TOTAL", **body)
        told["read"] += answer["ConsumedCapacity"]["CapacityUnits"]
    used = world.metered.consumption()
    assert sum(each.write_units for each in used.uses.values()) == told["write"]
    assert sum(each.read_units for each in used.uses.values()) == told["read"]
    assert set(used.uses) == {("t", None), ("t", "g")}
    assert used.operations["t", "Query"].returned_items == 15
    assert used.operations["t", "PutItem"].succeeded == 5
