"""Items of one region without capacity or HTTP: writes are whole or not at all, pages are right."""

from __future__ import annotations

import gc
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.dynamodb.refused import Refused
from lab.dynamodb.store import Store


@pytest.fixture(scope="module")
def store() -> Store:
    """A region that no other test uses."""
    return Store("eu-central-1")


def made(store: Store) -> str:
    """A table with a sort key, and an index by another attribute."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    store.call(
        "CreateTable",
        {
            "TableName": name,
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "p", "AttributeType": "S"},
                {"AttributeName": "s", "AttributeType": "N"},
                {"AttributeName": "g", "AttributeType": "S"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-g",
                    "KeySchema": [
                        {"AttributeName": "g", "KeyType": "HASH"},
                        {"AttributeName": "s", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        },
    )
    return name


def put(store: Store, table: str, p: str, s: float, **others: str) -> None:
    """Put an item."""
    item = {"p": {"S": p}, "s": {"N": str(s)}, **{name: {"S": value} for name, value in others.items()}}
    store.call("PutItem", {"TableName": table, "Item": item})


def key(p: str, s: float) -> dict[str, Any]:
    """A primary key."""
    return {"p": {"S": p}, "s": {"N": str(s)}}


def pages(store: Store, operation: str, body: dict[str, Any]) -> list[Any]:
    """All items, page by page."""
    items: list[Any] = []
    start: dict[str, Any] = {}
    while True:
        answer = store.call(operation, {**body, **start})
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return items
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


numbers = st.integers(-5, 5)
writes = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "update", "delete"]), st.sampled_from("ab"), numbers, st.sampled_from("xy-")
    ),
    max_size=30,
)
COMPARISONS: dict[str, Callable[[int, int, int], bool]] = {
    "<": lambda s, low, _: s < low,
    "<=": lambda s, low, _: s <= low,
    "=": lambda s, low, _: s == low,
    ">": lambda s, low, _: s > low,
    ">=": lambda s, low, _: s >= low,
    "BETWEEN": lambda s, low, high: low <= s <= high,
}


@settings(max_examples=60, deadline=None)
@given(
    writes, st.sampled_from([None, "by-g"]), st.sampled_from(sorted(COMPARISONS)), numbers, numbers, st.booleans(),
    st.integers(1, 4),
)  # fmt: skip
def test_pages_of_a_query_hold_what_a_look_at_all_items_finds(
    written: list[Any],
    index: str | None,
    comparison: str,
    one: int,
    other: int,
    forward: bool,  # noqa: FBT001  # hypothesis gives it by place
    limit: int,
) -> None:
    """In order, in either direction, on the table and on an index, after any writes; a scan finds all."""
    store = Store("eu-central-1")
    table, model = made(store), dict[tuple[str, int], str]()
    low, high = sorted((one, other))
    ask = {"TableName": table, "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    for number, (kind, p, s, g) in enumerate(written):
        if number == len(written) // 2:
            store.call("Query", ask)  # from here on the orders are kept, no longer made
        if kind == "delete":
            store.call("DeleteItem", {"TableName": table, "Key": key(p, s)})
            model.pop((p, s), None)
        elif kind == "put":
            put(store, table, p, s, **({} if g == "-" else {"g": g}))
            model[p, s] = g
        else:
            change = {"UpdateExpression": "REMOVE g"} if g == "-" else {
                "UpdateExpression": "SET g = :g", "ExpressionAttributeValues": {":g": {"S": g}}
            }  # fmt: skip
            store.call("UpdateItem", {"TableName": table, "Key": key(p, s), **change})
            model[p, s] = g
    hashed, wanted = ("g", "x") if index else ("p", "a")
    condition = "BETWEEN :low AND :high" if comparison == "BETWEEN" else f"{comparison} :low"
    values = {":h": {"S": wanted}, ":low": {"N": str(low)}}
    if comparison == "BETWEEN":
        values[":high"] = {"N": str(high)}
    body: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": f"{hashed} = :h AND s {condition}",
        "ExpressionAttributeValues": values,
        "ScanIndexForward": forward,
        "Limit": limit,
    }
    told = [
        (each["p"]["S"], int(each["s"]["N"]))
        for each in pages(store, "Query", body | ({"IndexName": index} if index else {}))
    ]
    expected = [
        (p, s)
        for (p, s), g in model.items()
        if (g == "x" if index else p == "a") and COMPARISONS[comparison](s, low, high)
    ]
    assert told == sorted(expected, key=lambda each: (each[1], each[0]), reverse=not forward)
    scanned = [
        (each["p"]["S"], int(each["s"]["N"])) for each in pages(store, "Scan", {"TableName": table, "Limit": limit})
    ]
    assert sorted(scanned) == sorted(model)
    store.call("DeleteTable", {"TableName": table})


def test_an_update_that_fails_changes_nothing(store: Store) -> None:
    """Neither an item that was there nor one that was not."""
    table = made(store)
    put(store, table, "a", 1, v="text")
    change = {"UpdateExpression": "SET w = :one ADD v :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    for number in (1, 2):
        wrong = change if number == 1 else {**change, "UpdateExpression": "SET w = nowhere + :one"}
        with pytest.raises(Refused):
            store.call("UpdateItem", {"TableName": table, "Key": key("a", number), **wrong})
    assert store.item(table, key("a", 1)) == {**key("a", 1), "v": {"S": "text"}}
    assert store.item(table, key("a", 2)) is None


def test_a_transaction_is_done_whole_or_not_at_all(store: Store) -> None:
    """One failed condition undoes the rest, and each item's reason is told in its place."""
    table = made(store)
    put(store, table, "a", 1, v="1")
    update = {
        "TableName": table,
        "Key": key("a", 1),
        "UpdateExpression": "SET v = :v",
        "ExpressionAttributeValues": {":v": {"S": "2"}},
    }
    items: list[Any] = [
        {"Update": update},
        {"Put": {"TableName": table, "Item": key("a", 2)}},
        {"ConditionCheck": {"TableName": table, "Key": key("a", 3), "ConditionExpression": "attribute_exists(p)"}},
    ]
    with pytest.raises(Refused) as refused:
        store.call("TransactWriteItems", {"TransactItems": items})
    assert [each["Code"] for each in refused.value.fields["CancellationReasons"]] == [
        "None", "None", "ConditionalCheckFailed",
    ]  # fmt: skip
    assert store.item(table, key("a", 1)) == {**key("a", 1), "v": {"S": "1"}}
    assert store.item(table, key("a", 2)) is None
    put(store, table, "a", 3)
    store.call("TransactWriteItems", {"TransactItems": items})
    assert (store.item(table, key("a", 1)) or {})["v"] == {"S": "2"}
    assert store.item(table, key("a", 2))


