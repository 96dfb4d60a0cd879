"""What a run has shown of the requirements: no criterion is met by evidence that is not there."""

from __future__ import annotations

import pytest

from drill.reporting.records import ExperimentRecord
from drill.reporting.requirements import CRITERIA, Finding, Result, findings
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

FAILOVER = "Automatic failover completes in <60 seconds"
NO_LOSS = "Zero data loss in failover scenarios"
CRASHED = Verdict(name="recovered_within", ruling=Ruling.UNDECIDED, because="the check itself failed")


def found(text: str, *experiments: ExperimentRecord) -> Finding:
    """What a run of these experiments shows of one criterion."""
    (finding,) = (each for each in findings(run(*experiments)) if each.criterion.text == text)
    return finding


def test_every_criterion_is_listed_once() -> None:
    """Five phases and five scenarios of the requirements, each line of them, run or not."""
    listed = findings(run())
    assert [each.criterion for each in listed] == list(CRITERIA)
    assert len({(each.part, each.text) for each in CRITERIA}) == len(CRITERIA)
    assert len({each.part for each in CRITERIA}) == 10


@pytest.mark.parametrize(
    ("promise", "result"),
    [
        (recovered(2.58), Result.MET),
        (recovered(59.9), Result.MET),
        (recovered(60.0), Result.NOT_MET),
        (recovered(70.0), Result.NOT_MET),  # held, since somebody allowed 90 s; the requirement did not
        (recovered(40.0, Ruling.BROKEN), Result.MET),  # broken, since somebody allowed 30 s
        (recovered(None, Ruling.BROKEN), Result.NOT_MET),
        (recovered(None), Result.UNDECIDED),
        (recovered(59.9, Ruling.UNDECIDED), Result.UNDECIDED),
    ],
)
def test_the_requirement_has_a_bound_of_its_own(promise: Verdict, result: Result) -> None:
    """An objective that is stricter or looser than 60 s changes nothing about the criterion."""
    assert found(FAILOVER, experiment(promise)).result is result


def test_one_lost_write_is_too_many() -> None:
    """Zero means zero, in every experiment; the worst figure is named."""
    finding = found(NO_LOSS, experiment(survived(0)), experiment(survived(3)))
    assert (finding.result, finding.worst) == (Result.NOT_MET, "lost writes 3")


def test_an_experiment_that_could_not_judge_counts() -> None:
    """One whose check crashed measured nothing, and still keeps the criterion from being met."""
    finding = found(FAILOVER, experiment(), experiment(CRASHED))
    assert finding.result is Result.UNDECIDED
    assert finding.worst == "recovery time 2.58 s (1 without a figure)"


def test_what_was_not_run_is_said_to_be_not_run() -> None:
    """Neither a skipped experiment, nor one of another scenario, proves anything."""
    skipped = ExperimentRecord(scenario="failover", fault="power", skipped="no way")
    assert found(FAILOVER, skipped, experiment(scenario="connections")).result is Result.NOT_RUN
    assert found("Index utilization >90%").result is Result.NOT_RUN


def test_a_scenario_is_met_when_all_its_promises_hold() -> None:
    """The scenario's own line follows the gravest of its promises."""
    listed = findings(run(experiment(scenario="connections"), experiment(survived(1))))
    results = {each.criterion.part[:10]: each.result for each in listed if each.criterion.part.startswith("Scenario")}
    assert results == {
        "Scenario 1": Result.MET,
        "Scenario 2": Result.NOT_RUN,
        "Scenario 3": Result.NOT_MET,
        "Scenario 4": Result.NOT_RUN,
        "Scenario 5": Result.NOT_RUN,
    }
