"""CloudWatch's datapoints of a cluster and its instances.

A datapoint's timestamp is the beginning of its period; recorded is its end, when it could be known at the earliest.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl

from drill.history import Anchor
from drill.probes.consumption.asking import asking
from drill.tables import typed_table

NAMESPACE = "AWS/RDS"
OF_CLUSTER = (("VolumeReadIOPs", "Sum"), ("VolumeWriteIOPs", "Sum"), ("VolumeBytesUsed", "Average"))
OF_INSTANCE = (
    ("CPUUtilization", "Average"),
    ("DatabaseConnections", "Average"),
    ("BufferCacheHitRatio", "Average"),
    ("ServerlessDatabaseCapacity", "Average"),
)
BY_FIVE_MINUTES_S = 300
"""Volume metrics come so often on AWS: asked for by the minute, a whole datapoint would look like one minute's."""
SECOND_NS = 1_000_000_000


def cluster_metrics(  # noqa: PLR0913 - where, what and when
    client: Any,
    cluster: str,
    instances: Iterable[str],
    *,
    region: str,
    anchor: Anchor,
    from_ns: int,
    to_ns: int,
    period_s: int = 60,
) -> pl.DataFrame:
    """Table `metrics` of what lies between two moments of the monotonic clock; ProbeError where nobody answers.

    `client` is boto3's of CloudWatch. `period_s` is 1 on a lab, 60 on AWS, where the volume's metrics are asked for by
    300 s. What CloudWatch has no datapoints of is left out.
    """
    wanted = list(_wanted(cluster, instances, period_s))
    span = {"StartTime": _moment(anchor, from_ns), "EndTime": _moment(anchor, to_ns)}
    queries = [query for _, query in wanted]
    known = {query["Id"]: row for row, query in wanted}
    rows: list[dict[str, object]] = []
    with asking("cloudwatch:GetMetricData"):
        for page in client.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, **span):
            for result in page["MetricDataResults"]:
                row = known[result["Id"]]
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    ended_ns = round(at.timestamp() * 1e9) + round(row["period_s"] * SECOND_NS)
                    at_ns = anchor.monotonic_ns + ended_ns - anchor.wall_ns
                    rows.append(row | {"at_ns": at_ns, "value": value, "region": region})
    return typed_table("metrics", rows).sort("at_ns", maintain_order=True)


def _wanted(cluster: str, instances: Iterable[str], period_s: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What stands in each row, and the query that gives it."""
    volume_s = period_s if period_s < BY_FIVE_MINUTES_S // 5 else BY_FIVE_MINUTES_S
    found = [("DBClusterIdentifier", cluster, name, statistic, volume_s) for name, statistic in OF_CLUSTER]
    for instance in instances:
        found += [("DBInstanceIdentifier", instance, name, statistic, period_s) for name, statistic in OF_INSTANCE]
    for number, (dimension, subject, name, statistic, seconds) in enumerate(found):
        metric = {
            "Namespace": NAMESPACE,
            "MetricName": name,
            "Dimensions": [{"Name": dimension, "Value": subject}],
        }
        row = {
            "namespace": NAMESPACE,
            "name": name,
            "subject": subject,
            "statistic": statistic,
            "period_s": float(seconds),
        }
        yield row, {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": seconds, "Stat": statistic}}


def _moment(anchor: Anchor, at_ns: int) -> datetime:
    return datetime.fromtimestamp(anchor.wall_of(at_ns) / 1e9, UTC)
