"""What a transaction holds while it is not over: only those who would write its items, or read them as one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.dynamodb.capacity.test_transactions import NONE, add, check, put
from tests.lab.dynamodb.capacity.world import World, item, key

LASTS_S = 0.005
HELD = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
UPDATE = {"UpdateExpression": "SET w = :w", "ExpressionAttributeValues": {":w": {"S": "w"}}}


@pytest.fixture
def world() -> World:
    """A table `t`, and transactions that take 5 ms of a clock that stands still."""
    made = World(transaction_s=LASTS_S)
    made.table("t")
    return made


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutItem", {"Item": item("a", w="w")}),
        ("UpdateItem", {"Key": key("a"), **UPDATE}),
        ("DeleteItem", {"Key": key("a")}),
    ],
)
def test_a_write_of_a_held_item_is_refused(world: World, operation: str, body: dict[str, Any]) -> None:
    """Until the transaction is over; it costs nothing, changes nothing, and is counted."""
    world.call("TransactWriteItems", TransactItems=[put(item("a", w="1")), put(item("b"))])
    before = world.metered.consumption().uses["t", None]
    refused = world.refused(operation, TableName="t", **body)
    assert (refused.status, refused.code) == (400, "TransactionConflictException")
    assert refused.message == HELD["Message"]
    after = world.metered.consumption().uses["t", None]
    assert (after.write_units - before.write_units, after.conflicts - before.conflicts) == (0, 1)
    assert world.store.item("t", key("a")) == item("a", w="1")
    world.call("PutItem", TableName="t", Item=item("c"))
    world.clock.wait(LASTS_S)
    world.call(operation, TableName="t", **body)


def test_another_transaction_is_cancelled_for_the_held_items(world: World) -> None:
    """Its reasons stand in the order of its actions; nothing of it is done, nor held."""
    world.call("TransactWriteItems", TransactItems=[add("b", 1), check("d", "attribute_not_exists(id)")])
    refused = world.refused(
        "TransactWriteItems", TransactItems=[put(item("a")), add("b", 1), put(item("c")), put(item("d"))]
    )
    assert (refused.status, refused.code) == (400, "TransactionCanceledException")
    assert refused.fields["CancellationReasons"] == [NONE, HELD, NONE, HELD]
    assert refused.message.endswith("[None, TransactionConflict, None, TransactionConflict]")
    assert [world.store.item("t", key(each)) for each in "ac"] == [None, None]
    assert world.metered.consumption().uses["t", None].conflicts == 2
    world.call("PutItem", TableName="t", Item=item("a"))


def test_reads_are_not_disturbed_and_see_all_of_it(world: World) -> None:
    """GetItem, BatchGetItem and Scan: it was carried out when it was admitted."""
    world.call("TransactWriteItems", TransactItems=[put(item("a")), put(item("b"))])
    assert world.call("GetItem", TableName="t", Key=key("a"))["Item"] == item("a")
    assert world.call("Scan", TableName="t")["Count"] == 2
    keys = {"Keys": [key("a"), key("b")]}
    assert len(world.call("BatchGetItem", RequestItems={"t": keys})["Responses"]["t"]) == 2


def test_a_transaction_of_reads_meets_one_of_writes(world: World) -> None:
    """It is cancelled if one of its items is held; it holds none itself."""
    gets = [{"Get": {"TableName": "t", "Key": key(each)}} for each in "ab"]
    world.call("TransactWriteItems", TransactItems=[put(item("b"))])
    refused = world.refused("TransactGetItems", TransactItems=gets)
    assert refused.code == "TransactionCanceledException"
    assert refused.fields["CancellationReasons"] == [NONE, HELD]
    world.clock.wait(LASTS_S)
    assert world.call("TransactGetItems", TransactItems=gets)["Responses"] == [{}, {"Item": item("b")}]
    world.call("PutItem", TableName="t", Item=item("b"))


@pytest.mark.parametrize("keys", ["abc", "ab"])
def test_held_items_of_a_batch_come_back(world: World, keys: str) -> None:
    """The rest is written; it is no error even if all come back."""
    world.call("TransactWriteItems", TransactItems=[put(item("a")), put(item("b"))])
    requests = [{"PutRequest": {"Item": item(each, w="w")}} for each in keys]
    left = world.call("BatchWriteItem", RequestItems={"t": requests})["UnprocessedItems"]["t"]
    assert left == requests[:2]
    assert world.store.item("t", key("a")) == item("a")
    assert world.store.item("t", key("c")) == (item("c", w="w") if "c" in keys else None)


def test_a_transaction_that_is_cancelled_holds_nothing(world: World) -> None:
    """Nor is its token known."""
    actions = [put(item("a")), check("b", "attribute_exists(id)")]
    world.refused("TransactWriteItems", TransactItems=actions, ClientRequestToken="x" * 8)
    world.call("PutItem", TableName="t", Item=item("b"))
    world.call("TransactWriteItems", TransactItems=actions, ClientRequestToken="x" * 8)


def test_a_repetition_must_wait_for_the_first(world: World) -> None:
    """With the same token: in progress, then answered without being done again; other parameters are told at once."""
    world.call("TransactWriteItems", TransactItems=[add("a", 1)], ClientRequestToken="x" * 8)
    refused = world.refused("TransactWriteItems", TransactItems=[add("a", 1)], ClientRequestToken="x" * 8)
    assert (refused.status, refused.code) == (400, "TransactionInProgressException")
    refused = world.refused("TransactWriteItems", TransactItems=[add("a", 2)], ClientRequestToken="x" * 8)
    assert refused.code == "IdempotentParameterMismatchException"
    world.clock.wait(LASTS_S)
    world.call("TransactWriteItems", TransactItems=[add("a", 1)], ClientRequestToken="x" * 8)
    assert (world.store.item("t", key("a")) or {})["n"] == {"N": "1"}


def test_a_number_is_one_key_however_it_is_written() -> None:
    """1 and 1.0 are one item."""
    world = World(transaction_s=LASTS_S)
    world.metered.call(
        "CreateTable",
        {
            "TableName": "n",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    world.call("TransactWriteItems", TransactItems=[{"Put": {"TableName": "n", "Item": {"id": {"N": "1"}}}}])
    assert world.refused("DeleteItem", TableName="n", Key={"id": {"N": "1.0"}}).code == "TransactionConflictException"
    world.call("PutItem", TableName="n", Item={"id": {"N": "2"}})


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.integers(0, 6)),
            st.tuples(st.just("put"), st.sampled_from("abcd")),
            st.tuples(st.just("transact"), st.sets(st.sampled_from("abcd"), min_size=1)),
        ),
        max_size=40,
    )
)
def test_what_is_held_is_what_began_less_than_its_time_ago(steps: list[tuple[str, Any]]) -> None:
    """Against a model: who is refused, with which reasons; every success counts once, and nothing is kept for ever."""
    world = World(transaction_s=LASTS_S)
    world.table("t")
    now_ms, ends_ms, written = 0, dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0)
    for kind, what in steps:
        if kind == "wait":
            now_ms += what
            world.clock.now_s = 1000 + now_ms / 1000
            continue
        keys = sorted(what)
        held = [now_ms < ends_ms[each] for each in keys]
        actions = [add(each, 1) for each in keys]
        if kind == "put" and held == [True]:
            assert world.refused("UpdateItem", **actions[0]["Update"]).code == "TransactionConflictException"
        elif any(held):
            reasons = world.refused("TransactWriteItems", TransactItems=actions).fields["CancellationReasons"]
            assert reasons == [HELD if each else NONE for each in held]
        else:
            if kind == "put":
                world.call("UpdateItem", **actions[0]["Update"])
            else:
                world.call("TransactWriteItems", TransactItems=actions)
                ends_ms |= dict.fromkeys(keys, now_ms + 5)
            for each in keys:
                written[each] += 1
    found = {each: world.store.item("t", key(each)) for each in "abcd"}
    assert {each: int(one["n"]["N"]) if one else 0 for each, one in found.items()} == written
    world.clock.wait(1)
    ongoing = world.metered._core.ongoing  # noqa: SLF001
    assert not ongoing.any(world.clock())
    assert ongoing._ends == {}  # noqa: SLF001
