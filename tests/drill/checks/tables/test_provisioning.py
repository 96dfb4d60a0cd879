"""How tables were set up: each promise with a good, a bad and an undecided twin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drill.checks.tables import (
    alarms_watch,
    autoscaling_is_set,
    billing_fits,
    deletion_is_protected,
    point_in_time_recovery_is_on,
    replicas_match,
    tables_are_active,
    tables_encrypted,
)
from drill.verdict import Check, Ruling, judge
from tests.drill.checks.tables.stories import REPLICA, SCALED, Said, alarm, inspected, unseen

UPDATE = "aws dynamodb update-table --table-name"
BACKUPS = "aws dynamodb update-continuous-backups --table-name"
PITR = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"

REGISTER = "aws application-autoscaling register-scalable-target --service-namespace dynamodb --resource-id"
BOUNDS = "--min-capacity 10 --max-capacity 80 --region us-east-1"
ALARM = (
    "aws cloudwatch put-metric-alarm --alarm-name orders-WriteThrottleEvents --namespace AWS/DynamoDB "
    "--metric-name WriteThrottleEvents --dimensions Name=TableName,Value=orders --statistic Sum --period 60 "
    "--evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold "
    "--treat-missing-data notBreaching --alarm-actions arn:aws:sns:us-east-1:123456789012:drill-alerts "
    "--region us-east-1"
)

CASES = [
    (
        tables_are_active(),
        "sessions",
        "TableStatus",
        "ARCHIVED",
        "aws dynamodb describe-table --table-name sessions --region us-east-1",
    ),
    (
        tables_encrypted(),
        "sessions",
        "SSEType",
        "AWS_OWNED",
        f"{UPDATE} sessions --sse-specification Enabled=true,SSEType=KMS --region us-east-1",
    ),
    (
        point_in_time_recovery_is_on(),
        REPLICA,
        "PointInTimeRecovery",
        "DISABLED",
        f"{BACKUPS} orders {PITR} --region us-west-2",
    ),
    (
        deletion_is_protected(),
        REPLICA,
        "DeletionProtection",
        "false",
        f"{UPDATE} orders --deletion-protection-enabled --region us-west-2",
    ),
    (
        autoscaling_is_set(),
        "sessions",
        "AutoScaling.WriteCapacityUnits",
        "none",
        f"{REGISTER} table/sessions --scalable-dimension dynamodb:table:WriteCapacityUnits {BOUNDS}",
    ),
    (
        billing_fits(),
        "sessions",
        "AutoScaling.ReadCapacityUnits",
        "none",
        f"{REGISTER} table/sessions --scalable-dimension dynamodb:table:ReadCapacityUnits {BOUNDS}",
    ),
    (
        alarms_watch(),
        "orders",
        "Alarm WriteThrottleEvents",
        "none",
        ALARM,
    ),
    (
        replicas_match(),
        REPLICA,
        "DeletionProtection",
        "false",
        f"{UPDATE} orders --deletion-protection-enabled --region us-west-2",
    ),
]
IDS = [case[0].__name__ for case in CASES]
EACH = pytest.mark.parametrize(("check", "subject", "name", "bad", "command"), CASES, ids=IDS)


@EACH
def test_sound_tables_hold_it(check: Check, subject: str, name: str, bad: str, command: str) -> None:  # noqa: ARG001
    """It says what it found, and has nothing to mend."""
    verdict = judge(check, inspected())
    assert verdict.ruling is Ruling.HELD, verdict.because
    assert verdict.objective
    assert command not in verdict.evidence


@EACH
def test_what_is_wrong_comes_with_the_command_that_mends_it(
    check: Check, subject: str, name: str, bad: str, command: str
) -> None:
    """Word for word, for the region of the table or of its replica."""
    verdict = judge(check, inspected({subject: {name: bad}}))
    assert verdict.ruling is Ruling.BROKEN, verdict.because
    assert command in verdict.evidence
    assert subject.partition("@")[0] in verdict.because


@EACH
def test_the_command_goes_to_the_endpoint_that_was_asked(
    check: Check, subject: str, name: str, bad: str, command: str
) -> None:
    """As the lab is asked."""
    verdict = judge(check, inspected({subject: {name: bad}, "tables": {"EndpointUrl": "http://127.0.0.1:8000"}}))
    assert f"{command} --endpoint-url http://127.0.0.1:8000" in verdict.evidence


@pytest.mark.parametrize(
    ("check", "subject", "name"),
    [
        *(case[:3] for case in CASES if case[0].__name__ not in {"alarms_watch", "replicas_match"}),
        (alarms_watch(), "orders", "Alarms"),
        (replicas_match(), "orders", "Replicas"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_what_is_not_told_is_undecided(check: Check, subject: str, name: str) -> None:
    """The reason names what is missing; so does one where nobody looked."""
    verdict = judge(check, inspected({subject: {name: None}}))
    assert verdict.ruling is Ruling.UNDECIDED
    assert name in verdict.because
    nothing = judge(check, unseen())
    assert (nothing.ruling, nothing.because) == (Ruling.UNDECIDED, "nothing was recorded of settings")
    assert judge(check, inspected(without=frozenset({"orders", "sessions"}))).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (point_in_time_recovery_is_on(), {"sessions": {"PointInTimeRecovery": "DISABLED"}}),
        (autoscaling_is_set(), {"sessions": {"AutoScaling.WriteCapacityUnits": "none"}}),
        (billing_fits(), {"sessions": {"AutoScaling.WriteCapacityUnits": "none"}}),
        (alarms_watch(), {"sessions": {"Alarm ReadThrottleEvents": "none"}}),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_one_that_is_wrong_is_not_hidden_by_one_that_does_not_tell(check: Check, said: Said) -> None:
    """Broken is graver than undecided."""
    silent: Said = {"orders": {"PointInTimeRecovery": None, "Alarms": None}}
    verdict = judge(check, inspected(silent | said))
    assert verdict.ruling is Ruling.BROKEN, verdict.because


def test_a_key_that_aws_owns_is_enough_for_who_says_so() -> None:
    """And then, too, encryption that is not told is none."""
    said: Said = {"sessions": {"SSEType": "AWS_OWNED"}}
    assert judge(tables_encrypted(by_kms=False), inspected(said)).ruling is Ruling.HELD
    assert judge(tables_encrypted(by_kms=False), inspected({"sessions": {"SSEType": "ROT13"}})).ruling is Ruling.BROKEN


def test_a_table_cut_off_from_its_key_names_the_key() -> None:
    """It stands there, and nobody reads it."""
    verdict = judge(tables_are_active(), inspected({"orders": {"TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS"}}))
    assert verdict.ruling is Ruling.BROKEN
    assert "aws kms describe-key --key-id arn:aws:kms:us-east-1:123456789012:key/1" in verdict.evidence[0]


def test_an_index_that_is_still_made_serves_nobody() -> None:
    """Whatever the table's own status is."""
    verdict = judge(tables_are_active(), inspected({"orders/by-status": {"IndexStatus": "CREATING"}}))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "orders/by-status is CREATING"


