"""When the application is as it was before, for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import steady_again_within
from drill.verdict import Ruling
from tests.drill.checks.load.stories import HEALED_S, LoadStory, between, every, quiet, under_load
from tests.drill.histories import property_test

FAILED = {"outcome": "failed", "cause": "refused"}
check = steady_again_within(5.0)


def since_healing(from_s: float, to_s: float, story: LoadStory | None = None, ms: float = 50) -> LoadStory:
    """Requests between these seconds after healing are slow."""
    return (story or under_load()).slow(ms, between(HEALED_S + from_s, HEALED_S + to_s))


def test_at_once() -> None:
    """An application that never noticed is steady at once."""
    verdict = check(under_load().told())
    assert verdict
    assert verdict.measured["steady_again_s"] == 0


def test_slow_for_a_while() -> None:
    """Slow for two seconds: steady after the window in which they end."""
    verdict = check(since_healing(0, 1.9).told())
    assert verdict
    assert verdict.measured["steady_again_s"] == 2.0
    assert "2.00 s after healing" in verdict.because


def test_failing_is_not_steady() -> None:
    """Failing at once is no steady state."""
    story = under_load().change("requests", FAILED, every(10, between(HEALED_S, HEALED_S + 3)))
    assert check(story.told()).measured["steady_again_s"] == 3.0


def test_too_late() -> None:
    """Steady after the limit, or never, breaks it."""
    assert check(since_healing(0, 5.4).told()).ruling is Ruling.BROKEN
    never = check(since_healing(0, 99).told())
    assert never.ruling is Ruling.BROKEN
    assert never.measured["steady_again_s"] is None


def test_for_good() -> None:
    """A relapse after the limit breaks it: it was not for good."""
    assert check(since_healing(3.5, 5.5).told()).ruling is Ruling.BROKEN
    assert check(since_healing(5.0, 5.5, ms=500).told()).ruling is Ruling.BROKEN


def test_jitter() -> None:
    """A stall of 60 ms, seconds later, is jitter, and stands in the evidence."""
    verdict = check(since_healing(5.1, 5.16).told())
    assert verdict
    assert verdict.measured["steady_again_s"] == 0
    assert len(verdict.evidence) == 2


def test_slower_than_the_objective_before() -> None:
    """Who needed 20 ms before may need 40 afterwards, and no more."""
    story = under_load().slow(20, between(-99, 99))
    assert check(story.slow(39, between(HEALED_S, 99)).told())
    assert check(story.slow(41, between(HEALED_S, 99)).told()).ruling is Ruling.BROKEN


@pytest.mark.parametrize(
    "story",
    [
        quiet(),
        under_load().without("requests", between(-9, 0)),
        under_load(end_s=HEALED_S + 0.3),
        since_healing(0, 99, under_load(end_s=HEALED_S + 3)),
        under_load().without("requests", between(HEALED_S + 1, HEALED_S + 2)),
    ],
    ids=["nothing", "nothing before", "ended at once", "ended before the limit", "load paused"],
)
def test_unknown(story: LoadStory) -> None:
    """Without load before, or long enough after, nothing is known."""
    assert check(story.told()).ruling is Ruling.UNDECIDED


def test_never_healed() -> None:
    """What was never healed has no time after."""
    story = under_load()
    story.story.without(action="heal")
    assert check(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.integers(1, 10))
def test_in_windows(bad: int) -> None:
    """However long it is bad at first, that is when it ends."""
    assert check(since_healing(0, bad / 2).told()).measured["steady_again_s"] == bad / 2
