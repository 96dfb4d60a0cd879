"""How tables were set up, as the APIs of a server tell it over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from drill.errors import TargetError
from drill.tables import typed_table
from drill.targets.dynamodb import IndexSpec, Tables, TableSpec
from drill.targets.dynamodb.description import described_keys, described_pattern, described_tables, scanned_units

SPEC = TableSpec(
    name="orders",
    indexes=(
        IndexSpec(
            name="by-status",
            partition_key=("status", "S"),
            sort_key=("created", "S"),
            projection="INCLUDE",
            projected=("total",),
        ),
    ),
    max_read_units=100,
)
PROVISIONED = TableSpec(name="sessions", sort_key=None, read_units=40, write_units=20)
TOPIC = "arn:aws:sns:us-east-1:123456789012:pager"


@pytest.fixture(scope="module")
def target() -> Iterator[Tables]:
    """Two tables on a server of its own: on-demand with an index, and provisioned with autoscaling and an alarm."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    session = boto3.Session(aws_access_key_id="drill", aws_secret_access_key="drill", region_name="us-east-1")
    tables = Tables(name="test", session=session, endpoint_url=f"http://{host}:{port}", sleep=lambda _: None)
    tables.create(SPEC)
    tables.create(PROVISIONED)
    _scaled(tables)
    for name, table in (("throttles", "sessions"), ("others", "invoices")):
        tables.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/DynamoDB",
            MetricName="ReadThrottleEvents",
            Dimensions=[{"Name": "TableName", "Value": table}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[TOPIC],
        )
    yield tables
    server.stop()


def _scaled(tables: Tables) -> None:
    client = tables.client("application-autoscaling")
    what = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/sessions",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    client.register_scalable_target(**what, MinCapacity=10, MaxCapacity=200)
    client.put_scaling_policy(
        **what,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )


def told(target: Tables, *tables: str) -> dict[tuple[str | None, str | None], str | None]:
    """What is described, by subject and name."""
    return {(each["subject"], each["name"]): each["value"] for each in described_tables(target, tables)}


def test_a_table_is_described_in_awss_words(target: Tables) -> None:
    """Yes and no, numbers and lists as text; with where to ask again, and its tag."""
    found = told(target, "orders")
    assert found["tables", "Region"] == "us-east-1"
    assert found["tables", "EndpointUrl"] == target.endpoint_url
    assert found["tables", "ReplicaRegion"] is None
    assert found["orders", "TableStatus"] == "ACTIVE"
    assert found["orders", "BillingMode"] == "PAY_PER_REQUEST"
    assert found["orders", "PointInTimeRecovery"] == "DISABLED"
    assert found["orders", "DeletionProtection"] == "false"
    assert found["orders", "Tags.drill"] == "allowed"
    assert found["orders", "Indexes"] == "by-status"
    assert found["orders", "Replicas"] == "none"
    assert found["orders", "TimeToLive"] == "none"
    assert found["orders/by-status", "Projection"] == "INCLUDE"
    assert found["orders/by-status", "KeySchema"] == "status:HASH created:RANGE"


def test_encryption_that_is_not_told_is_with_a_key_that_aws_owns(target: Tables) -> None:
    """As DynamoDB's manual says; once a key of KMS encrypts, its name is told."""
    assert told(target, "orders")["orders", "SSEType"] == "AWS_OWNED"
    encrypted = {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}
    target.client().create_table(**PROVISIONED.named("vault").request(), **encrypted)
    found = told(target, "vault")
    assert found["vault", "SSEType"] == "KMS"
    assert str(found["vault", "KMSMasterKeyArn"]).startswith("arn:aws:kms:")


def test_autoscaling_and_alarms_are_told_of_their_own_table(target: Tables) -> None:
    """What was asked for and is not there is "none", and alarms of other tables are not told."""
    found = told(target, "sessions")
    assert json.loads(found["sessions", "AutoScaling.ReadCapacityUnits"] or "") == {
        "min": 10,
        "max": 200,
        "target_pct": 70.0,
        "suspended": False,
        "policies": ["reads"],
    }
    assert found["sessions", "AutoScaling.WriteCapacityUnits"] == "none"
    assert (found["sessions", "ReadCapacityUnits"], found["sessions", "WriteCapacityUnits"]) == ("40", "20")
    # AWS makes alarms of its own for what scales.
    assert int(found["sessions", "Alarms"] or 0) >= 1
    alarm = json.loads(found["sessions", "Alarm throttles"] or "")
    assert (alarm["metric"], alarm["threshold"], alarm["enabled"]) == ("ReadThrottleEvents", 1.0, True)
    assert alarm["actions"] == [TOPIC]
    assert ("sessions", "Alarm others") not in found


def test_they_are_tables_of_a_history(target: Tables) -> None:
    """Rows have the columns of `settings` and of `key_schemas`."""
    rows = described_tables(target, ("orders", "sessions"))
    assert typed_table("settings", [dict(each) for each in rows]).height == len(rows)
    keys = typed_table("key_schemas", described_keys(target, ("orders", "sessions")))
    assert keys["index"].to_list() == [None, "by-status", None]
    assert keys["partition_key"].to_list() == ["pk", "status", "pk"]
    assert keys["projected"].to_list() == [[], ["total"], []]


def test_a_table_that_is_not_there_is_one_line(target: Tables) -> None:
    """It names the table and where we looked."""
    with pytest.raises(TargetError, match="the table nowhere at http") as error:
        described_tables(target, ("nowhere",))
    assert "\n" not in str(error.value)


def test_what_a_scan_takes_is_measured(target: Tables) -> None:
    """Of the table and of its index, for those who compare."""
    target.client().put_item(TableName="orders", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    rows = {each["subject"]: float(each["value"] or 0) for each in scanned_units(target, ("orders",))}
    assert set(rows) == {"orders", "orders/by-status"}
    assert rows["orders"] > 0


@pytest.mark.parametrize(
    ("arguments", "reads", "filters"),
    [
        ({}, "*", "none"),
        ({"Select": "COUNT"}, "none", "none"),
        ({"ProjectionExpression": "pk, sk, address.city, lines[0]"}, "address,lines,pk,sk", "none"),
        (
            {
                "ProjectionExpression": "#t",
                "FilterExpression": "#s = :open AND begins_with(created, :day) and size(note) > :n",
                "ExpressionAttributeNames": {"#t": "total", "#s": "status"},
            },
            "total",
            "created,note,status",
        ),
    ],
)
def test_what_a_pattern_asks_for_is_told_by_attribute(arguments: dict[str, Any], reads: str, filters: str) -> None:
    """Names that stand for others are put in their place; words and values are no attributes."""
    rows = {each["name"]: each["value"] for each in described_pattern("open", "query", arguments)}
    assert (rows["Reads"], rows["Filters"]) == (reads, filters)
    assert {each["subject"] for each in described_pattern("open", "query", arguments)} == {"pattern open"}
