"""What tables have used before anybody came, as a lab's CloudWatch tells it over the wire."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import polars as pl
import pytest

from drill.config import DynamoDBSettings
from drill.errors import ProbeError, TargetError
from drill.probes.clock import anchor
from drill.probes.consumption import table_past
from drill.targets.dynamodb import Tables
from drill.targets.dynamodb.connect import connect_tables
from lab import life
from tests.drill.probes.server import free_port, wait_until


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """DynamoDB alone."""
    with life.running(f"past-{os.getpid()}", services=("dynamodb",)) as lab:
        yield str(lab.dynamodb_endpoint_url)


def tables(url: str, replica: str | None = "us-west-2") -> Tables:
    """The target of that lab."""
    settings = DynamoDBSettings(
        kind="dynamodb", region="us-east-1", tables=("orders",), endpoint_url=url, replica_region=replica
    )
    return connect_tables("mine", settings, {})


def past(target: Tables, *names: str) -> dict[str, pl.DataFrame]:
    """The last minute of them, by the second."""
    began = anchor()
    return table_past(target, names, anchor=began, to_ns=began.monotonic_ns, lasts_s=60, period_s=1)


def consumed(told: pl.DataFrame, name: str) -> float:
    """All units of a kind."""
    return float(told.filter(pl.col("name").cast(pl.String) == name)["value"].sum())


def test_what_was_used_is_told(url: str) -> None:
    """Units of a table, dated on the machine's own clock; what was asked about stands beside it."""
    target = tables(url)
    key = {"session": {"S": "one"}}
    for _ in range(3):
        target.client().put_item(TableName="sessions", Item=key)
    began_ns = time.monotonic_ns()
    wait_until(
        lambda: consumed(past(target, "sessions")["metrics"], "ConsumedWriteCapacityUnits") == 3, "three units are told"
    )
    told = past(target, "sessions")
    used = told["metrics"].filter(
        (pl.col("name").cast(pl.String) == "ConsumedWriteCapacityUnits") & (pl.col("value") > 0)
    )
    assert abs(used["at_ns"][0] - began_ns) < 5e9
    said = dict(told["settings"].select(pl.col("name").cast(pl.String), "value").iter_rows())
    assert int(said["ToNs"]) - int(said["FromNs"]) == 60 * 10**9


def test_replicas_are_asked_where_they_are(url: str) -> None:
    """Of a global table both regions are told of, of another one its own."""
    target = tables(url)
    target.client().put_item(TableName="orders", Item={"customer": {"S": "one"}, "order": {"S": "one"}})

    def regions() -> set[str]:
        told = past(target, "orders", "sessions")["metrics"]
        return set(told.filter(pl.col("subject").cast(pl.String) == "orders")["region"].cast(pl.String))

    wait_until(lambda: regions() == {"us-east-1", "us-west-2"}, "both regions tell of the global table")


def test_a_table_that_is_not_there(url: str) -> None:
    """Named, with the place."""
    with pytest.raises(TargetError, match="the table nowhere"):
        past(tables(url), "nowhere")


def test_nobody_answers() -> None:
    """An error, and no empty past."""
    with pytest.raises((ProbeError, TargetError)):
        past(tables(f"http://127.0.0.1:{free_port()}", None), "orders")
