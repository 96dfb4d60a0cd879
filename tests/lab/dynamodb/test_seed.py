"""What the account holds when a lab starts: sound tables, watched over, without data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.dynamodb.conftest import ACCOUNT, WEST, Aws, client

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("table", ["orders", "sessions"])
def test_every_table_is_sound(aws: Aws, table: str) -> None:
    """Encrypted with a key of KMS, recoverable, protected, and allowed to be broken."""
    described = aws.east.describe_table(TableName=table)["Table"]
    assert described["SSEDescription"]["SSEType"] == "KMS"
    assert described["SSEDescription"]["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:")
    assert described["DeletionProtectionEnabled"] is True
    backups = aws.east.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = aws.east.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    assert {"Key": "drill", "Value": "allowed"} in tags


def test_orders_is_global_and_capped(aws: Aws) -> None:
    """On demand, with a cap and an index; its replica is as sound."""
    described = aws.east.describe_table(TableName="orders")["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["OnDemandThroughput"] == {"MaxReadRequestUnits": 4000, "MaxWriteRequestUnits": 4000}
    assert [each["RegionName"] for each in described["Replicas"]] == [WEST]
    (index,) = described["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-status"
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
    replica = aws.west.describe_table(TableName="orders")["Table"]
    assert replica["SSEDescription"]["KMSMasterKeyArn"].startswith("arn:aws:kms:us-west-2:")
    assert replica["DeletionProtectionEnabled"] is True


def test_sessions_scales_and_forgets(aws: Aws) -> None:
    """Provisioned, adapted to 70 % of use between 10 and 200 units; sessions expire."""
    described = aws.east.describe_table(TableName="sessions")["Table"]
    units = described["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (40, 40)
    expiry = aws.east.describe_time_to_live(TableName="sessions")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    scaling = client(aws.lab, "application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert {(each["MinCapacity"], each["MaxCapacity"], each["ResourceId"]) for each in targets} == {
        (10, 200, "table/sessions")
    }
    policies = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert {each["ScalableDimension"] for each in policies} == {
        "dynamodb:table:ReadCapacityUnits",
        "dynamodb:table:WriteCapacityUnits",
    }
    assert {each["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for each in policies} == {70.0}


def test_alarms_watch_both_tables(aws: Aws) -> None:
    """Over throttles and over consumption, and each tells somebody."""
    alarms = client(aws.lab, "cloudwatch").describe_alarms()["MetricAlarms"]
    watched: dict[Any, set[str]] = {}
    for each in alarms:
        if each["AlarmActions"] and each["Namespace"] == "AWS/DynamoDB" and not each["AlarmName"].startswith("Target"):
            table = {one["Name"]: one["Value"] for one in each["Dimensions"]}["TableName"]
            watched.setdefault(table, set()).add(each["MetricName"])
            assert each["AlarmActions"][0].startswith("arn:aws:sns:")
    metrics = {f"{kind}ThrottleEvents" for kind in ("Read", "Write")} | {
        f"Consumed{kind}CapacityUnits" for kind in ("Read", "Write")
    }
    assert watched == {"orders": metrics, "sessions": metrics}


def test_a_budget_tells_somebody(aws: Aws) -> None:
    """500 USD a month, and an alert at 80 % of what was really spent."""
    budgets = client(aws.lab, "budgets")
    (budget,) = budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert (budget["BudgetName"], budget["TimeUnit"], budget["BudgetType"]) == ("drill-lab", "MONTHLY", "COST")
    assert budget["BudgetLimit"] == {"Amount": "500", "Unit": "USD"}
    of = {"AccountId": ACCOUNT, "BudgetName": "drill-lab"}
    (alert,) = budgets.describe_notifications_for_budget(**of)["Notifications"]
    assert (alert["NotificationType"], alert["Threshold"]) == ("ACTUAL", 80)
    (subscriber,) = budgets.describe_subscribers_for_notification(Notification=alert, **of)["Subscribers"]
    assert subscriber["SubscriptionType"] == "SNS"


def test_the_tagging_api_finds_the_tables(aws: Aws) -> None:
    """By their tag."""
    found = client(aws.lab, "resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "drill", "Values": ["allowed"]}], ResourceTypeFilters=["dynamodb"]
    )["ResourceTagMappingList"]
    assert {each["ResourceARN"].rpartition("/")[2] for each in found} >= {"orders", "sessions"}
