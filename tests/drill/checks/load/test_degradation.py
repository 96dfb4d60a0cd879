"""What holds when everything becomes slower."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    Reason,
    degradation_is_noticed_within,
    fast_again,
    highest_rate,
    lagging_is_told_from_down,
    ramp,
    throughput_returns,
)
from drill.verdict import Ruling
from tests.drill.checks.load.stories import (
    END_S,
    HEALED_S,
    STEADY_S,
    LoadStory,
    between,
    during,
    every,
    quiet,
    under_load,
)
from tests.drill.histories import Row, ns, property_test, steps

FAILED = {"outcome": "failed", "cause": "other", "code": "57014"}
noticed = degradation_is_noticed_within(10)


def from_(second: float, pattern: str | None = None) -> Callable[[Row], bool]:
    """Requests from then until healing, of one pattern if one is named."""
    return lambda row: between(second, HEALED_S)(row) and pattern in {None, row["pattern"]}


def test_noticed() -> None:
    """All requests slow from 2 s on: more than one in twenty of the last second's are slow soon after."""
    verdict = noticed(under_load().slow(50, from_(2.0)).told())
    assert verdict
    assert verdict.measured["noticed_after_s"] == pytest.approx(2.1, abs=0.06)
    assert "after injection" in verdict.evidence[0]


def test_one_pattern() -> None:
    """One pattern of four that is slow is noticed, and named."""
    verdict = noticed(under_load().slow(50, from_(2.0, "lines-of-order")).told())
    assert verdict
    assert any(line.startswith("p95 of lines-of-order") for line in verdict.evidence)
    assert not any("order-by-id" in line for line in verdict.evidence)


def test_noticed_too_late() -> None:
    """What only shows after the limit was not noticed in time."""
    assert degradation_is_noticed_within(3)(under_load().slow(50, from_(5.0)).told()).ruling is Ruling.BROKEN


def test_failures_are_noticed() -> None:
    """Requests that fail, or never come back, are beyond every objective."""
    assert noticed(under_load().change("requests", FAILED, from_(2.0)).told())
    never = under_load().change("requests", {"completed_ns": None, "outcome": None}, from_(2.0))
    assert noticed(never.told()).ruling is Ruling.UNDECIDED  # nothing came back that anybody could have seen


def test_nothing_to_notice() -> None:
    """Where no objective was breached, or for a moment only, there was nothing to notice."""
    assert noticed(under_load().told()).ruling is Ruling.UNDECIDED
    assert noticed(under_load().slow(50, between(3, 3.05)).told()).ruling is Ruling.UNDECIDED
    assert noticed(quiet().told()).ruling is Ruling.UNDECIDED


def test_slow_before() -> None:
    """A pattern that was beyond the objective before tells nothing."""
    slow = under_load().slow(50, lambda row: row["pattern"] == "lines-of-order")
    assert noticed(slow.told()).ruling is Ruling.UNDECIDED


def test_jitter_before() -> None:
    """A stall before the fault makes nobody blind to what comes after it."""
    assert noticed(under_load().slow(60, between(-1, -0.94)).slow(50, from_(2.0)).told())


def test_counts_from_when_in_place() -> None:
    """A fault that takes five seconds to be put in place is not counted as time to notice it."""
    story = under_load().slow(50, from_(6.0))
    story.story.change({"completed_ns": ns(5.0)}, action="inject")
    verdict = noticed(story.told())
    assert verdict.measured["noticed_after_s"] == pytest.approx(1.1, abs=0.06)
    assert verdict.measured["noticed_after_injection_s"] == pytest.approx(6.1, abs=0.06)


def reader(lag_ms: Callable[[float], float | None], answers: Callable[[float], bool] = lambda _: True) -> LoadStory:
    """Reader b lags, or does not answer; reader c is well."""
    story = under_load()
    for at_s in steps(-STEADY_S, END_S, 0.2):
        up = answers(at_s)
        story.row("lags", at_s, instance="b", answers=up, lag_ms=lag_ms(at_s) if up else None)
        story.row("lags", at_s, instance="c", answers=True, lag_ms=5.0)
    return story


def lags(at_s: float) -> float:
    """Behind by as long as the fault lasts."""
    return 1000 * at_s if 0 < at_s < HEALED_S else 5.0


def gone(at_s: float) -> bool:
    """Not there while the fault lasts."""
    return not 0 < at_s < HEALED_S


def hitting(story: LoadStory, instance: str) -> LoadStory:
    """The fault hits that instance."""
    story.story.change({"endpoint": instance}, client="fault")
    return story


def test_lag_noticed() -> None:
    """A reader that falls behind is noticed when it is beyond its objective."""
    verdict = noticed(reader(lags).told())
    assert verdict
    assert "reader b" in verdict.because
    assert verdict.measured["noticed_after_s"] == pytest.approx(1.2, abs=0.01)


def test_lagging() -> None:
    """A reader that answers and is behind lags."""
    verdict = lagging_is_told_from_down()(hitting(reader(lags), "b").told())
    assert verdict
    assert verdict.measured["lagging_readers"] == 1
    assert verdict.measured["down_readers"] == 0


