"""Defective labs are what they say; those that act come up for their tests alone, the accounts are made in memory."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.moto_api._internal.models import moto_api_backend

from lab import life, sabotage
from lab.dynamodb.faults import Faults
from lab.dynamodb.server import World
from tests.lab.dynamodb.conftest import ACCOUNT, EAST, Aws, eventually, found, item

pytestmark = pytest.mark.lab


@pytest.fixture
def defective(request: pytest.FixtureRequest) -> Iterator[Aws]:
    """A lab with the defect that the test names."""
    with life.running(f"t-defect-{os.getpid()}", services=("dynamodb",), fault_in=request.param) as lab:
        yield Aws(lab)


def use(name: str) -> pytest.MarkDecorator:
    """Have the test use that defect."""
    return pytest.mark.parametrize("defective", [name], indirect=True)


@pytest.fixture
def seeded(request: pytest.FixtureRequest) -> Iterator[World]:
    """The account of a lab with the defect that the test names, without a lab around it."""
    moto_api_backend.reset()
    world = World(Faults(on_loop=lambda call: call()), sabotage.named(request.param).dynamodb)
    world.seed()
    yield world
    moto_api_backend.reset()


def seeded_with(name: str) -> pytest.MarkDecorator:
    """Have the test look at that account."""
    return pytest.mark.parametrize("seeded", [name], indirect=True)


def described(world: World, table: str) -> dict[str, Any]:
    """What DescribeTable says."""
    told: dict[str, Any] = world.regions[EAST].call("DescribeTable", {"TableName": table})["Table"]
    return told


@seeded_with("table-unencrypted")
def test_tables_without_a_key_of_ones_own(seeded: World) -> None:
    """DescribeTable then has no SSEDescription: the key is AWS's."""
    for table in ("orders", "sessions"):
        assert "SSEDescription" not in described(seeded, table)


@pytest.mark.parametrize(("seeded", "names"), [("no-budget", []), ("no-alarms", ["drill-lab"])], indirect=["seeded"])
def test_no_budget(seeded: World, names: list[str]) -> None:
    """There is none at all; another defect leaves it."""
    assert seeded.regions
    assert list(budgets_backends[ACCOUNT]["aws"].budgets[ACCOUNT]) == names


@seeded_with("no-alarms")
def test_no_alarms(seeded: World) -> None:
    """But those by which autoscaling watches."""
    assert seeded.regions
    alarms = cloudwatch_backends[ACCOUNT][EAST].alarms
    assert alarms
    assert all(each.startswith("TargetTracking-") for each in alarms)


@pytest.mark.parametrize(("seeded", "units"), [("no-autoscaling", 40), ("oversized-table", 2_000)], indirect=["seeded"])
def test_units_that_nobody_adapts(seeded: World, units: int) -> None:
    """A few, or far too many."""
    scaling = applicationautoscaling_backends[ACCOUNT][EAST]
    assert scaling.describe_scalable_targets("dynamodb", None, None) == []
    told = described(seeded, "sessions")["ProvisionedThroughput"]
    assert (told["ReadCapacityUnits"], told["WriteCapacityUnits"]) == (units, units)


@seeded_with("no-point-in-time-recovery")
def test_nothing_can_be_recovered(seeded: World) -> None:
    """Of either table."""
    for table in ("orders", "sessions"):
        told = seeded.regions[EAST].call("DescribeContinuousBackups", {"TableName": table})
        recovery = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"


@seeded_with("acks-and-forgets")
def test_puts_that_are_forgotten(seeded: World) -> None:
    """One of two hundred; what stood there before stands there still."""

    def call(operation: str, **body: Any) -> dict[str, Any]:
        return seeded.regions[EAST].call(operation, {"TableName": "orders", **body})

    def put(count: int, value: str) -> list[str]:
        for number in range(count):
            call("PutItem", Item={"customer": {"S": "c"}, "order": {"S": str(number)}, "v": {"S": value}})
        return [each["v"]["S"] for each in call("Scan")["Items"]]

    assert put(401, "first") == ["first"] * 399  # the two hundredth and the four hundredth
    again = put(399, "second")  # one before that, each time
    assert (again.count("second"), again.count("first")) == (397, 3)


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
