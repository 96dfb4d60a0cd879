"""An experiment beside earlier runs: like is compared with like, and nothing with what was not measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drill.reporting.page.runs import MOST, Difference, before, counterpart, differences, headlines, trend
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.verdict import Ruling
from tests.drill.reporting.synthetic import experiment, recovered, run, survived


def ago(days: float, *experiments: ExperimentRecord, **more: str) -> RunRecord:
    """A run that began so many days before the usual one."""
    now = run(*experiments)
    return replace(now, started=now.started - timedelta(days=days), name=f"{days} days ago", **more)


def test_earlier_runs_are_those_of_the_same_target_in_order() -> None:
    """Another target, another kind, this run itself and later ones are left out."""
    now = replace(run(), name="now")
    given = [ago(1), ago(3), ago(2, target="staging"), ago(4, kind="aurora"), ago(-1), now]
    assert [each.name for each in before(now, given)] == ["3 days ago", "1 days ago"]


def test_an_experiments_counterpart_has_its_scenario_fault_and_repetition() -> None:
    """One that was skipped is none."""
    first, second = experiment(), experiment(repetition=2)
    assert counterpart(second, run(first, second)) is second
    assert counterpart(experiment(fault="zone loss"), run(first)) is None
    assert counterpart(first, run(replace(first, skipped="no way"))) is None


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
