"""What Budgets and CloudWatch tell over the wire, and that checks can judge it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import polars as pl
import pytest
from botocore.config import Config

from drill.checks.cost import budget_with_alert_exists, consumption_is_watched
from drill.errors import ProbeError
from drill.history import SCHEMA, Anchor, History
from drill.probes.consumption import budgets, cluster_alarms, cluster_metrics
from drill.tables import typed_table
from drill.verdict import Ruling
from tests.drill.probes.consumption.conftest import IDENTITY, INSTANCES, Client

ACCOUNT = IDENTITY.account
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=60)
ANCHOR = Anchor(monotonic_ns=10**12, wall_ns=int(NOW.timestamp()) * 10**9, error_ns=0)


def history(*settings: pl.DataFrame) -> History:
    """What was told, and nothing else."""
    said = [
        {"subject": "cluster", "name": "Region", "value": "us-east-1"},
        {"subject": "lab-a", "name": "DBInstanceClass", "value": "db.r6g.large"},
    ]
    rows = pl.concat([typed_table("settings", said), *settings])
    return History.of(pl.DataFrame(schema=SCHEMA), anchor=ANCHOR, tables={"settings": rows})


def test_a_labs_budget_has_an_alert(client: Client) -> None:
    """It holds against the check, subscribers and all."""
    verdict = budget_with_alert_exists()(history(budgets(client("budgets"), ACCOUNT)))
    assert verdict.ruling is Ruling.HELD
    assert "80 %" in verdict.because


def test_a_subscriber_is_counted_and_never_named(client: Client) -> None:
    """Addresses stay where they are."""
    told = budgets(client("budgets"), ACCOUNT)
    assert "drill-alerts" not in "".join(told["value"])


def test_no_budget_is_told_as_none(client: Client) -> None:
    """Asked, and there is none: broken, not undecided."""
    client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName="drill-lab")
    assert budget_with_alert_exists()(history(budgets(client("budgets"), ACCOUNT))).ruling is Ruling.BROKEN


def test_a_labs_cluster_is_watched(client: Client) -> None:
    """Alarms on reads and writes of its volume, and on CPU, each with an action."""
    told = cluster_alarms(client("cloudwatch"), "lab", INSTANCES)
    assert consumption_is_watched()(history(told)).ruling is Ruling.HELD
    assert told.filter(pl.col("name").cast(pl.String) == "Alarms")["value"][0] == "5"


def test_alarms_of_others_are_left_out(client: Client) -> None:
    """Another cluster's alarms watch another cluster."""
    told = cluster_alarms(client("cloudwatch"), "other")
    assert told.height == 1
    assert consumption_is_watched()(history(told)).ruling is Ruling.BROKEN


def test_datapoints_are_dated_at_their_end(client: Client) -> None:
    """By the machine's own clock; a Sum adds up what was counted within a period."""
    cloudwatch = client("cloudwatch")
    of_cluster = [{"Name": "DBClusterIdentifier", "Value": "lab"}]
    for value in (100.0, 20.0):
        datum = {"MetricName": "VolumeReadIOPs", "Dimensions": of_cluster, "Timestamp": NOW, "Value": value}
        cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=[datum])
    told = cluster_metrics(
        cloudwatch,
        "lab",
        INSTANCES,
        region="us-east-1",
        anchor=ANCHOR,
        from_ns=ANCHOR.monotonic_ns - 10**10,
        to_ns=ANCHOR.monotonic_ns + 10**10,
        period_s=1,
    )
    (row,) = told.rows(named=True)
    assert (row["name"], row["subject"], row["statistic"], row["value"]) == ("VolumeReadIOPs", "lab", "Sum", 120.0)
    assert row["at_ns"] == ANCHOR.monotonic_ns + 10**9


def test_nobody_there_is_a_probe_error() -> None:
    """One line that says what could not be asked."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    absent = boto3.client(
        "budgets",  # type: ignore[call-overload]  # typed for other services only
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=config,
    )
    with pytest.raises(ProbeError, match="could not ask budgets:ViewBudget"):
        budgets(absent, ACCOUNT)


def test_a_refusal_is_a_probe_error(client: Client) -> None:
    """Whatever the service says is passed on."""
    cloudwatch = client("cloudwatch")
    where = {"region": "us-east-1", "anchor": ANCHOR, "from_ns": 2 * 10**12, "to_ns": 10**12}
    with pytest.raises(ProbeError, match="cloudwatch:GetMetricData"):
        cluster_metrics(cloudwatch, "lab", (), **where)  # type: ignore[arg-type]
