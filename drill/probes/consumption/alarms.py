"""Which alarms watch a cluster and its instances."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import polars as pl

from drill.probes.consumption.asking import asking
from drill.tables import typed_table

SUBJECT, NAMESPACE = "cluster", "AWS/RDS"


def cluster_alarms(client: Any, cluster: str, instances: Collection[str] = ()) -> pl.DataFrame:
    """Table `settings`: how many `Alarms` there are, and each as `Alarm NAME`, in the JSON that tables' alarms have.

    `client` is boto3's of CloudWatch. One alarm that joins several metrics is told once for each. ProbeError where it
    does not answer.
    """
    with asking("cloudwatch:DescribeAlarms"):
        pages = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        found = [each for page in pages for alarm in page.get("MetricAlarms", ()) for each in _told(alarm)]
    subjects = {cluster, *instances}
    own = [each for each in found if subjects & set(each["dimensions"].values())]
    rows: dict[str, str] = {"Alarms": str(len(own))}
    for each in own:
        name = f"Alarm {each['name']}"
        rows[name if name not in rows else f"{name} ({each['metric']})"] = json.dumps(each, sort_keys=True)
    return typed_table("settings", [{"subject": SUBJECT, "name": name, "value": value} for name, value in rows.items()])


def _told(alarm: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    joined = [each["MetricStat"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    metrics = [(alarm, alarm)] if "MetricName" in alarm else [(each, each["Metric"]) for each in joined]
    for stated, metric in metrics:
        if metric.get("Namespace") != NAMESPACE:
            continue
        yield {
            "name": alarm["AlarmName"],
            "metric": metric["MetricName"],
            "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())},
            "statistic": stated.get("Statistic") or stated.get("ExtendedStatistic") or stated.get("Stat"),
            "period_s": stated.get("Period"),
            "comparison": alarm.get("ComparisonOperator"),
            "threshold": alarm.get("Threshold"),
            "enabled": alarm.get("ActionsEnabled", False),
            "actions": alarm.get("AlarmActions", []),
            "state": alarm.get("StateValue"),
        }
