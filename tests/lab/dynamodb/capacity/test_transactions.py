"""Transactions: all or nothing, once, and with a reason for each action."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.dynamodb.capacity import Kind, throttled
from lab.dynamodb.capacity.tokens import Tokens
from lab.dynamodb.refused import Refused
from tests.lab.dynamodb.capacity.world import World, index, item, key

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/t"
NONE = {"Code": "None"}
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}


def put(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Put into `t`."""
    return {"Put": {"TableName": "t", "Item": made, **more}}


def add(name: str, amount: int, **more: Any) -> dict[str, Any]:
    """An Update that adds to `n`."""
    values = {":n": {"N": str(amount)}} | more.pop("values", {})
    update = {"UpdateExpression": "ADD n :n", "ExpressionAttributeValues": values}
    return {"Update": {"TableName": "t", "Key": key(name), **update, **more}}


def check(name: str, condition: str) -> dict[str, Any]:
    """A ConditionCheck."""
    return {"ConditionCheck": {"TableName": "t", "Key": key(name), "ConditionExpression": condition}}


def test_all_of_it_is_done(world: World) -> None:
    """Put, update, delete and check are carried out together, and told of in their order; a check changes nothing."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("b"))
    world.call("PutItem", TableName="t", Item=item("c", w="1"))
    world.changes.clear()
    actions = [
        put(item("a")),
        {"Delete": {"TableName": "t", "Key": key("b")}},
        check("c", "w = w"),
        check("none", "attribute_not_exists(id)"),
        add("d", 5),
    ]
    assert world.call("TransactWriteItems", TransactItems=actions) == {}
    assert [(change.key["id"]["S"], change.before, change.after) for change in world.changes] == [
        ("a", None, item("a")),
        ("b", item("b"), None),
        ("d", None, {"id": {"S": "d"}, "n": {"N": "5"}}),
    ]
    assert world.store.item("t", key("c")) == item("c", w="1")
    assert world.store.item("t", key("none")) is None


def test_one_failed_condition_cancels_all(world: World) -> None:
    """A condition that fails leaves all as it was; reasons stand in the order of actions, with the item if asked."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("b", w="1"))
    world.changes.clear()
    actions = [
        put(item("a")),
        put(item("b"), ConditionExpression="attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        add("d", 5),
        check("e", "attribute_exists(id)"),
    ]
    refused = world.refused("TransactWriteItems", TransactItems=actions)
    assert refused.code == "TransactionCanceledException"
    assert refused.fields["CancellationReasons"] == [NONE, {**FAILED, "Item": item("b", w="1")}, NONE, FAILED]
    assert refused.message.endswith("[None, ConditionalCheckFailed, None, ConditionalCheckFailed]")
    assert [world.store.item("t", key(each)) for each in "abde"] == [None, item("b", w="1"), None, None]
    assert world.changes == []
    assert world.metered.consumption().operations["t", "PutItem"].succeeded == 1
    assert ("t", "TransactWriteItems") not in world.metered.consumption().operations


def test_a_wrong_operand_cancels(world: World) -> None:
    """An update that its item does not allow is a reason of its action; an ill-formed one refuses the request."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("b", n="text"))
    refused = world.refused("TransactWriteItems", TransactItems=[put(item("a")), add("b", 1)])
    assert [each["Code"] for each in refused.fields["CancellationReasons"]] == ["None", "ValidationError"]
    ill_formed = {"Update": {"TableName": "t", "Key": key("b"), "UpdateExpression": "SET SET"}}
    assert world.refused("TransactWriteItems", TransactItems=[put(item("a")), ill_formed]).code == "ValidationException"
    assert world.store.item("t", key("a")) is None


def test_an_unknown_table_is_refused(world: World) -> None:
    """A transaction that names a table which is not there is refused as that, and nothing of it is done."""
    world.table("t")
    actions = [put(item("a")), {"Put": {"TableName": "nowhere", "Item": item("a")}}]
    assert world.refused("TransactWriteItems", TransactItems=actions).code == "ResourceNotFoundException"
    assert world.store.item("t", key("a")) is None


def test_a_hundred_items_are_read(world: World) -> None:
    """TransactGetItems takes 100 items, and answers in their order."""
    world.table("t")
    for number in range(0, 100, 2):
        world.call("PutItem", TableName="t", Item=item(str(number)))
    gets = [{"Get": {"TableName": "t", "Key": key(str(number))}} for number in range(100)]
    told = world.call("TransactGetItems", TransactItems=gets, ReturnConsumedCapacity="TOTAL")
    assert told["Responses"] == [{"Item": item(str(each))} if each % 2 == 0 else {} for each in range(100)]
    assert told["ConsumedCapacity"][0]["CapacityUnits"] == 200


def test_the_same_item_twice_is_refused(world: World) -> None:
    """Two actions on one item are a ValidationException."""
    world.table("t")
    refused = world.refused("TransactWriteItems", TransactItems=[put(item("a")), add("a", 1)])
    assert refused.code == "ValidationException"
    assert world.store.item("t", key("a")) is None


@pytest.mark.parametrize(("units", "code"), [((1, 1), "ProvisionedThroughputExceeded"), (None, "ThrottlingError")])
def test_a_throttled_action_cancels_all(world: World, units: tuple[int, int] | None, code: str) -> None:
    """Without capacity for one action none is done; its reason says so in the words of its billing."""
    world.table("t", units=units, caps=None if units else (1, 1))
    world.table("u")
    world.call("PutItem", TableName="t", Item=item("a"))
    actions = [{"Put": {"TableName": "u", "Item": item("a")}}, put(item("b"))]
    refused = world.refused("TransactWriteItems", TransactItems=actions)
    told = refused.fields["CancellationReasons"]
    assert told[0] == NONE
    assert told[1]["Code"] == code
    assert world.store.item("u", key("a")) is None
    used = world.metered.consumption()
    assert used.operations["t", "TransactWriteItems"].throttled == 1
    assert ("u", "TransactWriteItems") not in used.operations
    assert used.uses["u", None].write_units == 0
    world.call("GetItem", TableName="t", Key=key("a"), ConsistentRead=True)
    gets = [{"Get": {"TableName": each, "Key": key("a")}} for each in "ut"]
    refused = world.refused("TransactGetItems", TransactItems=gets)
    assert [each["Code"] for each in refused.fields["CancellationReasons"]] == ["None", code]


def test_an_index_cancels(world: World) -> None:
    """An action that an index holds back cancels the transaction, and is undone."""
    world.table("t", units=(100, 100), global_=(index("g", "g", units=(1, 1)),))
    world.call("PutItem", TableName="t", Item=item("a", g="x"))
    refused = world.refused("TransactWriteItems", TransactItems=[put(item("b")), put(item("a", g="y"))])
    assert [each["Code"] for each in refused.fields["CancellationReasons"]] == ["None", "ProvisionedThroughputExceeded"]
    assert world.store.item("t", key("a")) == item("a", g="x")
    assert world.store.item("t", key("b")) is None


def test_a_token_makes_it_once(world: World) -> None:
    """The same request with its token does nothing for 10 minutes and costs reads; after that it is another request."""
    world.table("t")
    body = {
        "TransactItems": [add("a", 1), put(item("b", 5000))],
        "ClientRequestToken": "once",
        "ReturnConsumedCapacity": "TOTAL",
    }
    first = world.call("TransactWriteItems", **body)
    assert first["ConsumedCapacity"] == [{"TableName": "t", "CapacityUnits": 12.0, "WriteCapacityUnits": 12.0}]
    world.clock.wait(599)
    again = world.call("TransactWriteItems", **body)
    assert again["ConsumedCapacity"] == [{"TableName": "t", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]
    assert world.store.item("t", key("a")) == {"id": {"S": "a"}, "n": {"N": "1"}}
    assert len(world.changes) == 2
    world.clock.wait(2)
    world.call("TransactWriteItems", **body)
    assert world.store.item("t", key("a")) == {"id": {"S": "a"}, "n": {"N": "2"}}


def test_a_token_is_for_one_request(world: World) -> None:
    """The same token with another transaction is a mismatch; with another ReturnConsumedCapacity it is the same one."""
    world.table("t")
    world.call("TransactWriteItems", TransactItems=[add("a", 1)], ClientRequestToken="x")
    refused = world.refused("TransactWriteItems", TransactItems=[add("a", 2)], ClientRequestToken="x")
    assert refused.code == "IdempotentParameterMismatchException"
    world.call(
        "TransactWriteItems", TransactItems=[add("a", 1)], ClientRequestToken="x", ReturnConsumedCapacity="INDEXES"
    )
    assert world.store.item("t", key("a")) == {"id": {"S": "a"}, "n": {"N": "1"}}


def test_a_cancelled_transaction_leaves_no_token(world: World) -> None:
    """What was cancelled may be tried again with its token."""
    world.table("t")
    body = {"TransactItems": [add("a", 1), check("b", "attribute_exists(id)")], "ClientRequestToken": "x"}
    assert world.refused("TransactWriteItems", **body).code == "TransactionCanceledException"
    world.call("PutItem", TableName="t", Item=item("b"))
    world.call("TransactWriteItems", **body)
    assert world.store.item("t", key("a")) == {"id": {"S": "a"}, "n": {"N": "1"}}


def test_tokens_are_forgotten() -> None:
    """Only the tokens of the last 10 minutes are in memory."""
    tokens = Tokens()
    for number in range(10_000):
        tokens.keep(str(number), [number], float(number))
        tokens.repeats("other", [], float(number))
    assert len(tokens) == 600


def test_without_memory_a_retry_is_done_again() -> None:
    """The seeded defect: a life of 0 applies a repeated transaction twice."""
    tokens = Tokens(0)
    tokens.keep("x", [], 0.0)
    assert tokens.repeats("x", [], 0.0) is None


@given(
    fails=st.lists(st.sampled_from(["no", "condition", "throttle"]), min_size=1, max_size=8),
    present=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_it_is_all_or_nothing(fails: list[str], present: list[bool]) -> None:
    """Whatever fails: either every item is as the transaction says, or every item is as it was."""
    world = World()
    world.table("t")
    draws = iter(fails)
    for number, there in enumerate(present):
        if there:
            world.call("PutItem", TableName="t", Item=item(str(number), w="old"))
    world.changes.clear()
    before = [world.store.item("t", key(str(each))) for each in range(8)]

    def refuse(_kind: Kind, _table: str, _index: str | None) -> Refused | None:
        throttle = next(draws) == "throttle"
        return throttled("TableWriteProvisionedThroughputExceeded", ARN, "PROVISIONED") if throttle else None

    world.metered.refuse = refuse
    actions = [
        put(
            item(str(number), w="new"),
            **({"ConditionExpression": "attribute_exists(nothing)"} if fail == "condition" else {}),
        )
        for number, fail in enumerate(fails)
    ]
    failed = any(fail != "no" for fail in fails)
    if failed:
        refused = world.refused("TransactWriteItems", TransactItems=actions)
        codes = {"no": "None", "condition": "ConditionalCheckFailed", "throttle": "ProvisionedThroughputExceeded"}
        # What is throttled is told before any condition is looked at.
        only_throttles = "throttle" in fails
        assert [each["Code"] for each in refused.fields["CancellationReasons"]] == [
            "None" if only_throttles and fail != "throttle" else codes[fail] for fail in fails
        ]
    else:
        world.call("TransactWriteItems", TransactItems=actions)
    after = [world.store.item("t", key(str(each))) for each in range(8)]
    news = [item(str(number), w="new") for number in range(len(fails))]
    assert after == (before if failed else [*news, *before[len(fails) :]])
    assert len(world.changes) == (0 if failed else len(fails))
