"""Which calls do no more when they are sent again, as they stand."""

from __future__ import annotations

from typing import Any

import pytest

from drill.targets.repeating import is_once, operation_of

ADD = {"UpdateExpression": "ADD n :one"}
ONCE = {"UpdateExpression": "SET version = :key ADD n :one"}
"""A condition on what it sets does not hold a second time."""


def transaction(*actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Updates in one transaction."""
    return {"TransactItems": [{"Update": each} for each in actions], **more}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {}),
        ("Query", {}),
        ("PutItem", {}),
        ("PutItem", {"ConditionExpression": "attribute_exists(a)"}),
        ("DeleteItem", {}),
        ("BatchWriteItem", {}),
        ("UpdateItem", {"UpdateExpression": "SET a = :a, b = :b REMOVE c"}),
        ("UpdateItem", ONCE | {"ConditionExpression": "version = :v"}),
        ("UpdateItem", ONCE | {"ConditionExpression": "attribute_exists(a) AND attribute_not_exists(version)"}),
        ("UpdateItem", {"AttributeUpdates": {"a": {"Action": "PUT"}}}),
        ("UpdateItem", {"UpdateExpression": "SET a = b, c = if_not_exists(c, :x)"}),
        ("UpdateItem", {"UpdateExpression": "ADD m :two, n :one", "ConditionExpression": "n = :old"}),
        ("TransactWriteItems", transaction(ADD, ClientRequestToken="t")),
        ("TransactWriteItems", transaction(ADD, ONCE | {"ConditionExpression": "version <> :key"})),
        ("TransactWriteItems", transaction({"UpdateExpression": "SET a = :a"})),
    ],
)
def test_safe_to_repeat(operation: str, parameters: dict[str, Any]) -> None:
    """Reads, whole items, plain values, tokens, and conditions that hold only once."""
    assert is_once(operation, parameters)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("UpdateItem", ADD),
        ("UpdateItem", {"UpdateExpression": "SET n = n + :one"}),
        ("UpdateItem", {"UpdateExpression": "SET n = n - :one"}),
        ("UpdateItem", {"UpdateExpression": "SET l = list_append(l, :x)"}),
        ("UpdateItem", ADD | {"ConditionExpression": "attribute_exists(pk)"}),
        ("UpdateItem", ADD | {"ConditionExpression": "(attribute_exists(pk) AND attribute_exists(sk))"}),
        ("UpdateItem", {"AttributeUpdates": {"a": {"Action": "ADD"}}}),
        ("UpdateItem", {"UpdateExpression": "SET stock=stock-:n"}),
        ("UpdateItem", {"UpdateExpression": "REMOVE queue[0]"}),
        ("UpdateItem", {"UpdateExpression": "SET prev = cur, cur = :new"}),
        ("UpdateItem", ADD | {"ConditionExpression": "version = :v"}),
        ("UpdateItem", ADD | {"ConditionExpression": "#s = :open"}),
        ("UpdateItem", ONCE | {"ConditionExpression": "version = :key"}),
        ("UpdateItem", ONCE | {"ConditionExpression": "version = :old OR n > :x"}),
        ("UpdateItem", {"UpdateExpression": "SET b = b - :a", "ConditionExpression": "b >= :a"}),
        ("TransactWriteItems", transaction(ADD)),
        ("TransactWriteItems", transaction(ADD | {"ConditionExpression": "balance >= :a"}, ADD)),
        ("TransactWriteItems", transaction(ADD | {"ConditionExpression": "attribute_exists(pk)"})),
        ("Unheard", {}),
    ],
)
def test_not_safe_to_repeat(operation: str, parameters: dict[str, Any]) -> None:
    """What adds to what stood there, where the condition is as true the second time."""
    assert not is_once(operation, parameters)


def test_names_on_the_wire() -> None:
    """As the API reference writes them."""
    names = [operation_of(each) for each in ("get_item", "batch_write_item", "query")]
    assert names == ["GetItem", "BatchWriteItem", "Query"]
