"""Defective labs: each has a name, and none is defective before it is armed."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends

from lab import life, sabotage
from lab.api.budget import seed_budget
from lab.api.identity import Identity
from lab.control import Setup
from lab.dynamodb.defect import Holdings
from lab.errors import LabError

PROMISED = {
    "acks-and-forgets",
    "doubles-transactions",
    "no-alarms",
    "no-autoscaling",
    "no-budget",
    "no-point-in-time-recovery",
    "oversized-table",
    "replication-drops-items",
    "replication-older-wins",
    "table-unencrypted",
    "lossy-replication",
    "slow-promotion",
    "never-promotes",
    "stale-endpoint",
    "stale-readers",
    "two-writers",
    "double-apply",
    "false-refusal",
    "no-rejoin",
    "unencrypted",
    "no-readers",
    "uneven-readers",
    "reads-at-the-writer",
    "deaf-readers",
    "reads-go-back",
    "no-deletion-protection",
    "no-backups",
    "missing-index",
    "duplicate-index",
    "unused-index",
    "no-statistics",
}


def test_all_that_are_promised_are_there() -> None:
    """Thirty-one, by these names."""
    assert set(sabotage.NAMES) == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_each_is_found_by_its_name_and_changes_something(name: str) -> None:
    """None of them is the healthy lab under another name."""
    found, healthy = sabotage.named(name), sabotage.named(None)
    assert found.name == name
    changed = {field for field in type(found).__dataclass_fields__ if getattr(found, field) != getattr(healthy, field)}
    assert changed - {"name"}


OF_DYNAMODB = {
    "acks-and-forgets",
    "doubles-transactions",
    "no-alarms",
    "no-autoscaling",
    "no-point-in-time-recovery",
    "oversized-table",
    "replication-drops-items",
    "replication-older-wins",
    "table-unencrypted",
}


@pytest.mark.parametrize("name", sorted(PROMISED - {"no-budget"}))
def test_a_defect_leaves_the_other_service_alone(name: str) -> None:
    """Each service may be given any name: it is a healthy one if the defect is not its own."""
    found, healthy = sabotage.named(name), sabotage.named(None)
    changed = {field for field in type(found).__dataclass_fields__ if getattr(found, field) != getattr(healthy, field)}
    assert (changed == {"name", "dynamodb"}) is (name in OF_DYNAMODB)
    assert ("dynamodb" in changed) is (name in OF_DYNAMODB)


def test_neither_service_has_a_budget_without_one() -> None:
    """It is the account's, so both are without; the alarms on the cluster stay."""
    found = sabotage.named("no-budget")
    assert found.setup == Setup(budget=False)
    assert found.dynamodb.holdings == Holdings(budget=False)
    account = "999999999999"
    identity = Identity(
        cluster="lab", database="d", admin="a", admin_password="a", user="u", password="u", account=account
    )
    seed_budget(identity, ["lab-a"], budget=False)
    assert list(budgets_backends[account]["aws"].budgets[account]) == []
    assert len(cloudwatch_backends[account][identity.region].alarms) == 3
    seed_budget(identity, ["lab-a"])
    assert list(budgets_backends[account]["aws"].budgets[account]) == ["drill-lab"]


@pytest.mark.lab
def test_a_lab_of_dynamodb_with_a_defect_of_the_cluster_is_sound() -> None:
    """It comes up, keeps what it is given, and says which defect it was asked for."""
    with life.running(f"t-other-{os.getpid()}", services=("dynamodb",), fault_in="never-promotes") as lab:
        assert lab.fault_in == "never-promotes"
        make: Any = boto3.client
        dynamodb = make(
            "dynamodb",
            endpoint_url=lab.dynamodb_endpoint_url,
            region_name=lab.dynamodb_region,
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        assert dynamodb.list_tables()["TableNames"] == ["orders", "sessions"]
        assert "SSEDescription" in dynamodb.describe_table(TableName="orders")["Table"]


def test_no_name_is_no_defect() -> None:
    """A healthy lab promises everything."""
    healthy = sabotage.named(None)
    assert healthy.synchronous
    assert healthy.endpoint_follows
    assert healthy.hooks(Path("/nowhere")) == {}
    assert healthy.switch_over is None


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    """One line, for a person."""
    with pytest.raises(LabError) as refused:
        sabotage.named("gremlins")
    assert "'gremlins' is no fault to build in" in str(refused.value)
    assert all(name in str(refused.value) for name in PROMISED)


@pytest.mark.parametrize("place", ["plain", "with a space", "it's quoted"])
def test_a_promotion_is_hindered_only_once_armed(tmp_path: Path, place: str) -> None:
    """The lab starts healthy, wherever its folder is: Patroni splits the hook's command as a shell would."""
    folder = tmp_path / place
    hook = shlex.split(sabotage.named("never-promotes").hooks(folder)["pre_promote"])
    assert subprocess.run(hook, check=False).returncode == 0
    (folder / "armed").touch()
    assert subprocess.run(hook, check=False).returncode == 1


def test_a_slow_promotion_takes_twelve_seconds_more(tmp_path: Path) -> None:
    """Twelve are over an objective of ten, and under one of sixty."""
    sabotage.named("slow-promotion").hooks(tmp_path)
    assert "sleep 12\n" in (tmp_path / "pre_promote.sh").read_text()
