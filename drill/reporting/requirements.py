"""What the requirements ask for, phase by phase and scenario by scenario, and what of it a run has shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from drill.reporting.figures import measurement
from drill.verdict import Figure, Ruling, gravest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from drill.reporting.records import ExperimentRecord, RunRecord


class Result(StrEnum):
    """What became of a criterion; not run: the run measured nothing about it."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"
    NOT_RUN = "not run"


_RESULTS = {Ruling.HELD: Result.MET, Ruling.BROKEN: Result.NOT_MET, Ruling.UNDECIDED: Result.UNDECIDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the requirements.

    It is proven in scenarios whose name contains `scenario`, by the promises that measured `figure`, or by
    all promises where no figure is named. `within` is the requirement's own bound, which no objective of a
    run can loosen.
    """

    part: str
    text: str
    scenario: str | None = None
    figure: str | None = None
    within: Callable[[float], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A criterion, its result, the experiments that it rests on, and the worst figure among them."""

    criterion: Criterion
    result: Result
    experiments: tuple[ExperimentRecord, ...] = ()
    worst: str | None = None


def _phase(number: int, title: str, *texts: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(part=f"Phase {number}: {title}", text=text) for text in texts)


def _scenario(number: int, title: str, word: str, text: str) -> Criterion:
    return Criterion(part=f"Scenario {number}: {title}", text=text, scenario=word)


_HIGH_AVAILABILITY = "Phase 4: High Availability and Replication"

CRITERIA: tuple[Criterion, ...] = (
    *_phase(
        1,
        "Database Selection and Provisioning",
        "Database/table created successfully",
        "Basic configuration verified",
        "Encryption status confirmed",
    ),
    *_phase(
        2,
        "Data Modeling and Access Patterns",
        "Data models designed and implemented",
        "Access patterns optimized",
        "Indexes created and verified",
    ),
    *_phase(
        3,
        "Query Optimization",
        "Query latency <10ms p95 for indexed queries",
        "Index utilization >90%",
        "Query optimization reduces execution time by 60%",
    ),
    Criterion(part=_HIGH_AVAILABILITY, text="Multi-AZ deployment configured"),
    Criterion(part=_HIGH_AVAILABILITY, text="Read replicas functional"),
    Criterion(
        part=_HIGH_AVAILABILITY,
        text="Automatic failover completes in <60 seconds",
        scenario="failover",
        figure="recovery_time_s",
        within=lambda seconds: seconds < 60,
    ),
    Criterion(
        part=_HIGH_AVAILABILITY,
        text="Zero data loss in failover scenarios",
        scenario="failover",
        figure="lost_writes",
        within=lambda writes: writes == 0,
    ),
    *_phase(
        5,
        "Application Integration",
        "Application-to-database connectivity functional",
        "Connection pool utilization >80%",
        "Transaction management verified",
        "Data access patterns tested",
    ),
    _scenario(1, "Database Connection Exhaustion", "connection", "Every promise of the scenario holds"),
    _scenario(2, "Query Timeout", "timeout", "Every promise of the scenario holds"),
    _scenario(3, "High Availability Failover", "failover", "Every promise of the scenario holds"),
    _scenario(4, "Performance Degradation", "degradation", "Every promise of the scenario holds"),
    _scenario(5, "Cost Overrun", "cost", "Every promise of the scenario holds"),
)
"""In the order and the words of the requirements document."""


def findings(run: RunRecord) -> list[Finding]:
    """Judge every criterion by what the run has executed; what it has not is listed as not run."""
    return [_judge(criterion, run) for criterion in CRITERIA]


def _judge(criterion: Criterion, run: RunRecord) -> Finding:
    word, figure = criterion.scenario, criterion.figure
    chosen = tuple(each for each in run.executed if word is not None and word in each.scenario)
    if figure is not None:
        chosen = tuple(each for each in chosen if _bears_on(figure, each))
    if not chosen:
        return Finding(criterion=criterion, result=Result.NOT_RUN)
    if figure is None:
        ruling = gravest(each.ruling for each in chosen)
        return Finding(criterion=criterion, result=_RESULTS[ruling], experiments=chosen)
    ruling = gravest(_against(criterion, figure, each) for each in chosen)
    worst = _worst(figure, chosen)
    return Finding(criterion=criterion, result=_RESULTS[ruling], experiments=chosen, worst=worst)


def _worst(figure: str, records: Sequence[ExperimentRecord]) -> str:
    """Name the greatest figure, and how many experiments have none, which may have been worse."""
    found = [[value for value in _figures(figure, each) if value is not None] for each in records]
    worst = measurement(figure, max((value for values in found for value in values), default=None))
    without = sum(not values for values in found)
    return f"{worst} ({without} without a figure)" if 0 < without < len(found) else worst


def _bears_on(figure: str, record: ExperimentRecord) -> bool:
    """Tell who has a say: who measured the figure, and who should have but was not able to judge."""
    return bool(_figures(figure, record)) or record.ruling is not Ruling.HELD


def _figures(figure: str, record: ExperimentRecord) -> list[Figure]:
    return [promise.measured[figure] for promise in record.promises if figure in promise.measured]


def _against(criterion: Criterion, figure: str, record: ExperimentRecord) -> Ruling:
    """Rule by the requirement's own bound, whatever the objective was; without a figure nothing is held."""
    rulings = []
    for promise in record.promises:
        if figure not in promise.measured:
            continue
        value = promise.measured[figure]
        if value is None or promise.ruling is Ruling.UNDECIDED:
            rulings.append(gravest((Ruling.UNDECIDED, promise.ruling)))
        else:
            within = criterion.within is None or criterion.within(value)
            rulings.append(Ruling.HELD if within else Ruling.BROKEN)
    return gravest(rulings)
