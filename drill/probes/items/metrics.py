"""CloudWatch's datapoints of tables: one GetMetricData a look for all of them, each datapoint once.

Names and dimensions: Developer Guide, DynamoDB metrics and dimensions. A datapoint's timestamp is the beginning of its
period (CloudWatch API reference, MetricDataResult); what is recorded is its end, before which nobody could know it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from drill.history import Anchor
from drill.tables import typed_table

NAMESPACE = "AWS/DynamoDB"
AT_ONCE = 500
"""So many metrics one GetMetricData takes (CloudWatch API reference, GetMetricData)."""

UNITS = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
EVENTS = ("ReadThrottleEvents", "WriteThrottleEvents")
FAILED = "ConditionalCheckFailedRequests"
"""Of a table, by no operation: writes that cost what they did not write."""
PROVISIONED = ("ProvisionedReadCapacityUnits", "ProvisionedWriteCapacityUnits")
OPERATIONS = (
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
)
RETURNING = ("Query", "Scan")
"""Operations that have ReturnedItemCount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One metric with its dimensions, and which statistic of it is wanted."""

    name: str
    statistic: str
    table: str
    detail: str | None = None
    dimension: str | None = None  # what `detail` is: GlobalSecondaryIndexName, Operation, ReceivingRegion

    def query(self, number: int, period_s: int) -> dict[str, Any]:
        """As GetMetricData wants it."""
        dimensions = [{"Name": "TableName", "Value": self.table}]
        if self.dimension is not None and self.detail is not None:
            dimensions.append({"Name": self.dimension, "Value": self.detail})
        metric = {"Namespace": NAMESPACE, "MetricName": self.name, "Dimensions": dimensions}
        return {
            "Id": f"m{number}",
            "MetricStat": {"Metric": metric, "Period": period_s, "Stat": self.statistic},
            "ReturnData": True,
        }


def series_of(described: Mapping[str, Any], *, region: str) -> tuple[Series, ...]:
    """All that is wanted of a table, as DescribeTable tells of it."""
    return tuple(_series(described, region))


def _series(described: Mapping[str, Any], region: str) -> Iterator[Series]:
    table = str(described["TableName"])
    provisioned = described.get("BillingModeSummary", {}).get("BillingMode") != "PAY_PER_REQUEST"
    for name in (*UNITS, *EVENTS, FAILED):
        yield Series(name=name, statistic="Sum", table=table)
    for name in PROVISIONED if provisioned else ():
        yield Series(name=name, statistic="Average", table=table)
    for index in described.get("GlobalSecondaryIndexes", ()):
        for name in (*UNITS, *EVENTS):
            detail, dimension = str(index["IndexName"]), "GlobalSecondaryIndexName"
            yield Series(name=name, statistic="Sum", table=table, detail=detail, dimension=dimension)
    for operation in OPERATIONS:
        yield from _of_operation(table, operation)
    for replica in described.get("Replicas", ()):
        if (receiving := str(replica["RegionName"])) != region:
            for statistic in ("Average", "Maximum"):
                yield Series(
                    name="ReplicationLatency",
                    statistic=statistic,
                    table=table,
                    detail=receiving,
                    dimension="ReceivingRegion",
                )


def _of_operation(table: str, operation: str) -> Iterator[Series]:
    wanted = [("SuccessfulRequestLatency", "Average"), ("SuccessfulRequestLatency", "SampleCount")]
    wanted += [("ThrottledRequests", "Sum")]
    wanted += [("ReturnedItemCount", "Sum")] if operation in RETURNING else []
    for name, statistic in wanted:
        yield Series(name=name, statistic=statistic, table=table, detail=operation, dimension="Operation")


@dataclass(slots=True, kw_only=True)
class Datapoints:
    """The datapoints of one region so far; `client` is CloudWatch's there. One that is told again is the newer one."""

    client: Any
    region: str
    period_s: int
    anchor: Anchor
    _values: dict[tuple[Series, int], float] = field(default_factory=dict)

    def fetch(self, wanted: Sequence[Series], *, since_ns: int, until_ns: int) -> None:
        """Ask for what lies between two moments of the monotonic clock; raises what boto3 raises."""
        span = {"StartTime": self._moment(since_ns), "EndTime": self._moment(until_ns)}
        every = [each.query(number, self.period_s) for number, each in enumerate(wanted)]
        for first in range(0, len(wanted), AT_ONCE):
            queries = every[first : first + AT_ONCE]
            for page in self.client.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, **span):
                self._take(wanted, page["MetricDataResults"])

    def rows(self) -> pl.DataFrame:
        """The table `metrics`, in order."""
        found = [
            {
                "at_ns": self.anchor.monotonic_ns + (begun_ns - self.anchor.wall_ns) + self.period_s * 1_000_000_000,
                "period_s": float(self.period_s),
                "namespace": NAMESPACE,
                "name": each.name,
                "subject": each.table,
                "detail": each.detail,
                "region": self.region,
                "statistic": each.statistic,
                "value": value,
            }
            for (each, begun_ns), value in self._values.items()
        ]
        return typed_table("metrics", found).sort("at_ns", maintain_order=True)

    def _take(self, wanted: Sequence[Series], results: Sequence[Mapping[str, Any]]) -> None:
        for result in results:
            series = wanted[int(result["Id"][1:])]
            for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                self._values[series, round(moment.timestamp()) * 1_000_000_000] = float(value)

    def _moment(self, at_ns: int) -> datetime:
        return datetime.fromtimestamp(self.anchor.wall_of(at_ns) / 1e9, tz=UTC)