def test_two_actions_on_one_item_are_refused(store: Store) -> None:
    """Before anything is done."""
    table = made(store)
    items = [{"Put": {"TableName": table, "Item": key("a", 1)}}, {"Delete": {"TableName": table, "Key": key("a", 1)}}]
    with pytest.raises(Refused, match="multiple operations on one item"):
        store.call("TransactWriteItems", {"TransactItems": items})
    assert store.item(table, key("a", 1)) is None


def test_an_image_is_a_copy(store: Store) -> None:
    """A later write leaves it as it is, nested values too."""
    table = made(store)
    nested = {**key("a", 1), "m": {"M": {"s": {"SS": ["x"]}}}, "n": {"N": "1"}}
    store.call("PutItem", {"TableName": table, "Item": nested})
    before = store.item(table, key("a", 1))
    change = {
        "UpdateExpression": "SET m.t = :t ADD n :one",
        "ExpressionAttributeValues": {":t": {"S": "t"}, ":one": {"N": "1"}},
    }
    store.call("UpdateItem", {"TableName": table, "Key": key("a", 1), **change})
    assert before == nested
    after = store.item(table, key("a", 1)) or {}
    assert after["n"] == {"N": "2"}
    assert after["m"]["M"]["t"] == {"S": "t"}


def test_a_look_for_what_is_not_there_leaves_nothing_behind(store: Store) -> None:
    """Or a day of misses would fill the memory."""
    table = made(store)
    for number in range(50):
        assert store.item(table, key(f"p{number}", 1)) is None
        put(store, table, f"p{number}", 1)
        store.call("DeleteItem", {"TableName": table, "Key": key(f"p{number}", 1)})
    assert len(store.table(table).items) == 0


def test_an_item_that_was_overwritten_is_gone(store: Store) -> None:
    """Moto would keep every item there ever was in a list of its instances."""
    table = made(store)
    put(store, table, "a", 1)
    (before,) = store.table(table).unordered()
    forgotten = weakref.ref(before)
    put(store, table, "a", 1, v="2")
    del before
    gc.collect()
    assert forgotten() is None


def test_a_table_on_demand_has_no_units(store: Store) -> None:
    """Also one that had some before."""
    table = made(store)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    store.call("UpdateTable", {"TableName": table, "BillingMode": "PROVISIONED", "ProvisionedThroughput": units})
    assert store.describe(table)["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert "BillingModeSummary" not in store.describe(table)
    store.call("UpdateTable", {"TableName": table, "BillingMode": "PAY_PER_REQUEST"})
    assert store.describe(table)["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert store.describe(table)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
