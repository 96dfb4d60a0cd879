"""What a lab's AWS account holds when it starts: two tables without data, and what watches over them.

    orders      on demand with caps, a global table with a replica, an index by status
    sessions    provisioned, with autoscaling and a time to live

Tables that are made later have what their makers ask for, and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends

from lab.dynamodb.defect import Holdings
from lab.dynamodb.store import ACCOUNT

Call = Callable[[str, str, dict[str, Any]], dict[str, Any]]
"""Has a region, by its name, answer a call of DynamoDB."""

ORDERS, SESSIONS = "orders", "sessions"
BUDGET, BUDGET_USD, ALERT_PCT = "drill-lab", 500, 80
TAGS = [{"Key": "drill", "Value": "allowed"}]

_LEAST, _MOST, _TARGET_PCT = 10, 200, 70.0


def seed(call: Call, holdings: Holdings, *, region: str, replica: str) -> None:
    """Make all of it."""
    topic = f"arn:aws:sns:{region}:{ACCOUNT}:drill-alerts"
    _orders(call, holdings, region, replica)
    _sessions(call, holdings, region)
    if holdings.autoscaling:
        _autoscaling(region)
    if holdings.alarms:
        for table in (ORDERS, SESSIONS):
            _alarms(region, table, topic)
    if holdings.budget:
        _budget(topic)


def _orders(call: Call, holdings: Holdings, region: str, replica: str) -> None:
    asked: dict[str, Any] = {
        "TableName": ORDERS,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("customer", "order", "status", "created")
        ],
        "KeySchema": [
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "order", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-status",
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "created", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
                "OnDemandThroughput": {"MaxReadRequestUnits": 4_000, "MaxWriteRequestUnits": 4_000},
            }
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "OnDemandThroughput": {"MaxReadRequestUnits": 4_000, "MaxWriteRequestUnits": 4_000},
        "DeletionProtectionEnabled": holdings.deletion_protection,
        "Tags": TAGS,
    }
    if holdings.encrypted:
        asked["SSESpecification"] = {"Enabled": True, "SSEType": "KMS"}
    call(region, "CreateTable", asked)
    call(region, "UpdateTable", {"TableName": ORDERS, "ReplicaUpdates": [{"Create": {"RegionName": replica}}]})
    call(replica, "TagResource", {"ResourceArn": _arn(replica, ORDERS), "Tags": TAGS})
    if holdings.deletion_protection:
        call(replica, "UpdateTable", {"TableName": ORDERS, "DeletionProtectionEnabled": True})
    for each in (region, replica):
        _recoverable(call, holdings, each, ORDERS)


def _sessions(call: Call, holdings: Holdings, region: str) -> None:
    asked: dict[str, Any] = {
        "TableName": SESSIONS,
        "AttributeDefinitions": [{"AttributeName": "session", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "session", "KeyType": "HASH"}],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": holdings.units, "WriteCapacityUnits": holdings.units},
        "DeletionProtectionEnabled": holdings.deletion_protection,
        "Tags": TAGS,
    }
    if holdings.encrypted:
        asked["SSESpecification"] = {"Enabled": True, "SSEType": "KMS"}
    call(region, "CreateTable", asked)
    expiry = {"Enabled": True, "AttributeName": "expires"}
    call(region, "UpdateTimeToLive", {"TableName": SESSIONS, "TimeToLiveSpecification": expiry})
    _recoverable(call, holdings, region, SESSIONS)


def _recoverable(call: Call, holdings: Holdings, region: str, table: str) -> None:
    if holdings.point_in_time_recovery:
        wanted = {"PointInTimeRecoveryEnabled": True}
        call(region, "UpdateContinuousBackups", {"TableName": table, "PointInTimeRecoverySpecification": wanted})


def _autoscaling(region: str) -> None:
    backend = applicationautoscaling_backends[ACCOUNT][region]
    for kind in ("Read", "Write"):
        dimension = f"dynamodb:table:{kind}CapacityUnits"
        backend.register_scalable_target(
            "dynamodb",
            f"table/{SESSIONS}",
            dimension,
            _LEAST,
            _MOST,
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            None,
        )
        backend.put_scaling_policy(
            f"{SESSIONS}-{kind.lower()}",
            "dynamodb",
            f"table/{SESSIONS}",
            dimension,
            {
                "TargetValue": _TARGET_PCT,
                "PredefinedMetricSpecification": {"PredefinedMetricType": f"DynamoDB{kind}CapacityUtilization"},
            },
            "TargetTrackingScaling",
        )


def _alarms(region: str, table: str, topic: str) -> None:
    """Over what is throttled, and over what is consumed: half of the cap, or of what autoscaling may give."""
    units_per_minute = (2_000 if table == ORDERS else _MOST // 2) * 60
    for kind in ("Read", "Write"):
        for metric, threshold in (
            (f"{kind}ThrottleEvents", 1.0),
            (f"Consumed{kind}CapacityUnits", float(units_per_minute)),
        ):
            cloudwatch_backends[ACCOUNT][region].put_metric_alarm(
                name=f"{table}-{metric}",
                namespace="AWS/DynamoDB",
                metric_name=metric,
                comparison_operator="GreaterThanOrEqualToThreshold",
                evaluation_periods=1,
                period=60,
                threshold=threshold,
                statistic="Sum",
                description=f"{metric} of {table}",
                dimensions=[{"Name": "TableName", "Value": table}],
                alarm_actions=[topic],
                treat_missing_data="notBreaching",
            )


def _budget(topic: str) -> None:
    budgets_backends[ACCOUNT]["aws"].create_budget(
        ACCOUNT,
        {
            "BudgetName": BUDGET,
            "BudgetLimit": {"Amount": str(BUDGET_USD), "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        },
        [
            {
                "Notification": {
                    "NotificationType": "ACTUAL",
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": ALERT_PCT,
                    "ThresholdType": "PERCENTAGE",
                },
                "Subscribers": [{"SubscriptionType": "SNS", "Address": topic}],
            }
        ],
    )


def _arn(region: str, table: str) -> str:
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}"
