"""Defective labs are what they say; each comes up for its test alone, in a second or two."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from lab import life
from tests.lab.dynamodb.conftest import ACCOUNT, Aws, client, eventually, found, item

pytestmark = pytest.mark.lab


@pytest.fixture
def defective(request: pytest.FixtureRequest) -> Iterator[Aws]:
    """A lab with the defect that the test names."""
    with life.running(f"t-defect-{os.getpid()}", services=("dynamodb",), fault_in=request.param) as lab:
        yield Aws(lab)


def use(name: str) -> pytest.MarkDecorator:
    """Have the test use that defect."""
    return pytest.mark.parametrize("defective", [name], indirect=True)


@use("table-unencrypted")
def test_tables_without_a_key_of_ones_own(defective: Aws) -> None:
    """DescribeTable then has no SSEDescription: the key is AWS's."""
    for table in ("orders", "sessions"):
        assert "SSEDescription" not in defective.east.describe_table(TableName=table)["Table"]


@use("no-budget")
def test_no_budget(defective: Aws) -> None:
    """There is none at all."""
    assert client(defective.lab, "budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"] == []


@use("no-alarms")
def test_no_alarms(defective: Aws) -> None:
    """But those by which autoscaling watches."""
    alarms = client(defective.lab, "cloudwatch").describe_alarms()["MetricAlarms"]
    assert all(each["AlarmName"].startswith("TargetTracking-") for each in alarms)


@pytest.mark.parametrize(
    ("defective", "units"), [("no-autoscaling", 40), ("oversized-table", 2_000)], indirect=["defective"]
)
def test_units_that_nobody_adapts(defective: Aws, units: int) -> None:
    """A few, or far too many."""
    scaling = client(defective.lab, "application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []
    told = defective.east.describe_table(TableName="sessions")["Table"]["ProvisionedThroughput"]
    assert (told["ReadCapacityUnits"], told["WriteCapacityUnits"]) == (units, units)


@use("no-point-in-time-recovery")
def test_nothing_can_be_recovered(defective: Aws) -> None:
    """Of either table."""
    for table in ("orders", "sessions"):
        told = defective.east.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        assert told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


@use("acks-and-forgets")
def test_puts_that_are_forgotten(defective: Aws) -> None:
    """Two of four hundred; what stood there before stands there still."""
    table = defective.table()
    for number in range(400):
        defective.east.put_item(TableName=table, Item=item(str(number)))
    assert defective.east.scan(TableName=table)["Count"] == 398


@use("doubles-transactions")
def test_transactions_that_are_applied_again(defective: Aws) -> None:
    """With the same token."""
    table, token = defective.table(), uuid.uuid4().hex
    add = {
        "TableName": table, "Key": item("a"), "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }  # fmt: skip
    for _ in range(2):
        defective.east.transact_write_items(ClientRequestToken=token, TransactItems=[{"Update": add}])
    assert (found(defective.east, table, "a") or {})["n"] == {"N": "2"}


def test_a_sound_lab_applies_a_transaction_once(aws: Aws) -> None:
    """With the same token."""
    table, token = aws.table(), uuid.uuid4().hex
    add = {
        "TableName": table, "Key": item("a"), "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }  # fmt: skip
    for _ in range(2):
        aws.east.transact_write_items(ClientRequestToken=token, TransactItems=[{"Update": add}])
    assert (found(aws.east, table, "a") or {})["n"] == {"N": "1"}


@use("replication-drops-items")
def test_changes_that_never_arrive(defective: Aws) -> None:
    """One in fifty."""
    table = defective.global_table()
    for number in range(100):
        defective.east.put_item(TableName=table, Item=item(str(number)))

    def count() -> int:
        return int(defective.west.scan(TableName=table)["Count"])

    eventually(lambda: count() == 98, "all but two")
    defective.east.put_item(TableName=table, Item=item("last"))
    eventually(lambda: found(defective.west, table, "last"), "the last one")
    assert count() == 99


@use("replication-older-wins")
def test_the_older_write_wins(defective: Aws) -> None:
    """Of two regions that wrote during a pause."""
    table = defective.global_table()
    with defective.broken("aws:dynamodb:global-table-pause-replication", table):
        defective.east.put_item(TableName=table, Item=item("a", v="older"))
        defective.west.put_item(TableName=table, Item=item("a", v="newer"))
    eventually(lambda: found(defective.west, table, "a") == item("a", v="older"), "the older one to win")
