"""An experiment beside earlier runs: like is compared with like, and nothing with what was not measured."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from drill.reporting.page.runs import MOST, Difference, before, counterpart, differences, headlines, newest, trend
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived
from tests.drill.reporting.trends.runs import under_load


def ago(days: float, *experiments: ExperimentRecord, **more: str) -> RunRecord:
    """A run that began so many days before the usual one."""
    now = run(*experiments)
    return replace(now, started=now.started - timedelta(days=days), name=f"{days} days ago", **more)


def test_earlier_runs_are_those_of_the_same_target_in_order() -> None:
    """Another target, another kind, this run itself and later ones are left out."""
    now = replace(run(), name="now")
    given = [ago(1), ago(3), ago(2, target="staging"), ago(4, kind="aurora"), ago(-1), now]
    assert [each.name for each in before(now, given)] == ["3 days ago", "1 days ago"]


def test_another_cluster_by_the_same_name_is_not_compared_with() -> None:
    """drill.toml was changed in between: what it measured is of something else."""
    now = replace(run(), name="now", subject="cluster new")
    given = [ago(2, subject="cluster new"), ago(1, subject="cluster old")]
    assert [each.name for each in before(now, given)] == ["2 days ago"]


def test_an_experiments_counterpart_has_its_scenario_fault_and_repetition() -> None:
    """One that was skipped is none."""
    first, second = experiment(), experiment(repetition=2)
    assert counterpart(second, run(first, second)) is second
    assert counterpart(experiment(fault="zone loss"), run(first)) is None
    assert counterpart(first, run(replace(first, skipped="no way"))) is None


def test_a_repetition_that_was_not_come_to_is_compared_with_the_first() -> None:
    """The same fault is no other experiment because it was executed once."""
    once, thrice = experiment(), experiment(repetition=3)
    assert counterpart(thrice, run(once, experiment(repetition=2))) is once
    assert counterpart(replace(thrice, scenario="degradation"), run(once)) is None


def test_an_experiment_is_compared_with_the_last_run_that_measured_it() -> None:
    """Not with one that was ended, nor with one that had other experiments; where none did, with none."""
    ended = experiment(recovered(None, Ruling.UNDECIDED))
    runs = [ago(4), ago(3), ago(2, ended), ago(1, experiment(fault="zone loss"))]
    found = newest(experiment(), runs)
    assert found == (runs[1], runs[1].experiments[0])
    assert newest(experiment(), runs[2:]) is None


def test_one_promise_that_was_decided_is_enough_to_compare() -> None:
    """Broken is as good as held, beside another that came to nothing."""
    half = ago(1, experiment(recovered(None, Ruling.UNDECIDED), survived(3)))
    assert newest(experiment(), [ago(2), half]) == (half, half.experiments[0])


@pytest.mark.parametrize(
    ("figure", "then", "now", "said"),
    [
        ("recovery_time_s", 2.0, 2.5, "+0.5 s (+25%)"),
        ("recovery_time_s", 2.5, 2.5, "the same"),
        ("lost_writes", 0, 6, "+6"),
        ("lost_writes", 6, 0, "\N{MINUS SIGN}6 (\N{MINUS SIGN}100%)"),
        ("p95_during_ms", 20.0, 15.0, "\N{MINUS SIGN}5 ms (\N{MINUS SIGN}25%)"),
        ("recovery_time_s", None, 2.5, "cannot be compared"),
        ("recovery_time_s", 2.5, None, "cannot be compared"),
    ],
)
def test_a_difference_has_its_sign_and_its_share(figure: str, then: float, now: float, said: str) -> None:
    """Of nothing there is no share, and with what was not measured no difference."""
    assert Difference(figure=figure, before=then, now=now).change == said


def test_figures_of_either_run_stand_side_by_side() -> None:
    """Those first that an experiment is known by; what only one has measured is none in the other."""
    found = differences(experiment(recovered(2.5), survived(0)), experiment(recovered(2.0)))
    assert [each.figure for each in found][:2] == ["recovery_time_s", "lost_writes"]
    assert found[0].before == 2.0
    assert found[1].before is None


def test_what_two_promises_call_by_one_name_is_never_taken_for_the_same() -> None:
    """Failed requests of the probes stand beside those of the probes, even where only an application has them now."""

    def requests(by: str, percent: float | None) -> Verdict:
        return Verdict(name=by, ruling=Ruling.HELD, because="", measured={"failed_requests_pct": percent})

    then = experiment(requests("probes", 3.0), requests("application", 40.0))
    now = experiment(requests("probes", None), requests("application", 41.0))
    (found,) = differences(now, then)
    assert (found.by, found.before, found.now) == ("application", 40.0, 41.0)
    points = trend(now, run(now), [ago(2, then), ago(1, experiment(requests("probes", 4.0)))])
    assert [each.figures.get("failed_requests_pct") for each in points] == [40.0, None, 41.0]


def test_headlines_are_what_was_measured() -> None:
    """In the order of importance, and nothing that was not."""
    assert headlines(experiment(survived(3), recovered(2.5))) == {"recovery_time_s": 2.5, "lost_writes": 3}
    assert headlines(experiment(recovered(None, Ruling.BROKEN))) == {}


def test_a_trend_ends_with_this_run_and_is_not_without_end() -> None:
    """The oldest first, runs without the experiment left out, the last twenty."""
    now = run(experiment(recovered(9.0)))
    earlier = [ago(days, experiment(recovered(float(days)))) for days in range(40, 0, -1)]
    points = trend(now.experiments[0], now, [*earlier, ago(0.5, experiment(fault="zone loss"))])
    assert len(points) == MOST
    assert [each.figures["recovery_time_s"] for each in points][-3:] == [2.0, 1.0, 9.0]


def test_what_never_came_is_no_gap_in_a_trend() -> None:
    """As `drill trends` has it; what was not measured is one, and neither is a figure to compare with."""
    never, unknown = experiment(recovered(None, Ruling.BROKEN)), experiment(recovered(None, Ruling.UNDECIDED))
    now = run(experiment(recovered(1.4)))
    points = trend(now.experiments[0], now, [ago(2, never), ago(1, unknown)])
    assert [each.figures["recovery_time_s"] for each in points] == [math.inf, None, 1.4]
    assert differences(now.experiments[0], never)[0].change == "cannot be compared"


def test_a_latency_without_end_is_no_gap_either() -> None:
    """Most requests were not answered."""
    now = run(under_load(None, 40.0))
    points = trend(now.experiments[0], now, [ago(1, under_load(6.5))])
    assert [each.figures["p95_during_ms"] for each in points] == [6.5, math.inf]
