"""Whether somebody is told when a table throttles, and when it consumes more than it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drill.checks.promise import Finding, observation
from drill.checks.tables.described import NONE, TablesDescribed, gathered
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

SCALING = ":autoscaling:"
"""In the ARN of an action that adapts capacity, and tells nobody."""
READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What must be watched: any of these metrics does, those that count several operations by their operation."""

    name: str
    metric: str
    others: frozenset[str] = frozenset()
    reads: bool | None = None

    def is_met_by(self, alarm: dict[str, Any]) -> bool:
        """Whether an alarm's metric is one of them, of the table itself."""
        dimensions = alarm.get("dimensions", {})
        if "GlobalSecondaryIndexName" in dimensions:
            return False
        metric, operation = alarm.get("metric"), dimensions.get("Operation")
        if metric == "ThrottledRequests" and "throttled" in self.name:
            return operation is not None and (operation in READS) is self.reads
        return metric == self.metric or metric in self.others


DUTIES = (
    Duty(name="throttled reads", metric="ReadThrottleEvents", reads=True),
    Duty(name="throttled writes", metric="WriteThrottleEvents", reads=False),
    Duty(
        name="consumption or errors",
        metric="ConsumedReadCapacityUnits",
        others=frozenset({"ConsumedWriteCapacityUnits", "SystemErrors", "SuccessfulRequestLatency"}),
    ),
)
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"""


def alarms_watch() -> Check:
    """Of every table throttled reads, throttled writes, and consumption (or errors) raise an alarm that tells somebody.

    An alarm whose actions are off, or which has none but to scale, tells nobody; nor does one that can never go off,
    since the table is never let to consume so much. Undecided where alarms are not told.
    """

    @observation("alarms_watch", objective="throttles and consumption of every table")
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        missing, untold = gathered(described.tables, lambda each: _missing(described, each))
        wrong = {table: duties for table, duties in missing.items() if duties}
        if untold and not wrong:
            raise Undecided("; ".join(untold))
        alarms = sum(_tells(each) for table in missing for each in _alarms(described, table))
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(
                f"nobody is told of {', '.join(duty.name for duty in duties)} of {table}"
                for table, duties in wrong.items()
            )
            or f"{counted(alarms, 'alarm')} watch {counted(len(missing), 'table')}",
            measured={"tables": len(missing), "unwatched_tables": len(wrong), "alarms": alarms},
            evidence=tuple(line for table, duties in wrong.items() for line in _mend(described, table, duties)),
        )

    return judged


def _missing(described: TablesDescribed, table: str) -> list[Duty]:
    """What no alarm of a table tells anybody."""
    told = [each for each in _alarms(described, table) if _tells(each) and _can_go_off(described, table, each)]
    return [duty for duty in DUTIES if not any(duty.is_met_by(each) for each in told)]


def _alarms(described: TablesDescribed, table: str) -> list[dict[str, Any]]:
    number = described.whole(table, "Alarms")
    found = [described.parts(table, name) for name in described.named(table, "Alarm ")]
    if number and not found:
        raise Undecided(
            f"the control plane tells of {counted(number, 'alarm')} of {table}, and of none what it watches"
        )
    return [each for each in found if each]


def _tells(alarm: dict[str, Any]) -> bool:
    actions = [each for each in alarm.get("actions") or () if SCALING not in each]
    return bool(alarm.get("enabled")) and bool(actions)


def _can_go_off(described: TablesDescribed, table: str, alarm: dict[str, Any]) -> bool:
    """Whether it goes off by too much, and at less than the table could ever consume in its period."""
    if not str(alarm.get("comparison") or "GreaterThan").startswith("GreaterThan"):
        return False
    kind = {"ConsumedReadCapacityUnits": "Read", "ConsumedWriteCapacityUnits": "Write"}.get(str(alarm.get("metric")))
    threshold, period_s = alarm.get("threshold"), alarm.get("period_s")
    if kind is None or threshold is None or period_s is None or alarm.get("statistic") != "Sum":
        return True
    most = _most(described, table, kind)
    return most is None or threshold <= most * period_s


def _most(described: TablesDescribed, table: str, kind: str) -> int | None:
    """The units a second that a table is let to have at most; None: nobody limits them."""
    if described.is_provisioned(table):
        scaled = described.parts(table, f"AutoScaling.{kind}CapacityUnits")
        return int(scaled["max"]) if scaled else described.whole(table, f"{kind}CapacityUnits")
    cap = described.value(table, f"Max{kind}RequestUnits")
    return None if cap == NONE else int(cap)


def _mend(described: TablesDescribed, table: str, duties: list[Duty]) -> tuple[str, ...]:
    """A topic, and an alarm that tells it; whoever is to know subscribes to the topic."""
    topic = f"arn:aws:sns:{described.region(table) or 'REGION'}:{described.account(table)}:drill-alerts"
    return (
        described.aws(table, "sns create-topic --name drill-alerts"),
        *(
            described.aws(
                table,
                f"cloudwatch put-metric-alarm --alarm-name {table}-{duty.metric} --namespace AWS/DynamoDB "
                f"--metric-name {duty.metric} --dimensions Name=TableName,Value={table} --statistic Sum --period 60 "
                f"--evaluation-periods 1 --threshold {_threshold(described, table, duty)} "
                "--comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching "
                f"--alarm-actions {topic}",
            )
            for duty in duties
        ),
    )


def _threshold(described: TablesDescribed, table: str, duty: Duty) -> int:
    """One throttle is one too many; of consumption four fifths of what the table is let to have in a minute."""
    if duty.reads is not None:
        return 1
    most = _most(described, table, "Read")
    return round(0.8 * 60 * (12_000 if most is None else most))
