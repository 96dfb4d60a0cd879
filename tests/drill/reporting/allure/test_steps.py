"""The steps under a promise: when each stage really was, and what was judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from drill.reporting.allure.steps import experiment_step, judging_step
from drill.reporting.records import EXPERIMENT, StageRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered

BEGAN = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
BEGAN_MS = round(BEGAN.timestamp() * 1000)


def at(seconds: float) -> datetime:
    """So long after the beginning."""
    return BEGAN + timedelta(seconds=seconds)


def stage(name: str, began_s: float, ended_s: float | None) -> StageRecord:
    """One stage."""
    return StageRecord(name=name, began=at(began_s), ended=None if ended_s is None else at(ended_s))


def test_every_stage_is_a_step_at_its_own_time() -> None:
    """In milliseconds of the wall clock, within the experiment's."""
    stages = (stage("steady state", 0.5, 5.5), stage("injecting", 5.5, 5.75))
    step = experiment_step(experiment(began=BEGAN, ended=at(60), stages=stages))
    assert step.name == "experiment: crash of the writer"
    assert (step.start, step.stop, step.status) == (BEGAN_MS, BEGAN_MS + 60_000, "passed")
    assert [(each.name, each.start - BEGAN_MS, each.stop - BEGAN_MS) for each in step.steps] == [
        ("steady state", 500, 5500),
        ("injecting", 5500, 5750),
    ]


def test_a_stage_in_which_the_run_was_ended_is_broken() -> None:
    """It ends with the experiment, if that ended; and never before it began."""
    record = experiment(began=BEGAN, ended=at(7), stages=(stage("steady state", 0, 5), stage("injecting", 5, None)))
    first, last = experiment_step(record).steps
    assert (first.status, last.status, last.stop - BEGAN_MS) == ("passed", "broken", 7000)
    (only,) = experiment_step(experiment(began=BEGAN, stages=(stage("injecting", 5, None),))).steps
    assert only.stop == only.start


def test_phases_of_recovery_are_parameters() -> None:
    """One that never came says so."""
    told = experiment_step(experiment(began=BEGAN, phases={"first_write": 2.51, "steady": None})).parameters
    assert [(each.name, each.value) for each in told] == [("first write", "2.51 s"), ("steady", "not seen")]


def test_an_experiment_that_was_refused_is_skipped_and_says_why() -> None:
    """It is nobody's fault."""
    step = experiment_step(experiment(began=BEGAN, skipped="no such fault here"))
    assert (step.status, step.statusDetails.message) == ("skipped", "no such fault here")


def test_an_experiment_that_came_to_nothing_is_broken_and_says_why() -> None:
    """It is ours."""
    nothing = Verdict(name=EXPERIMENT, ruling=Ruling.UNDECIDED, because="the probes fell silent")
    step = experiment_step(experiment(nothing, began=BEGAN))
    assert (step.status, step.statusDetails.message) == ("broken", "the probes fell silent")


@pytest.mark.parametrize(
    ("ruling", "status"), [(Ruling.HELD, "passed"), (Ruling.BROKEN, "failed"), (Ruling.UNDECIDED, "broken")]
)
def test_a_ruling_is_a_status(ruling: Ruling, status: str) -> None:
    """Failed blames the database, broken blames us."""
    step = judging_step(recovered(None, ruling), 1, 2, ())
    assert step.status == status
    assert step.name == f"judged: recovered within: {ruling}"
    assert {each.name: each.value for each in step.parameters} == {
        "objective": "60s",
        "recovery_time_s": "not measured",
        "resolution_ms": "4.2",
        "acknowledged_writes": "41,207",
    }