def test_a_table_without_a_cap_is_told_and_no_breach() -> None:
    """With the command that sets one."""
    verdict = judge(billing_fits(), inspected({"orders": {"MaxReadRequestUnits": "none"}}))
    assert verdict.ruling is Ruling.HELD
    assert verdict.because.endswith("without a cap: orders")
    assert any("--on-demand-throughput MaxReadRequestUnits=12000" in line for line in verdict.evidence)
    assert verdict.measured["uncapped_tables"] == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"target_pct": 95.0}, "a target of 95.0 %"),
        ({"target_pct": 10.0}, "a target of 10.0 %"),
        ({"target_pct": None}, "without a policy"),
        ({"suspended": True}, "suspended"),
        ({"min": 50, "max": 50}, "nothing to scale"),
        ({"min": 50}, "40 units now are outside 50 to 200"),
        ({"max": 39}, "outside 10 to 39"),
    ],
)
def test_scaling_that_cannot_work_is_none(changes: dict[str, Any], why: str) -> None:
    """Registered it is, and still nothing follows what is asked."""
    scaled = json.dumps(json.loads(SCALED) | changes)
    verdict = judge(autoscaling_is_set(), inspected({"sessions": {"AutoScaling.ReadCapacityUnits": scaled}}))
    assert verdict.ruling is Ruling.BROKEN
    assert why in verdict.because


def test_an_index_of_a_provisioned_table_scales_too() -> None:
    """Else it throttles the writes of its table."""
    index: Said = {"sessions": {"Indexes": "by-user"}}
    assert judge(autoscaling_is_set(), inspected(index)).ruling is Ruling.UNDECIDED
    bare = inspected({"orders": {"BillingMode": "PROVISIONED"}})
    assert judge(autoscaling_is_set(), bare).ruling is Ruling.UNDECIDED


def test_on_demand_tables_need_no_scaling() -> None:
    """They pay for what is asked."""
    verdict = judge(autoscaling_is_set(), inspected(without=frozenset({"sessions"})))
    assert verdict.ruling is Ruling.HELD
    assert verdict.because == "nothing to scale: 1 table, all on-demand"


