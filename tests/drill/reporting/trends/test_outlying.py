"""Whether the newest is out of line: each rule with its good and its bad twin, and the laws behind them all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drill.reporting.trends import LOSS, SERVED, Basis, Standing, findings, outlying
from tests.drill.reporting.trends.runs import of, points

ROUND = (1.30, 1.34, 1.31, 1.33, 1.32)
SERIES = 600
WHOLE = st.integers(min_value=0, max_value=1000).map(float)  # whole numbers shift without rounding


def test_a_gross_outlier_is_found_from_five_runs_on() -> None:
    """By its modified z-score, which is told; what lies as they do is in line."""
    found = outlying(points(*ROUND, 20.1))
    assert (found.standing, found.basis) == (Standing.OUT_OF_LINE, Basis.SCORE)
    assert found.because == (
        "20.1 s after 1.32 s (median of 5 runs): z = 1050.3, 3.5 allowed, p = 2.2e-12, 0.05 allowed"
    )
    good = outlying(points(*ROUND, 1.35))
    assert (good.standing, good.basis) == (Standing.IN_LINE, Basis.SCORE)


def test_with_fewer_than_five_nothing_is_told() -> None:
    """However far off it looks; and it says how many there are."""
    found = outlying(points(*ROUND[:4], 20.1))
    assert (found.standing, found.because) == (Standing.TOO_FEW, "4 of 5 runs before it")
    assert outlying(points(1.3)).standing is Standing.TOO_FEW


def test_repetitions_of_one_run_are_no_five_runs() -> None:
    """They share the machine and the hour, and say nothing of how runs differ."""
    assert outlying(points((1.3, 1.31, 1.32, 1.33, 1.34, 1.35), 20.1)).standing is Standing.TOO_FEW


def test_a_run_that_measured_nothing_is_none_of_the_five() -> None:
    """It has no value to compare with; where it is the newest, nothing can be told."""
    assert outlying(points(*ROUND[:4], (), 20.1)).standing is Standing.TOO_FEW
    found = outlying(points(*ROUND, ()))
    assert (found.standing, found.because) == (
        Standing.NOT_MEASURED,
        "the newest run measured nothing; its promises say why",
    )


def test_a_single_value_is_ranked_from_nineteen_on() -> None:
    """Then being the worst of all happens by chance once in twenty times, and not before."""
    earlier = [1.3 + each / 1000 for each in range(19)]
    found = outlying(points(*earlier, 1.4))
    assert (found.standing, found.basis, found.p) == (Standing.OUT_OF_LINE, Basis.RANK, pytest.approx(0.05))
    assert outlying(points(*earlier[:18], 1.4)).basis is Basis.SCORE


def test_repetitions_of_one_run_stand_for_one_run() -> None:
    """Five slow ones prove no more than their median: the whole run may have been on a slow machine."""
    earlier = [(1.30, 1.40, 1.35), (1.32, 1.44, 1.36), (1.34, 1.43, 1.40), (1.31, 1.45, 1.38), (1.36, 1.39, 1.37)]
    assert outlying(points(*earlier, (1.42, 1.43, 1.44))).standing is Standing.IN_LINE
    found = outlying(points(*earlier, (1.60, 1.59, 9.0)))
    assert (found.standing, found.basis) == (Standing.OUT_OF_LINE, Basis.SCORE)
    assert found.because.startswith("1.6 s (median of 3) after 1.37 s (median of 5 runs): z = ")
    assert outlying(points(*earlier, (1.36, 1.37, 9.0))).standing is Standing.IN_LINE


def test_like_is_compared_with_like() -> None:
    """A single value varies more than a median of three: it is held against first repetitions."""
    earlier = [(1.2, 1.3, 1.3), (1.4, 1.3, 1.3), (1.1, 1.3, 1.3), (1.5, 1.3, 1.3), (1.3, 1.3, 1.3), (1.6, 1.3, 1.3)]
    assert outlying(points(*earlier, 1.65)).standing is Standing.IN_LINE
    assert outlying(points(*earlier, (1.65, 1.66, 1.64))).standing is Standing.OUT_OF_LINE


def test_a_single_value_may_be_as_bad_as_any_single_one_before() -> None:
    """A repetition that was not the first one of its run was seen as well."""
    found = outlying(points(*ROUND, (1.32, 1.30, 20.1), 20.1))
    assert (found.standing, found.basis) == (Standing.IN_LINE, Basis.SEEN_BEFORE)
    assert outlying(points(*ROUND, (1.32, 1.30, 20.1), 20.2)).standing is Standing.OUT_OF_LINE


def test_a_score_alone_does_not_suffice() -> None:
    """By chance four of five lie close together; the robust score takes that for all there is, t does not."""
    found = outlying(points(1.31, 1.30, 1.31, 1.32, 1.60, 1.65))
    assert found.z is not None
    assert found.z > 3.5
    assert found.p is not None
    assert found.p > 0.05
    assert found.standing is Standing.IN_LINE


def test_a_significant_difference_alone_does_not_suffice() -> None:
    """What is unlikely to be chance is told only if it is gross."""
    found = outlying(points(1.30, 1.30, 1.36, 1.36, 1.33, 1.415))
    assert found.z is not None
    assert found.z <= 3.5
    assert found.p is not None
    assert found.p <= 0.05
    assert found.standing is Standing.IN_LINE


def test_the_first_loss_is_out_of_line() -> None:
    """After one run without any; a loss as there was before is not."""
    found = outlying(of(LOSS, (0, 1)))
    assert (found.standing, found.basis) == (Standing.OUT_OF_LINE, Basis.NEVER_BEFORE)
    assert found.because == "1, and none in the one run before"
    assert outlying(of(LOSS, (0, 0, 0, 0, 0, (0, 0, 3)))).because == "3, and none in 5 runs before"
    assert outlying(of(LOSS, (0, 0, 0, 0, 0, 0))).standing is Standing.IN_LINE
    assert outlying(of(LOSS, (4, 0, 0, 0, 0, 4))).standing is Standing.IN_LINE
    assert outlying(of(LOSS, (1,))).standing is Standing.TOO_FEW


def test_the_first_never_is_out_of_line() -> None:
    """One that never recovered, of one repetition or of several; where it was so before, it is not news."""
    found = outlying(points(1.3, math.inf))
    assert (found.standing, found.basis) == (Standing.OUT_OF_LINE, Basis.NEVER_BEFORE)
    assert outlying(points(1.3, 1.4, (1.3, math.inf))).because == "never came, as it did in 2 runs before"
    assert outlying(points(math.inf, *ROUND, math.inf)).standing is Standing.IN_LINE


def test_a_run_that_never_recovered_does_not_make_the_next_look_good_or_bad() -> None:
    """It is the worst there was, and the median stays where it is."""
    assert outlying(points(math.inf, *ROUND, 1.32)).standing is Standing.IN_LINE
    assert outlying(points(math.inf, *ROUND, (20.0, 20.1, 20.2))).standing is Standing.IN_LINE
    assert outlying(points(*ROUND, (1.3, 1.31, math.inf), (20.0, 20.1, 20.2))).standing is Standing.OUT_OF_LINE


def test_a_difference_that_cannot_be_measured_is_none() -> None:
    """Within the resolution of the newest, or of the others as a rule; one noisy run before hides nothing."""
    excused = outlying(points(*ROUND, 1.44, give_or_take=0.1))
    assert (excused.standing, excused.basis) == (Standing.IN_LINE, Basis.RESOLUTION)
    assert outlying(points(*ROUND, 1.44)).standing is Standing.OUT_OF_LINE
    noisy = points(*ROUND, 20.0)
    one = points(20.0, give_or_take=60.0).points[0].readings
    first = type(noisy.points[0])(run="noisy", started=noisy.points[0].started, readings=one)
    assert outlying(
        type(noisy)(subject=noisy.subject, quantity=noisy.quantity, points=(first, *noisy.points))
    ).basis is (Basis.SEEN_BEFORE)


def test_less_served_is_worse_and_more_is_not() -> None:
    """Out of line is the worse side alone."""
    assert outlying(of(SERVED, (99.9, 99.8, 99.9, 99.7, 99.8, 60.0))).standing is Standing.OUT_OF_LINE
    assert outlying(of(SERVED, (60.1, 60.2, 60.1, 60.3, 60.2, 99.9))).standing is Standing.IN_LINE
    assert outlying(points(20.1, 20.2, 20.3, 20.2, 20.1, 1.3)).standing is Standing.IN_LINE


def test_who_looks_at_many_series_must_see_more() -> None:
    """The same value is news where it is the only one looked at, and none among twenty."""
    alone = points(*ROUND, 1.39)
    others = [points(*ROUND, 1.32) for _ in range(19)]
    assert findings([alone])[0].standing is Standing.OUT_OF_LINE
    among = findings([alone, *others])
    assert among[0].p == pytest.approx(20 * findings([alone])[0].p)  # type: ignore[operator]
    assert {each.standing for each in among} == {Standing.IN_LINE}


def test_ranks_are_used_where_they_can_be_significant_for_all_series() -> None:
    """Among ten series that takes two hundred runs; with fewer they are scored."""
    for runs, basis in ((250, Basis.RANK), (100, Basis.SCORE)):
        found = findings([points(*(1.3 + (each * 7 % runs) / 1000 for each in range(runs)), 2.0)] * 10)
        assert {each.basis for each in found} == {basis}


def test_what_never_changes_does_not_count_among_the_many() -> None:
    """No loss in any run can alarm nobody by chance, and asks no more of the others."""
    alone = points(*(1.3 + each / 1000 for each in range(30)), 1.4)
    nothing = [of(LOSS, [0] * 31) for _ in range(9)]
    found = findings([alone, *nothing])
    assert found[0].standing is Standing.OUT_OF_LINE
    assert {each.standing for each in found[1:]} == {Standing.IN_LINE}


@given(earlier=st.lists(WHOLE, min_size=5, max_size=40), newest=WHOLE, by=st.integers(0, 10**6))
def test_a_shift_of_all_values_changes_nothing(earlier: list[float], newest: float, by: int) -> None:
    """A slower network for everybody is no finding about the newest."""
    here, there = outlying(points(*earlier, newest)), outlying(points(*(each + by for each in (*earlier, newest))))
    assert (here.standing, here.basis) == (there.standing, there.basis)
    assert (here.p or 0.0) == pytest.approx(there.p or 0.0, rel=1e-6)


@given(earlier=st.lists(WHOLE | st.just(math.inf), min_size=5, max_size=30), newest=WHOLE, data=st.data())
def test_the_order_of_earlier_runs_changes_nothing(earlier: list[float], newest: float, data: st.DataObject) -> None:
    """They are what was before, and not a course."""
    here = outlying(points(*earlier, newest))
    there = outlying(points(*data.draw(st.permutations(earlier)), newest))
    assert (here.standing, here.basis, here.because) == (there.standing, there.basis, there.because)


@given(earlier=st.lists(WHOLE | st.just(math.inf), min_size=1, max_size=60), data=st.data())
def test_a_value_inside_the_earlier_range_is_never_out_of_line(earlier: list[float], data: st.DataObject) -> None:
    """Nor is one that is better than all of them."""
    newest = data.draw(WHOLE | st.just(math.inf))
    assume(newest <= max(earlier))
    assert outlying(points(*earlier, newest)).standing is not Standing.OUT_OF_LINE


@given(
    earlier=st.lists(st.floats(min_value=1.0, max_value=2.0), min_size=5, max_size=60),
    factor=st.floats(min_value=60.0, max_value=1000.0),
)
def test_a_gross_outlier_is_always_found(earlier: list[float], factor: float) -> None:
    """Whatever lies between one and two seconds before, a minute is out of line."""
    assert outlying(points(*earlier, factor)).standing is Standing.OUT_OF_LINE


@given(runs=st.lists(st.lists(WHOLE | st.just(math.inf), max_size=4), min_size=1, max_size=30))
def test_every_series_gets_a_finding(runs: list[list[float]]) -> None:
    """Whatever was measured, and however often."""
    series = points(*runs)
    (found,) = findings([series])
    assert (found.standing is Standing.NOT_MEASURED) is (not runs[-1])
    assert found.because
    assert found.p is None or 0 <= found.p <= 1


@pytest.mark.parametrize("apart", [0.0, 0.3], ids=["runs alike", "runs that differ"])
@pytest.mark.parametrize(("runs", "repetitions"), [(5, 1), (10, 1), (25, 1), (60, 1), (5, 5), (20, 3)])
def test_where_nothing_has_changed_alarms_are_rare(runs: int, repetitions: int, apart: float) -> None:
    """One in twenty at most, though times are skewed, and though the machine of a run is the same for all of it."""
    chance = np.random.default_rng(20261122)
    noise = chance.normal(0.3, 0.15, (SERIES, runs + 1, repetitions)) + apart * chance.normal(
        size=(SERIES, runs + 1, 1)
    )
    alarms = sum(
        outlying(points(*(tuple(map(float, run)) for run in each))).standing is Standing.OUT_OF_LINE
        for each in np.exp(noise)
    )
    assert alarms / SERIES <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / SERIES)  # three standard deviations of chance


@pytest.mark.parametrize("runs", [5, 12, 30])
def test_where_nothing_has_changed_many_series_together_alarm_rarely(runs: int) -> None:
    """Fourteen experiments: about one look in ten alarms, and not one in two as if each were judged alone."""
    times = np.random.default_rng(20261122).lognormal(mean=0.3, sigma=0.15, size=(150, 14, runs + 1))
    alarms = sum(
        any(found.standing is Standing.OUT_OF_LINE for found in findings([points(*map(float, each)) for each in look]))
        for look in times
    )
    assert alarms / 150 <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 150)
