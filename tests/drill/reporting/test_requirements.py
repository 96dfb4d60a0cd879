"""What a run has shown of the requirements: no criterion is met by evidence that is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import drill.checks
import drill.checks.items
import drill.checks.load
import drill.checks.provisioning
import drill.checks.replication
import drill.checks.selection
import drill.checks.tables
from drill.reporting.records import UNFINISHED, ExperimentRecord
from drill.reporting.requirements import CRITERIA, Finding, Result, findings
from drill.verdict import Figure, Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

FAILOVER = "Automatic failover completes in <60 seconds"
NO_LOSS = "Zero data loss in failover scenarios"
CRASHED = Verdict(name="recovered_within", ruling=Ruling.UNDECIDED, because="the check itself failed")


def found(text: str, *experiments: ExperimentRecord) -> Finding:
    """What a run of these experiments shows of one criterion."""
    (finding,) = (each for each in findings(run(*experiments)) if each.criterion.text == text)
    return finding


def judged(name: str, ruling: Ruling = Ruling.HELD, **measured: Figure) -> Verdict:
    """A promise that was judged so."""
    return Verdict(name=name, ruling=ruling, because="as told", measured=measured)


def inspection(*promises: Verdict) -> ExperimentRecord:
    """What was seen of a cluster as it was set up."""
    return experiment(*promises, scenario="provisioning", fault="inspection", phases={})


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
    scenarios = [each for each in listed if each.criterion.part.startswith("Scenario")]
    results = {
        each.criterion.part[:10]: each.result for each in scenarios if not each.criterion.text.endswith("(DynamoDB)")
    }
    assert results == {
        "Scenario 1": Result.MET,
        "Scenario 2": Result.NOT_RUN,
        "Scenario 3": Result.NOT_MET,
        "Scenario 4": Result.NOT_RUN,
        "Scenario 5": Result.NOT_RUN,
    }
    assert {each.result for each in scenarios if each.criterion.text.endswith("(DynamoDB)")} == {Result.NOT_RUN}


UNFINISHED_RUN = experiment(CRASHED, scenario=UNFINISHED, fault="all that was selected", phases={})


@pytest.mark.parametrize(
    ("asked", "beside", "result"),
    [
        ("-m 'failover'", (), Result.MET),
        ("everything", (), Result.MET),
        ("of 'suites'", (), Result.MET),
        ("-m 'failover' -k 'crash'", (), Result.UNDECIDED),
        ("--deselect 'suites/test_failover.py'", (), Result.UNDECIDED),
        ("of 'suites/aurora/test_failover.py::test_nothing_is_lost'", (), Result.UNDECIDED),
        ("-m 'failover'", (UNFINISHED_RUN,), Result.UNDECIDED),
    ],
)
def test_a_part_of_a_scenario_is_not_all_of_it(
    asked: str, beside: tuple[ExperimentRecord, ...], result: Result
) -> None:
    """Every promise of the scenario is asked for: who leaves some out, or ends early, has not shown that."""
    ran = replace(run(experiment(recovered(2.58), survived(0)), *beside), asked=asked)
    (finding,) = (
        each
        for each in findings(ran)
        if each.criterion.part == "Scenario 3: High Availability Failover" and "DynamoDB" not in each.criterion.text
    )
    assert finding.result is result


def test_a_scenario_on_tables_is_another_one() -> None:
    """What a cluster survives says nothing of tables, nor the other way round."""
    listed = findings(run(experiment(scenario="dynamodb-connections")))
    ran = [each.criterion for each in listed if each.result is not Result.NOT_RUN]
    assert [(each.part[:10], each.text[-10:]) for each in ran] == [("Scenario 1", "(DynamoDB)")]


def test_every_promise_that_proves_something_exists() -> None:
    """No criterion waits for a promise that nobody makes."""
    rooms = (
        drill.checks,
        drill.checks.items,
        drill.checks.load,
        drill.checks.provisioning,
        drill.checks.replication,
        drill.checks.selection,
        drill.checks.tables,
    )
    made = {name for room in rooms for name in room.__all__}
    named = {name for criterion in CRITERIA for name in criterion.promises}
    assert named - made == set()


def test_every_figure_that_proves_something_is_measured() -> None:
    """By its name, in the source of the checks: a figure under another name would never be met."""
    source = "".join(path.read_text() for path in Path(drill.checks.__path__[0]).rglob("*.py"))
    figures = {criterion.figure for criterion in CRITERIA if criterion.figure}
    assert {figure for figure in figures if f'"{figure}"' not in source} == set()


ENCRYPTION = "Encryption status confirmed"
AT_REST, IN_TRANSIT = "encrypted_at_rest", "encrypted_in_transit"


@pytest.mark.parametrize(
    ("promises", "result"),
    [
        ((judged(AT_REST), judged(IN_TRANSIT)), Result.MET),
        ((judged(AT_REST), judged(IN_TRANSIT, Ruling.BROKEN)), Result.NOT_MET),
        ((judged(AT_REST), judged(IN_TRANSIT, Ruling.UNDECIDED)), Result.UNDECIDED),
        ((judged(AT_REST), judged("is_not_public", Ruling.BROKEN)), Result.UNDECIDED),
        ((judged("is_not_public"),), Result.NOT_RUN),
        ((judged("experiment", Ruling.UNDECIDED),), Result.UNDECIDED),
    ],
    ids=["all", "one broken", "one undecided", "half of it", "none of it", "no evidence at all"],
)
def test_a_proof_is_whole_or_none(promises: tuple[Verdict, ...], result: Result) -> None:
    """Half of it leaves the criterion undecided; what is no part of it changes nothing."""
    assert found(ENCRYPTION, inspection(*promises)).result is result


def test_a_proof_may_come_from_several_experiments() -> None:
    """Each promise was judged somewhere; the experiments that judged one of them are named."""
    first, second, other = (inspection(judged(name)) for name in (AT_REST, IN_TRANSIT, "is_not_public"))
    finding = found(ENCRYPTION, first, second, other)
    assert (finding.result, finding.experiments) == (Result.MET, (first, second))


INDEXES, SAVINGS, POOL = (
    "Index utilization >90%",
    "Query optimization reduces execution time by 60%",
    "Connection pool utilization >80%",
)


@pytest.mark.parametrize(
    ("text", "scenario", "promise", "figure", "percents", "result"),
    [
        (INDEXES, "optimisation", "index_utilisation", "index_utilisation_pct", (97.0, 91.0), Result.MET),
        (INDEXES, "optimisation", "index_utilisation", "index_utilisation_pct", (97.0, 90.0), Result.NOT_MET),
        (SAVINGS, "optimisation", "index_saves", "least_saved_pct", (60.0, 99.0), Result.MET),
        (SAVINGS, "optimisation", "index_saves", "least_saved_pct", (99.0, 59.9), Result.NOT_MET),
        (POOL, "integration", "pool_utilisation", "pool_utilisation_pct", (85.0, 80.1), Result.MET),
        (POOL, "integration", "pool_utilisation", "pool_utilisation_pct", (79.9, 95.0), Result.NOT_MET),
    ],
)
def test_of_what_must_be_large_the_least_is_the_worst(
    text: str, scenario: str, promise: str, figure: str, percents: tuple[float, float], result: Result
) -> None:
    """The least share is named, and decides."""
    runs = [experiment(judged(promise, **{figure: percent}), scenario=scenario) for percent in percents]
    finding = found(text, *runs)
    assert finding.result is result
    assert f"{min(percents):g} %" in str(finding.worst)


def test_an_experiment_about_something_else_has_no_say() -> None:
    """A broken promise of another kind, in a scenario that proves several criteria, leaves this one alone."""
    zones = experiment(judged("spans_zones", Ruling.BROKEN), scenario="availability")
    assert found(FAILOVER, experiment(), zones).result is Result.MET
    assert found(FAILOVER, zones).result is Result.NOT_RUN
    assert found("Multi-AZ deployment configured", zones).result is Result.NOT_MET


def test_a_second_failover_counts_as_the_first() -> None:
    """What is lost on the way back is lost."""
    back = experiment(recovered(61.0), survived(2), scenario="availability")
    assert found(FAILOVER, experiment(), back).result is Result.NOT_MET
    assert found(NO_LOSS, experiment(), back).worst == "lost writes 2"