@pytest.mark.parametrize(
    "changes",
    [
        {"enabled": False},
        {"actions": []},
        {"actions": ["arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/dynamodb/table/orders"]},
        {"dimensions": {"TableName": "orders", "GlobalSecondaryIndexName": "by-status"}},
    ],
    ids=["off", "without an action", "scales only", "of an index"],
)
def test_an_alarm_that_tells_nobody_is_none(changes: dict[str, Any]) -> None:
    """Nor one that watches something else."""
    mute = alarm("ReadThrottleEvents", "orders", **changes)
    verdict = judge(alarms_watch(), inspected({"orders": {"Alarm ReadThrottleEvents": mute}}))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "nobody is told of throttled reads of orders"


@pytest.mark.parametrize(
    ("changes", "ruling"),
    [
        ({"threshold": 4000.0 * 60}, Ruling.HELD),
        ({"threshold": 4000.0 * 60 + 1}, Ruling.BROKEN),
        ({"threshold": 5000.0, "period_s": 1}, Ruling.BROKEN),
        ({"comparison": "LessThanThreshold"}, Ruling.BROKEN),
        ({"comparison": "GreaterThanUpperThreshold", "threshold": None}, Ruling.HELD),
    ],
)
def test_an_alarm_that_can_never_go_off_is_none(changes: dict[str, Any], ruling: Ruling) -> None:
    """A table that is capped at 4,000 units a second never consumes more in a minute than sixty times that."""
    consumed = alarm("ConsumedReadCapacityUnits", "orders", **{"statistic": "Sum"} | changes)
    assert judge(alarms_watch(), inspected({"orders": {"Alarm ConsumedReadCapacityUnits": consumed}})).ruling is ruling


def test_what_scales_may_consume_as_much_as_it_scales_to() -> None:
    """Not only what it has now; and without a cap nothing is too much."""
    for threshold, ruling in ((200.0 * 60, Ruling.HELD), (200.0 * 60 + 1, Ruling.BROKEN)):
        consumed = alarm("ConsumedReadCapacityUnits", "sessions", statistic="Sum", threshold=threshold)
        said: Said = {"sessions": {"Alarm ConsumedReadCapacityUnits": consumed}}
        assert judge(alarms_watch(), inspected(said)).ruling is ruling
    consumed = alarm("ConsumedReadCapacityUnits", "orders", statistic="Sum", threshold=1e12)
    said = {"orders": {"Alarm ConsumedReadCapacityUnits": consumed, "MaxReadRequestUnits": "none"}}
    assert judge(alarms_watch(), inspected(said)).ruling is Ruling.HELD


def test_throttled_requests_are_watched_by_operation() -> None:
    """Those of GetItem are reads, those of PutItem none."""

    def watching(operation: str) -> Ruling:
        dimensions = {"TableName": "orders", "Operation": operation}
        watched = alarm("ThrottledRequests", "orders", dimensions=dimensions)
        return judge(alarms_watch(), inspected({"orders": {"Alarm ReadThrottleEvents": watched}})).ruling

    assert watching("GetItem") is Ruling.HELD
    assert watching("PutItem") is Ruling.BROKEN


def test_a_replica_that_is_down_does_not_match() -> None:
    """It would have to stand in."""
    verdict = judge(replicas_match(), inspected({REPLICA: {"TableStatus": "CREATING"}}))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == f"{REPLICA} is CREATING"


def test_where_no_table_has_the_replica_that_is_wanted() -> None:
    """The target names a region in which there is nothing."""
    said: Said = {"orders": {"Replicas": "none"}}
    verdict = judge(replicas_match(), inspected(said, without=frozenset({REPLICA})))
    assert verdict.ruling is Ruling.BROKEN
    assert "--replica-updates" in verdict.evidence[0]
    nowhere = inspected(said | {"tables": {"ReplicaRegion": None}}, without=frozenset({REPLICA}))
    assert judge(replicas_match(), nowhere).ruling is Ruling.HELD


def test_a_replica_elsewhere_is_not_the_one_that_is_wanted() -> None:
    """A copy in a region that the target does not name stands in for nothing."""
    verdict = judge(replicas_match(), inspected({"tables": {"ReplicaRegion": "eu-central-1"}}))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "orders, sessions: no replica in eu-central-1, which the target names"
    assert all('"RegionName":"eu-central-1"' in line for line in verdict.evidence)


def test_a_replica_that_nobody_described_is_undecided() -> None:
    """Its region is none that the target names."""
    verdict = judge(replicas_match(), inspected(without=frozenset({REPLICA})))
    assert verdict.ruling is Ruling.UNDECIDED
    assert REPLICA in verdict.because
