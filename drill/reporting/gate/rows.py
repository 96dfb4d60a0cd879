"""From experiments to groups: what was executed several times is one group, and the worst time rules each promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.reporting.gate.judgement import Effect, Group, Row
from drill.reporting.gate.policy import weighed
from drill.reporting.records import EXPERIMENT
from drill.reporting.trends.figures import told
from drill.reporting.trends.quantities import RECOVERY
from drill.reporting.trends.spread import spread
from drill.verdict import Ruling, gravest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from drill.config import GateSettings
    from drill.reporting.records import ExperimentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """One time that an experiment was executed; `when` tells it from the others, and is empty where there are none."""

    record: ExperimentRecord
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What one time says of one promise."""

    ruling: Ruling
    because: str


def grouped(
    times: Sequence[Time], skipped: Sequence[ExperimentRecord], policy: GateSettings, today: date
) -> tuple[Group, ...]:
    """A group for each fault of each scenario, executed or skipped, in the order in which they come."""
    executed: dict[tuple[str, str], list[Time]] = {}
    for time in times:
        executed.setdefault((time.record.scenario, time.record.fault), []).append(time)
    reasons = {(each.scenario, each.fault): str(each.skipped) for each in skipped}
    return tuple(
        _group(scenario, fault, executed.get((scenario, fault), []), reasons.get((scenario, fault)), policy, today)
        for scenario, fault in dict.fromkeys([*executed, *reasons])
    )


def _group(
    scenario: str, fault: str, times: Sequence[Time], skipped: str | None, policy: GateSettings, today: date
) -> Group:
    promises = dict.fromkeys(each.name for time in times for each in time.record.promises)
    if times and not promises:
        promises = {EXPERIMENT: None}
    return Group(
        scenario=scenario,
        fault=fault,
        times=len(times),
        rows=tuple(_row(scenario, fault, name, times, policy, today) for name in promises),
        skipped=skipped,
        figures=_recovery([time.record for time in times]),
        lasted_s=sum(_lasted_s(time.record) for time in times),
    )


def _row(scenario: str, fault: str, promise: str, times: Sequence[Time], policy: GateSettings, today: date) -> Row:
    said = [_said(time, promise) for time in times]
    ruling = gravest(each.ruling for each in said)
    because = next(each.because for each in said if each.ruling is ruling)
    row = Row(
        scenario=scenario,
        fault=fault,
        promise=promise,
        ruling=ruling,
        effect=Effect.BLOCKS,
        because=because,
        held=sum(each.ruling is Ruling.HELD for each in said),
        times=len(said),
    )
    return weighed(row, (each.ruling for each in said), policy, today)


def _said(time: Time, promise: str) -> _Said:
    """The gravest of what was judged; what was judged at another time and not at this one is undecided."""
    judged = [each for each in time.record.promises if each.name == promise]
    when = f"{time.when}: " if time.when else ""
    if promise == EXPERIMENT and time.record.promises and not judged:
        return _Said(ruling=Ruling.HELD, because=f"{when}there is evidence")
    if not judged:
        return _Said(ruling=Ruling.UNDECIDED, because=f"{when}nothing was judged")
    ruling = gravest(each.ruling for each in judged)
    because = next(each.because for each in judged if each.ruling is ruling)
    return _Said(ruling=ruling, because=f"{when}{because}")


def _recovery(records: Sequence[ExperimentRecord]) -> str:
    """'recovered in 1.35 s', or median and worst of several; nothing where it was not measured."""
    readings = [RECOVERY.read(record) for record in records]
    found = spread(RECOVERY, [each.value for each in readings if each is not None])
    if found is None:
        return ""
    worst = told(RECOVERY.name, found.worst)
    if found.number == 1:
        return f"recovered in {worst}".replace("in never", "never")
    return f"recovered: median {told(RECOVERY.name, found.median)}, worst {worst}"


def _lasted_s(record: ExperimentRecord) -> float:
    if record.began is None or record.ended is None:
        return 0.0
    return max(0.0, (record.ended - record.began).total_seconds())
