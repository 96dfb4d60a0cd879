"""Datapoints are asked for as CloudWatch wants it, and each is kept once, on our clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from drill.history import Anchor
from drill.probes.items.metrics import AT_ONCE, Datapoints, Series, series_of

SECOND_NS = 1_000_000_000
ANCHOR = Anchor(monotonic_ns=50 * SECOND_NS, wall_ns=1_000_000 * SECOND_NS, error_ns=0)


class CloudWatch:
    """Answers with one value a series and a second."""

    def __init__(self, value: float) -> None:
        """Give that value."""
        self.value = value
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> CloudWatch:
        """Itself."""
        assert name == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page."""
        self.asked.append(asked)
        moment = datetime.fromtimestamp(1_000_010, tz=UTC)
        results = [
            {"Id": each["Id"], "Timestamps": [moment], "Values": [self.value]} for each in asked["MetricDataQueries"]
        ]
        yield {"MetricDataResults": results}


def test_a_datapoint() -> None:
    """Its moment is the end of its period, on the monotonic clock; told again, the newer value counts."""
    client = CloudWatch(3.0)
    points = Datapoints(client=client, region="r", period_s=60, anchor=ANCHOR)
    wanted = (Series(name="ReadThrottleEvents", statistic="Sum", table="t", detail="i", dimension="Index"),)
    points.fetch(wanted, since_ns=40 * SECOND_NS, until_ns=60 * SECOND_NS)
    client.value = 4.0
    points.fetch(wanted, since_ns=40 * SECOND_NS, until_ns=60 * SECOND_NS)
    (row,) = points.rows().to_dicts()
    assert row["at_ns"] == (50 + 10 + 60) * SECOND_NS
    assert (row["value"], row["period_s"], row["subject"], row["detail"]) == (4.0, 60.0, "t", "i")
    asked = client.asked[0]
    assert asked["StartTime"].timestamp() == 1_000_000 - 10
    assert asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "TableName", "Value": "t"},
        {"Name": "Index", "Value": "i"},
    ]


def test_no_more_at_once_than_cloudwatch_takes() -> None:
    """More series are asked for in several calls, and none is lost."""
    client = CloudWatch(1.0)
    points = Datapoints(client=client, region="r", period_s=1, anchor=ANCHOR)
    wanted = [Series(name=f"m{number}", statistic="Sum", table="t") for number in range(AT_ONCE + 7)]
    points.fetch(wanted, since_ns=0, until_ns=1)
    assert [len(asked["MetricDataQueries"]) for asked in client.asked] == [AT_ONCE, 7]
    assert points.rows()["name"].n_unique() == AT_ONCE + 7


def test_what_is_wanted_of_a_table() -> None:
    """Provisioned units only where there are some; replication to every other region, each index, failed conditions."""
    described = {
        "TableName": "t",
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "GlobalSecondaryIndexes": [{"IndexName": "i"}],
        "Replicas": [{"RegionName": "here"}, {"RegionName": "there"}],
    }
    wanted = series_of(described, region="here")
    assert not any(each.name.startswith("Provisioned") for each in wanted)
    assert {each.detail for each in wanted if each.name == "ReplicationLatency"} == {"there"}
    assert {each.dimension for each in wanted if each.detail == "i"} == {"GlobalSecondaryIndexName"}
    assert [each.detail for each in wanted if each.name == "ConditionalCheckFailedRequests"] == [None]
    provisioned = series_of({"TableName": "t"}, region="here")
    assert sum(each.name.startswith("Provisioned") for each in provisioned) == 2
    assert len(set(wanted)) == len(wanted)
