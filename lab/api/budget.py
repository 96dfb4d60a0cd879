"""The budget of a lab's AWS account, and the alarms that watch what its cluster is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.api.identity import Identity

NAME = "drill-lab"
LIMIT_USD = 1000
"""Three db.r6g.large cost 569 USD a month in us-east-1, and I/O comes on top."""

ALERT_PCT = 80
MUCH_IO = 300_000
"""Of a minute: 5,000 a second, for which AWS asks 2,628 USD a month."""

MUCH_CPU_PCT = 90


def seed_budget(identity: Identity, instances: Sequence[str], *, budget: bool = True) -> None:
    """Have a monthly budget with an alert that somebody gets, and alarms on I/O and on each instance's CPU.

    Without `budget` the alarms alone: who watches what is consumed need not know what may be spent.
    """
    topic = f"arn:aws:sns:{identity.region}:{identity.account}:drill-alerts"
    if budget:
        _budget(identity, topic)
    for metric in ("VolumeReadIOPs", "VolumeWriteIOPs"):
        of_cluster = {"Name": "DBClusterIdentifier", "Value": identity.cluster}
        _alarm(identity, metric, of_cluster, statistic="Sum", threshold=MUCH_IO, topic=topic)
    for instance in instances:
        of_instance = {"Name": "DBInstanceIdentifier", "Value": instance}
        _alarm(identity, "CPUUtilization", of_instance, statistic="Average", threshold=MUCH_CPU_PCT, topic=topic)


def _budget(identity: Identity, topic: str) -> None:
    budgets_backends[identity.account]["aws"].create_budget(
        identity.account,
        {
            "BudgetName": NAME,
            "BudgetLimit": {"Amount": str(LIMIT_USD), "Unit": "USD"},
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


def _alarm(
    identity: Identity, metric: str, dimension: dict[str, str], *, statistic: str, threshold: float, topic: str
) -> None:
    cloudwatch_backends[identity.account][identity.region].put_metric_alarm(
        name=f"{dimension['Value']}-{metric}",
        namespace="AWS/RDS",
        metric_name=metric,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        threshold=threshold,
        statistic=statistic,
        description=f"{metric} of {dimension['Value']}",
        dimensions=[dimension],
        alarm_actions=[topic],
    )
