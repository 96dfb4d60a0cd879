"""Where DynamoDB answers otherwise than moto does, the lab answers as DynamoDB."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.dynamodb.conftest import Aws, found, item

pytestmark = pytest.mark.lab

MOST = 409_600


def sized(key: str, size_bytes: int) -> dict[str, Any]:
    """An item that is so large with its attributes' names."""
    return item(key, v="x" * (size_bytes - len("id") - len(key) - len("v")))


def test_an_update_of_nothing_makes_the_item(aws: Aws) -> None:
    """Or leaves it as it is; a condition holds all the same."""
    table = aws.table()
    told = aws.east.update_item(TableName=table, Key=item("a"), ReturnValues="ALL_NEW")
    assert told["Attributes"] == item("a")
    assert found(aws.east, table, "a") == item("a")
    aws.east.put_item(TableName=table, Item=item("a", v="1"))
    aws.east.update_item(TableName=table, Key=item("a"))
    assert found(aws.east, table, "a") == item("a", v="1")
    with pytest.raises(aws.east.exceptions.ConditionalCheckFailedException):
        aws.east.update_item(TableName=table, Key=item("b"), ConditionExpression="attribute_exists(id)")
    assert found(aws.east, table, "b") is None


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("gone = nowhere", False),
        ("gone <> nowhere", True),
        ("gone < nowhere", False),
        ("gone >= nowhere", False),
        ("NOT gone = nowhere", True),
        ("gone = :a", False),
        ("gone <> :a", True),
        ("gone IN (nowhere, :a)", False),
        ("gone BETWEEN :a AND :b", False),
        ("id BETWEEN nowhere AND :b", False),
        ("id BETWEEN :a AND :b", True),
        ("id IN (:b, :a)", True),
        ("id = :a", True),
        ("nil = :null", True),
        ("gone = :null", False),
        ("nil <> nowhere", True),
    ],
)
def test_what_is_missing_equals_nothing(aws: Aws, condition: str, holds: bool) -> None:  # noqa: FBT001  # a table's column
    """Not even what is missing, too; a null is there. Conditions and filters agree."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item={**item("a"), "nil": {"NULL": True}})
    known = {":a": {"S": "a"}, ":b": {"S": "b"}, ":null": {"NULL": True}}
    values = {name: value for name, value in known.items() if name in condition}
    given = {"ExpressionAttributeValues": values} if values else {}
    assert aws.east.scan(TableName=table, FilterExpression=condition, **given)["Count"] == holds
    try:
        aws.east.delete_item(TableName=table, Key=item("a"), ConditionExpression=condition, **given)
    except aws.east.exceptions.ConditionalCheckFailedException:
        assert not holds
    else:
        assert holds


def test_an_item_has_400_kilobytes_at_most(aws: Aws) -> None:
    """409,600 bytes with the names; a byte more is refused, however it is written, and nothing is changed."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=sized("a", MOST))
    assert found(aws.east, table, "a") == sized("a", MOST)
    with pytest.raises(ClientError) as refused:
        aws.east.put_item(TableName=table, Item=sized("b", MOST + 1))
    assert refused.value.response["Error"] == {
        "Code": "ValidationException", "Message": "Item size has exceeded the maximum allowed size",
    }  # fmt: skip
    with pytest.raises(ClientError) as refused:
        aws.east.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": each}} for each in (item("c"), sized("b", MOST + 1))]}
        )
    assert refused.value.response["Error"]["Message"] == "Item size has exceeded the maximum allowed size"
    assert [found(aws.east, table, each) for each in "bc"] == [None, None]


def test_an_item_may_not_grow_beyond_400_kilobytes(aws: Aws) -> None:
    """By an update neither; in a transaction it is the reason of its action."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=sized("a", MOST - 2))
    change = {"UpdateExpression": "SET w = :w", "ExpressionAttributeValues": {":w": {"S": "xy"}}}
    with pytest.raises(ClientError) as refused:
        aws.east.update_item(TableName=table, Key=item("a"), **change)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException", "Message": "Item size to update has exceeded the maximum allowed size",
    }  # fmt: skip
    with pytest.raises(aws.east.exceptions.TransactionCanceledException) as cancelled:
        aws.east.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": item("b")}},
                {"Update": {"TableName": table, "Key": item("a"), **change}},
            ]
        )
    assert [each["Code"] for each in cancelled.value.response["CancellationReasons"]] == ["None", "ValidationError"]
    assert found(aws.east, table, "a") == sized("a", MOST - 2)
    assert found(aws.east, table, "b") is None
    aws.east.update_item(
        TableName=table, Key=item("a"), UpdateExpression="SET w = :w", ExpressionAttributeValues={":w": {"S": "x"}}
    )


def test_reads_of_a_transaction_give_what_was_asked_for(aws: Aws) -> None:
    """Of each item its own projection, by name or placeholder; what is left out was read all the same."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item={**sized("a", 5_000), "n": {"N": "1"}})
    aws.east.put_item(TableName=table, Item=item("b", w="2"))

    def get(key: str, **how: Any) -> dict[str, Any]:
        return {"Get": {"TableName": table, "Key": item(key), **how}}

    told = aws.east.transact_get_items(
        TransactItems=[
            get("a", ProjectionExpression="#n", ExpressionAttributeNames={"#n": "n"}),
            get("b"),
            get("none", ProjectionExpression="n"),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert told["Responses"] == [{"Item": {"n": {"N": "1"}}}, {"Item": item("b", w="2")}, {}]
    assert told["ConsumedCapacity"][0]["CapacityUnits"] == 4 + 2 + 2