def test_down() -> None:
    """A reader that does not answer is down, which is something else."""
    story = hitting(reader(lambda _: 5.0, gone), "b")
    assert lagging_is_told_from_down(Reason.READER_DOWN)(story.told())
    assert lagging_is_told_from_down(Reason.LAGGING_READER)(story.told()).ruling is Ruling.BROKEN


def test_lagging_taken_for_down() -> None:
    """A reader that lags is not down."""
    story = hitting(reader(lags), "b").told()
    assert lagging_is_told_from_down(Reason.READER_DOWN)(story).ruling is Ruling.BROKEN


def test_well() -> None:
    """Where every reader is well, or none was looked at, nothing was told apart."""
    assert lagging_is_told_from_down()(reader(lambda _: 5.0).told()).ruling is Ruling.UNDECIDED
    assert lagging_is_told_from_down()(quiet().told()).ruling is Ruling.UNDECIDED
    assert lagging_is_told_from_down()(hitting(reader(lags), "c").told()).ruling is Ruling.UNDECIDED


def test_hiccup() -> None:
    """One look that was not answered, or one that was behind, is no state."""
    story = reader(lambda at_s: 3000.0 if 3 < at_s < 3.3 else 5.0, lambda at_s: not 4 < at_s < 4.3)
    assert lagging_is_told_from_down()(story.told()).ruling is Ruling.UNDECIDED


def test_fast_again() -> None:
    """Only the end of the run is judged; how slow it was is told."""
    verdict = fast_again(10)(under_load().slow(500, between(0, HEALED_S + 2)).told())
    assert verdict
    assert verdict.measured["p95_ms"] == pytest.approx(4.8)
    assert verdict.measured["degraded_p95_ms"] == pytest.approx(500)


def test_still_slow() -> None:
    """One in ten that is slow in the end breaks it, or that fails."""
    end = between(HEALED_S + 2, END_S)
    assert fast_again(10)(under_load().slow(50, every(10, end)).told()).ruling is Ruling.BROKEN
    assert fast_again(10)(under_load().change("requests", FAILED, every(10, end)).told()).ruling is Ruling.BROKEN
    assert fast_again(10)(under_load().slow(50, every(30, end)).told())


def test_no_end() -> None:
    """Without requests after healing nothing is known."""
    assert fast_again()(under_load(end_s=HEALED_S).told()).ruling is Ruling.UNDECIDED
    assert throughput_returns()(under_load(end_s=HEALED_S).told()).ruling is Ruling.UNDECIDED


def test_throughput_returns() -> None:
    """One in twenty that fails in the end is within ten percent, one in eight is not."""
    end = between(HEALED_S, END_S)
    assert throughput_returns()(under_load().change("requests", FAILED, every(20, end)).told())
    assert throughput_returns()(under_load().change("requests", FAILED, every(8, end)).told()).ruling is Ruling.BROKEN
    assert throughput_returns()(under_load().change("requests", FAILED, during).told())


def ramped(*p95_ms: float) -> LoadStory:
    """Steps of two seconds each, at 100, 200, ... requests a second, all of them of one latency."""
    story = quiet()
    for number, latency_ms in enumerate(p95_ms):
        begin_s, rate = 2.0 * number, 100 * (number + 1)
        told = {"rate_per_s": rate, "from_ns": ns(begin_s), "to_ns": ns(begin_s + 2)}
        for name, value in told.items():
            story.row("settings", subject=f"stage-{number:02}", name=name, value=str(value))
        for due_s in steps(begin_s, begin_s + 2, 1 / rate):
            story.request(due_s, latency_ms)
    return story


def test_highest_rate() -> None:
    """The highest rate is the last before the first step beyond the objective."""
    verdict = highest_rate(10)(ramped(3, 5, 9, 30, 8).told())
    assert verdict
    assert verdict.measured["highest_rate_per_s"] == 300
    assert "30.0 ms at 400/s" in verdict.because


def test_never_beyond() -> None:
    """Where no step is beyond it, that is said."""
    verdict = highest_rate(10)(ramped(3, 5).told())
    assert verdict.measured["highest_rate_per_s"] == 200
    assert "was not reached" in verdict.because


def test_beyond_at_once() -> None:
    """Where the first step is, no rate is known; nor without steps."""
    assert highest_rate(10)(ramped(30, 5).told()).ruling is Ruling.UNDECIDED
    assert highest_rate(10)(under_load().told()).ruling is Ruling.UNDECIDED
    assert highest_rate(10)(under_load().empty("settings").told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_steps_row_by_row(latencies: list[int]) -> None:
    """Each step's percentiles are those of its own requests, in order of the rate."""
    found = ramp(ramped(*latencies).told())
    assert found["p95_ms"].to_list() == pytest.approx(latencies)
    assert found["rate_per_s"].to_list() == [100 * (number + 1) for number in range(len(latencies))]
    assert found["arrivals_per_s"].to_list() == pytest.approx(found["rate_per_s"].to_list(), rel=0.01)
