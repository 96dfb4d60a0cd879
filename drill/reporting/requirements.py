"""What of the requirements a run has shown: no criterion is met by evidence that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from drill.reporting.criteria import CRITERIA, Criterion, Worst
from drill.reporting.figures import measurement
from drill.verdict import Ruling, Verdict, gravest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drill.reporting.records import ExperimentRecord, RunRecord

__all__ = ["CRITERIA", "Criterion", "Finding", "Result", "Worst", "findings"]


class Result(StrEnum):
    """What became of a criterion; not run: the run measured nothing about it."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"
    NOT_RUN = "not run"


_RESULTS = {Ruling.HELD: Result.MET, Ruling.BROKEN: Result.NOT_MET, Ruling.UNDECIDED: Result.UNDECIDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A criterion, its result, the experiments that it rests on, and the worst figure among them."""

    criterion: Criterion
    result: Result
    experiments: tuple[ExperimentRecord, ...] = ()
    worst: str | None = None


def findings(run: RunRecord) -> list[Finding]:
    """Judge every criterion by what the run has executed; what it has not is listed as not run."""
    return [_judge(criterion, run) for criterion in CRITERIA]


def _judge(criterion: Criterion, run: RunRecord) -> Finding:
    chosen = tuple(each for each in run.executed if each.scenario in criterion.scenarios and _bears(criterion, each))
    if not chosen:
        return Finding(criterion=criterion, result=Result.NOT_RUN)
    rulings = [_ruling(criterion, each) for each in chosen]
    if not _is_proven(criterion, chosen) or (run.is_partial and not criterion.proofs):
        rulings.append(Ruling.UNDECIDED)
    worst = _worst(criterion, chosen) if criterion.figure else None
    return Finding(criterion=criterion, result=_RESULTS[gravest(rulings)], experiments=chosen, worst=worst)


def _bears(criterion: Criterion, record: ExperimentRecord) -> bool:
    """Tell who has a say: who judged one of its promises, and who was able to judge nothing at all."""
    if not criterion.proofs:
        return True
    decided = any(each.ruling is not Ruling.UNDECIDED for each in record.promises)
    return bool(_verdicts(criterion, record)) or not decided


def _verdicts(criterion: Criterion, record: ExperimentRecord) -> list[Verdict]:
    """Those of its promises that were judged; all of them where it takes every one."""
    return [each for each in record.promises if not criterion.proofs or each.name in criterion.promises]


def _is_proven(criterion: Criterion, records: Iterable[ExperimentRecord]) -> bool:
    """Whether one proof is whole: half of it is no proof."""
    judged = {each.name for record in records for each in _verdicts(criterion, record)}
    return not criterion.proofs or any(proof <= judged for proof in criterion.proofs)


def _ruling(criterion: Criterion, record: ExperimentRecord) -> Ruling:
    """What one experiment says of it; nothing at all is undecided."""
    return gravest(_against(criterion, each) for each in _verdicts(criterion, record))


def _against(criterion: Criterion, promise: Verdict) -> Ruling:
    """Rule by the requirement's own bound, whatever the objective was; without a figure nothing is held."""
    if criterion.figure is None:
        return promise.ruling
    value = promise.measured.get(criterion.figure)
    if value is None or promise.ruling is Ruling.UNDECIDED:
        return gravest((Ruling.UNDECIDED, promise.ruling))
    return Ruling.HELD if criterion.within(value) else Ruling.BROKEN


def _worst(criterion: Criterion, records: Iterable[ExperimentRecord]) -> str:
    """Name the worst figure, and how many experiments have none, which may have been worse."""
    figure = str(criterion.figure)
    measured = [[each.measured.get(figure) for each in _verdicts(criterion, record)] for record in records]
    found = [[value for value in values if value is not None] for values in measured]
    choose = max if criterion.worst is Worst.GREATEST else min
    worst = measurement(figure, choose((value for values in found for value in values), default=None))
    without = sum(not values for values in found)
    return f"{worst} ({without} without a figure)" if 0 < without < len(found) else worst
