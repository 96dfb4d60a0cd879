"""Global tables as clients see them: replicas come and go, items follow, pauses hold them up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.dynamodb.conftest import EAST, WEST, Aws, client, eventually, found, item

pytestmark = pytest.mark.lab


def test_a_replica_has_what_was_there_and_what_comes(aws: Aws) -> None:
    """In both directions; the table is described alike, each region telling the other."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=item("before"))
    aws.east.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
    assert found(aws.west, table, "before")
    aws.east.put_item(TableName=table, Item=item("east"))
    aws.west.put_item(TableName=table, Item=item("west"))
    eventually(lambda: found(aws.west, table, "east"), "the east's write")
    eventually(lambda: found(aws.east, table, "west"), "the west's write")
    for dynamodb, other in ((aws.east, WEST), (aws.west, EAST)):
        described = dynamodb.describe_table(TableName=table)["Table"]
        assert described["Replicas"] == [{"RegionName": other, "ReplicaStatus": "ACTIVE"}]
        assert described["GlobalTableVersion"] == "2019.11.21"


def test_every_kind_of_write_follows(aws: Aws) -> None:
    """Batches, transactions, updates, deletions."""
    table = aws.global_table()
    aws.east.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item(each)}} for each in "abc"]})
    aws.east.transact_write_items(
        TransactItems=[
            {"Delete": {"TableName": table, "Key": item("a")}},
            {"Put": {"TableName": table, "Item": item("d", v="1")}},
        ]
    )
    aws.east.update_item(
        TableName=table, Key=item("b"), UpdateExpression="SET v = :v", ExpressionAttributeValues={":v": {"S": "2"}}
    )
    aws.east.delete_item(TableName=table, Key=item("c"))

    def there() -> list[Any]:
        items = aws.west.scan(TableName=table, ConsistentRead=True)["Items"]
        return sorted(items, key=lambda each: str(each["id"]))

    eventually(lambda: there() == [item("b", v="2"), item("d", v="1")], "all of them")


def test_a_pause_holds_changes_up_and_loses_none(aws: Aws) -> None:
    """In both directions, of that table alone; afterwards the last writer has won."""
    table, other = aws.global_table(), aws.global_table()
    with aws.broken("aws:dynamodb:global-table-pause-replication", table):
        aws.east.put_item(TableName=table, Item=item("a", v="older"))
        aws.west.put_item(TableName=table, Item=item("a", v="newer"))
        aws.west.put_item(TableName=table, Item=item("b"))
        aws.east.put_item(TableName=other, Item=item("a"))
        eventually(lambda: found(aws.west, other, "a"), "the other table's write")
        time.sleep(0.3)  # three times the lag
        assert found(aws.east, table, "a") == item("a", v="older")
        assert found(aws.east, table, "b") is None
    eventually(lambda: found(aws.east, table, "b"), "what was held up")
    eventually(lambda: found(aws.east, table, "a") == item("a", v="newer"), "the last writer to win")
    assert found(aws.west, table, "a") == item("a", v="newer")


def test_latency_is_a_metric_of_the_sender(aws: Aws) -> None:
    """In milliseconds, by table and receiving region."""
    table = aws.global_table()
    aws.east.put_item(TableName=table, Item=item("a"))
    now = datetime.now(UTC)

    def told() -> Any:
        return client(aws.lab, "cloudwatch").get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName="ReplicationLatency",
            Dimensions=[{"Name": "TableName", "Value": table}, {"Name": "ReceivingRegion", "Value": WEST}],
            StartTime=now - timedelta(seconds=10),
            EndTime=now + timedelta(seconds=10),
            Period=1,
            Statistics=["Maximum"],
        )["Datapoints"]

    (point,) = eventually(told, "the metric")
    assert 20 <= point["Maximum"] <= 1000
    assert point["Unit"] == "Milliseconds"


def test_a_replica_can_be_removed(aws: Aws) -> None:
    """Its table is gone, and the other is a table of one region again."""
    table = aws.global_table()
    aws.east.update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": WEST}}])
    with pytest.raises(aws.west.exceptions.ResourceNotFoundException):
        aws.west.describe_table(TableName=table)
    assert "Replicas" not in aws.east.describe_table(TableName=table)["Table"]
    aws.east.put_item(TableName=table, Item=item("a"))


@pytest.mark.parametrize(
    ("update", "says"),
    [
        ({"Create": {"RegionName": "eu-west-1"}}, "this lab has us-east-1 and us-west-2"),
        ({"Create": {"RegionName": EAST}}, "one exists there"),
        ({"Delete": {"RegionName": WEST}}, "was not found"),
    ],
)
def test_a_wrong_update_changes_nothing(aws: Aws, update: dict[str, Any], says: str) -> None:
    """It is a ValidationException, in one line."""
    table = aws.table()
    with pytest.raises(ClientError, match=says) as refused:
        aws.east.update_table(TableName=table, ReplicaUpdates=[update])
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "Replicas" not in aws.east.describe_table(TableName=table)["Table"]


def test_an_index_of_one_is_an_index_of_all(aws: Aws) -> None:
    """AWS keeps the schema of replicas alike."""
    table = aws.global_table()
    aws.east.update_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "by")],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-by",
                    "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            }
        ],
    )
    (index,) = aws.west.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-by"
