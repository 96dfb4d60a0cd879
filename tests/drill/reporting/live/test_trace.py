"""Glimpses in, scenes out."""

from __future__ import annotations

from typing import get_type_hints

from drill.experiment import Glimpse, Stage
from drill.reporting.live import Seen, Trace
from drill.reporting.live import trace as tracing
from drill.reporting.live.trace import COLUMNS
from tests.drill.reporting.live.glimpses import PLACE, SECOND_NS, crash, glimpse, load


def test_nothing_is_shown_before_the_first_glimpse() -> None:
    """The terminal may ask before the experiment tells."""
    assert Trace(PLACE).scene(0) is None


def test_time_goes_on_between_glimpses() -> None:
    """While everything is read back nobody looks, and the clock still moves."""
    trace = Trace(PLACE)
    trace.add(glimpse(4.0))
    scene = trace.scene(7 * SECOND_NS)
    assert scene is not None
    assert (scene.elapsed_s, scene.since_injection_s) == (3.0, 3.0)


def test_a_column_is_half_a_second() -> None:
    """With what was seen last in it, and None where nobody looked."""
    trace = Trace(PLACE)
    for at_s, writes in ((0.0, 1.0), (0.4, 2.0), (0.6, 3.0), (1.7, 4.0)):
        trace.add(glimpse(at_s, Stage.STEADY, rates_per_s={"writes": writes}))
    scene = trace.scene(round(1.7 * SECOND_NS))
    assert scene is not None
    (rate,) = scene.rates
    assert (rate.name, rate.per_s, rate.columns) == ("writes", 4.0, (2.0, 3.0, None, 4.0))


def test_the_chart_moves_and_marks_with_it() -> None:
    """The last half minute is shown, however long it has gone on; the fault's mark leaves with its column."""
    trace = Trace(PLACE)
    crash(trace, until_s=40.0)
    scene = trace.scene(32 * SECOND_NS)
    assert scene is not None
    assert [len(rate.columns) for rate in scene.rates] == [COLUMNS, COLUMNS]
    assert scene.marks == {8 - 5: "injected"}
    later = trace.scene(40 * SECOND_NS)
    assert later is not None
    assert later.marks == {}


def test_recovery_is_held_against_its_objective() -> None:
    """The clock runs from injection, and stands still once every client succeeds again."""
    trace = Trace(PLACE)
    crash(trace, until_s=6.0)
    (running,) = trace.scene(6 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (running.name, running.elapsed_s, running.limit_s, running.reached) == ("recovery", 2.0, 60.0, False)
    crash(trace)
    (over,) = trace.scene(90 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (over.elapsed_s, over.reached, over.exceeded) == (3.0, True, False)


def test_a_recovery_that_takes_too_long_is_exceeded() -> None:
    """However it ends."""
    trace = Trace(PLACE)
    crash(trace, until_s=6.0)
    (late,) = trace.scene(65 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert late.exceeded
    assert not late.reached


def test_a_fault_that_nobody_felt_takes_no_time() -> None:
    """Once it is healed without a client that was late, there was nothing to recover from."""
    trace = Trace(PLACE)
    trace.add(glimpse(5, rates_per_s={"writes": 1200.0}))
    (running,) = trace.scene(6 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (running.elapsed_s, running.reached) == (2.0, False)
    trace.add(glimpse(7, Stage.HEAL))
    (none,) = trace.scene(9 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (none.elapsed_s, none.reached) == (0.0, True)


def test_redundancy_has_a_clock_of_its_own() -> None:
    """From healing until nothing is missing any more."""
    trace = Trace(PLACE)
    crash(trace)
    trace.add(glimpse(12.0, Stage.REDUNDANCY, phases={"detected": 0.1, "recovered": 3.0}))
    _, running = trace.scene(14 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (running.name, running.elapsed_s, running.limit_s, running.reached) == ("redundancy", 2.0, 30.0, False)
    trace.add(glimpse(15.0, Stage.AFTER, phases={"recovered": 3.0, "redundant": 2.2}))
    _, over = trace.scene(19 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (over.elapsed_s, over.reached) == (2.2, True)


def test_a_load_is_steady_again_when_nothing_is_slow_any_more() -> None:
    """Counted from when healing began; there is no clock before."""
    trace = Trace(PLACE)
    load(trace, until_s=7.0, slow_until_s=10.5)
    assert trace.scene(7 * SECOND_NS).clocks == ()  # type: ignore[union-attr]
    load(trace, until_s=10.0, slow_until_s=10.5)
    (running,) = trace.scene(10 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (running.name, running.elapsed_s, running.limit_s, running.reached) == ("steady again", 2.0, 5.0, False)
    load(trace, until_s=12.0, slow_until_s=10.5)
    (over,) = trace.scene(20 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert (over.elapsed_s, over.reached) == (2.5, True)


def test_a_load_that_fails_again_is_not_steady() -> None:
    """The clock runs on."""
    trace = Trace(PLACE)
    load(trace, until_s=10.0, slow_until_s=4.0)
    trace.add(glimpse(10, Stage.AFTER, rates_per_s={"requests": 1.0}, failing="9 of 10 requests not served"))
    (clock,) = trace.scene(11 * SECOND_NS).clocks  # type: ignore[union-attr]
    assert not clock.reached


def test_phases_belong_to_recoveries_that_have_begun() -> None:
    """None before the fault, and none of an application at work."""
    trace = Trace(PLACE)
    crash(trace, until_s=3.0)
    assert trace.scene(3 * SECOND_NS).phases is None  # type: ignore[union-attr]
    crash(trace, until_s=5.0)
    assert trace.scene(5 * SECOND_NS).phases == {"detected": 0.1}  # type: ignore[union-attr]
    working = Trace(PLACE)
    load(working, until_s=7.0, slow_until_s=4.0)
    assert working.scene(7 * SECOND_NS).phases is None  # type: ignore[union-attr]


def test_only_what_is_shown_is_kept() -> None:
    """An experiment of an hour costs no more than one of a minute."""
    trace = Trace(PLACE)
    for second in range(3600):
        trace.add(glimpse(second, rates_per_s={"writes": 1.0}))
    assert len(trace._columns["writes"]) <= 2 * COLUMNS  # noqa: SLF001 - what is kept is nobody's business else


def test_reporting_and_the_experiment_speak_of_the_same() -> None:
    """Neither may know the other: a glimpse has all that is shown, and the stages have these names."""
    told = {name for name in vars(Seen) if not name.startswith("_")}
    assert told <= get_type_hints(Glimpse).keys()
    assert {tracing.HEALING, tracing.REDUNDANCY} == {Stage.HEAL, Stage.REDUNDANCY}
