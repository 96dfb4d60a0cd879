"""What CloudWatch tells of DynamoDB: every second's counts, in bounded memory."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lab.dynamodb.metrics.kept import MOST, Kept, named
from lab.dynamodb.metrics.series import MINUTES, SECONDS, Series, one
from tests.lab.dynamodb.conftest import Aws, client, eventually, item


@given(
    st.lists(st.tuples(st.integers(0, 800), st.floats(0, 100)), min_size=1),
    st.integers(0, 800),
    st.integers(0, 800),
    st.sampled_from([1, 5, 60]),
)
def test_a_series_tells_what_was_added(
    values: list[tuple[int, float]], one_s: int, other_s: int, period_s: int
) -> None:
    """By any period, between any moments that its length divides."""
    series = Series()
    for at_s, value in sorted(values):
        series.add(at_s, one(value))
    start_s, end_s = sorted(each - each % period_s for each in (one_s, other_s))
    expected: dict[int, list[float]] = {}
    for at_s, value in values:
        if start_s <= at_s < end_s:
            expected.setdefault(at_s - at_s % period_s, []).append(value)
    told = series.between(start_s, end_s, period_s)
    assert [at_s for at_s, _ in told] == sorted(expected)
    for at_s, summary in told:
        assert summary.total == pytest.approx(sum(expected[at_s]))
        assert (summary.count, summary.low, summary.high) == (
            len(expected[at_s]), min(expected[at_s]), max(expected[at_s]),
        )  # fmt: skip


def test_a_day_of_seconds_takes_no_more_memory_than_a_quarter_of_an_hour() -> None:
    """Older values are there by the minute, each counted once."""
    series = Series()
    for at_s in range(86_400):
        series.add(at_s, one(1.0))
    assert len(series._seconds) == SECONDS  # noqa: SLF001
    assert len(series._minutes) == MINUTES  # noqa: SLF001
    assert sum(summary.total for _, summary in series.between(0, 86_400, 3_600)) == 86_400
    assert sum(summary.total for _, summary in series.between(86_400 - 2_040, 86_400, 1)) == 2_040


def test_metrics_of_tables_that_come_and_go_do_not_pile_up() -> None:
    """The one that was quiet for longest makes room."""
    kept = Kept()
    for number in range(MOST + 10):
        kept.add(number, [(named("n", "m", {"t": str(number)}), one(1.0))])
    assert len(kept.names()) == MOST
    assert named("n", "m", {"t": "0"}) not in kept.names()


def points(aws: Aws, metric: str, table: str, statistic: str = "Sum", **others: str) -> list[dict[str, Any]]:
    """What CloudWatch tells of the last minute, by the second."""
    now = datetime.now(UTC)
    dimensions = [{"Name": name, "Value": value} for name, value in {"TableName": table, **others}.items()]
    told = client(aws.lab, "cloudwatch").get_metric_statistics(
        Namespace="AWS/DynamoDB",
        MetricName=metric,
        Dimensions=dimensions,
        StartTime=now - timedelta(seconds=60),
        EndTime=now + timedelta(seconds=1),
        Period=1,
        Statistics=[statistic],
    )["Datapoints"]
    return [each for each in told if each[statistic]]


@pytest.mark.lab
def test_what_is_consumed_is_told_within_two_seconds(aws: Aws) -> None:
    """10 writes of 1 KB, 4 strong reads, and how long they took."""
    table = aws.table()
    for number in range(10):
        aws.east.put_item(TableName=table, Item=item(str(number)))
    for number in range(4):
        aws.east.get_item(TableName=table, Key=item(str(number)), ConsistentRead=True)
    began_s = time.monotonic()

    def total(metric: str, statistic: str = "Sum", **others: str) -> float:
        return float(sum(each[statistic] for each in points(aws, metric, table, statistic, **others)))

    eventually(lambda: total("ConsumedWriteCapacityUnits") == 10, "10 write units")
    eventually(lambda: total("ConsumedReadCapacityUnits") == 4, "4 read units")
    assert time.monotonic() - began_s < 3
    assert total("SuccessfulRequestLatency", "SampleCount", Operation="PutItem") == 10
    assert total("SuccessfulRequestLatency", "SampleCount", Operation="GetItem") == 4


@pytest.mark.lab
def test_throttles_are_told_by_kind_and_by_operation(aws: Aws) -> None:
    """Events of the table, requests of the operation."""
    table = aws.table()
    with aws.broken("lab:throttle-tables", table):
        for _ in range(3):
            with pytest.raises(ClientError):
                aws.east.put_item(TableName=table, Item=item("a"))
    eventually(lambda: sum(each["Sum"] for each in points(aws, "WriteThrottleEvents", table)) == 3, "the events")
    requests = points(aws, "ThrottledRequests", table, Operation="PutItem")
    assert sum(each["Sum"] for each in requests) == 3
    assert points(aws, "ReadThrottleEvents", table) == []


@pytest.mark.lab
def test_several_metrics_at_once(aws: Aws) -> None:
    """GetMetricData, by the second."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=item("a"))
    now = datetime.now(UTC)
    cloudwatch = client(aws.lab, "cloudwatch")

    def query(identifier: str, metric: str, of: str) -> dict[str, Any]:
        named = {
            "Namespace": "AWS/DynamoDB", "MetricName": metric, "Dimensions": [{"Name": "TableName", "Value": of}],
        }  # fmt: skip
        return {"Id": identifier, "MetricStat": {"Metric": named, "Period": 1, "Stat": "Sum"}}

    def told() -> Any:
        results = cloudwatch.get_metric_data(
            StartTime=now - timedelta(seconds=20),
            EndTime=now + timedelta(seconds=20),
            MetricDataQueries=[
                query("w", "ConsumedWriteCapacityUnits", table),
                query("p", "ProvisionedReadCapacityUnits", "sessions"),
            ],
        )["MetricDataResults"]
        values = {each["Id"]: each["Values"] for each in results}
        return values if 1.0 in values["w"] else None

    assert set(eventually(told, "the write")["p"]) == {40.0}


@pytest.mark.lab
def test_a_client_can_have_metrics_of_its_own(aws: Aws) -> None:
    """As on AWS, which alarms may watch."""
    cloudwatch = client(aws.lab, "cloudwatch")
    cloudwatch.put_metric_data(
        Namespace="Mine",
        MetricData=[{"MetricName": "m", "Value": 3.0}, {"MetricName": "m", "Values": [1.0, 2.0], "Counts": [2.0, 1.0]}],
    )
    now = datetime.now(UTC)
    (point,) = cloudwatch.get_metric_statistics(
        Namespace="Mine", MetricName="m", StartTime=now - timedelta(hours=1), EndTime=now + timedelta(hours=1),
        Period=86_400, Statistics=["Sum", "SampleCount", "Maximum"],
    )["Datapoints"]  # fmt: skip
    assert (point["Sum"], point["SampleCount"], point["Maximum"]) == (7.0, 4.0, 3.0)
    assert [each["MetricName"] for each in cloudwatch.list_metrics(Namespace="Mine")["Metrics"]] == ["m"]
