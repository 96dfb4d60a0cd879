"""What a cluster in production has: each promise with a good, a bad and an undecided twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.provisioning import (
    backups_are_kept,
    deletion_is_protected,
    has_a_parameter_group_of_its_own,
    is_not_public,
    logs_are_exported,
    minor_versions_are_applied,
)
from drill.verdict import Check, Ruling, judge
from tests.drill.checks.provisioning.stories import inspected, unseen

AWS = "aws rds modify-db-cluster --db-cluster-identifier orders"
END = "--apply-immediately --region eu-west-1"

CASES = [
    (backups_are_kept(), "cluster", "BackupRetentionPeriod", "1", f"{AWS} --backup-retention-period 7 {END}"),
    (deletion_is_protected(), "cluster", "DeletionProtection", "false", f"{AWS} --deletion-protection {END}"),
    (
        logs_are_exported(),
        "cluster",
        "EnabledCloudwatchLogsExports",
        "instance",
        f'{AWS} --cloudwatch-logs-export-configuration \'{{"EnableLogTypes":["postgresql"]}}\' {END}',
    ),
    (
        has_a_parameter_group_of_its_own(),
        "cluster",
        "DBClusterParameterGroup",
        "default.aurora-postgresql17",
        f"{AWS} --db-cluster-parameter-group-name orders-parameters {END}",
    ),
    (
        minor_versions_are_applied(),
        "two",
        "AutoMinorVersionUpgrade",
        "false",
        f"aws rds modify-db-instance --db-instance-identifier two --auto-minor-version-upgrade {END}",
    ),
    (
        is_not_public(),
        "two",
        "PubliclyAccessible",
        "true",
        f"aws rds modify-db-instance --db-instance-identifier two --no-publicly-accessible {END}",
    ),
]
IDS = [case[0].__name__ for case in CASES]
EACH = pytest.mark.parametrize(("check", "subject", "name", "bad", "command"), CASES, ids=IDS)


@EACH
def test_a_sound_cluster_holds_it(check: Check, subject: str, name: str, bad: str, command: str) -> None:  # noqa: ARG001
    """It names what it found, and has nothing to mend."""
    verdict = judge(check, inspected())
    assert verdict.ruling is Ruling.HELD, verdict.because
    assert verdict.evidence == ()
    assert verdict.objective


@EACH
def test_what_is_wrong_comes_with_the_command_that_mends_it(
    check: Check, subject: str, name: str, bad: str, command: str
) -> None:
    """Word for word, for the region that was asked."""
    verdict = judge(check, inspected({subject: {name: bad}}))
    assert verdict.ruling is Ruling.BROKEN, verdict.because
    assert command in verdict.evidence


@EACH
def test_what_is_not_told_is_undecided(check: Check, subject: str, name: str, bad: str, command: str) -> None:  # noqa: ARG001
    """The reason names what is missing; so does one where nobody looked."""
    verdict = judge(check, inspected({subject: {name: None}}))
    assert verdict.ruling is Ruling.UNDECIDED
    assert name in verdict.because
    nothing = judge(check, unseen())
    assert (nothing.ruling, nothing.because) == (Ruling.UNDECIDED, "nothing was recorded of settings")


@pytest.mark.parametrize(
    ("check", "name", "bad"),
    [
        (minor_versions_are_applied(), "AutoMinorVersionUpgrade", "false"),
        (is_not_public(), "PubliclyAccessible", "true"),
    ],
)
def test_one_wrong_instance_is_too_many(check: Check, name: str, bad: str) -> None:
    """Whatever the others are, and whether or not they tell; only the wrong one is to be mended."""
    verdict = judge(check, inspected({"one": {name: None}, "two": {name: bad}}))
    assert verdict.ruling is Ruling.BROKEN
    assert "two" in verdict.because
    assert len(verdict.evidence) == 1


@pytest.mark.parametrize("check", [minor_versions_are_applied(), is_not_public()])
def test_no_instance_is_no_proof(check: Check) -> None:
    """A promise about every one of none is undecided."""
    verdict = judge(check, inspected(without=frozenset({"one", "two"})))
    assert (verdict.ruling, verdict.because) == (
        Ruling.UNDECIDED,
        "the control plane names no instance of the cluster",
    )


@given(kept=st.integers(0, 35), asked=st.integers(1, 35))
def test_backups_are_kept_for_as_long_as_asked(kept: int, asked: int) -> None:
    """Not a day less; how long they are kept is measured."""
    verdict = judge(backups_are_kept(asked), inspected({"cluster": {"BackupRetentionPeriod": str(kept)}}))
    assert (verdict.ruling is Ruling.HELD) == (kept >= asked)
    assert verdict.measured == {"backup_retention_days": kept}


def test_a_period_that_is_no_number_is_undecided() -> None:
    """It is said as it was told."""
    verdict = judge(backups_are_kept(), inspected({"cluster": {"BackupRetentionPeriod": "a week"}}))
    assert verdict.ruling is Ruling.UNDECIDED
    assert "'a week'" in verdict.because


def test_no_log_at_all_is_broken() -> None:
    """An empty list is not silence."""
    verdict = judge(logs_are_exported(), inspected({"cluster": {"EnabledCloudwatchLogsExports": ""}}))
    assert verdict.ruling is Ruling.BROKEN


def test_a_group_is_made_before_it_is_given() -> None:
    """Of the family of the cluster's version."""
    default = {"cluster": {"DBClusterParameterGroup": "default.aurora-postgresql16", "EngineVersion": "16.9"}}
    first, *_ = judge(has_a_parameter_group_of_its_own(), inspected(default)).evidence
    assert first.startswith(
        "aws rds create-db-cluster-parameter-group --db-cluster-parameter-group-name orders-parameters"
    )
    assert "--db-parameter-group-family aurora-postgresql16 " in first


def test_commands_ask_where_we_asked() -> None:
    """A lab's cluster is mended on the lab."""
    url = "http://127.0.9.9:5000"
    (command,) = judge(
        deletion_is_protected(), inspected({"cluster": {"EndpointUrl": url, "DeletionProtection": "false"}})
    ).evidence
    assert command.endswith(f"--region eu-west-1 --endpoint-url {url}")
