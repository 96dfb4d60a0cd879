"""How soon it is noticed that requests became slow, calls dear, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import trouble_is_noticed_within
from drill.verdict import Ruling
from tests.drill.checks.items.stories import OK, after, few_examples, item_load, throttled
from tests.drill.checks.load.stories import HEALED_S, LoadStory, between, quiet
from tests.drill.histories import Row

check = trouble_is_noticed_within(5.0)


def dear(from_s: float, units: float = 12.0) -> LoadStory:
    """From that moment on reads cost more."""
    larger: Row = {**OK, "read_units": units}
    return item_load(lambda number, due_s: [larger if from_s <= due_s < HEALED_S and number % 2 == 0 else OK])


def refused(from_s: float, until_s: float = HEALED_S) -> LoadStory:
    """From that moment on one request in twenty is refused once."""
    return item_load(
        lambda number, due_s: [throttled(), after(20)] if from_s <= due_s < until_s and number % 20 == 1 else [OK]
    )


def test_slow() -> None:
    """Slow requests are noticed, and dated."""
    verdict = check(item_load().slow(50, between(0, HEALED_S)).told())
    assert verdict
    assert "p95 of" in verdict.because


def test_dear() -> None:
    """Calls that cost twice as much are noticed, though nobody waits; a little more is not."""
    verdict = check(dear(1.0).told())
    assert verdict
    assert "GetItem of customer-profile > 2 units" in verdict.because
    assert verdict.measured["noticed_after_injection_s"] == pytest.approx(1.1, abs=0.1)
    assert check(dear(1.0, units=1.5).told()).ruling is Ruling.UNDECIDED


def test_refused() -> None:
    """The third refusal of a table is noticed."""
    verdict = check(refused(1.0).told())
    assert verdict
    assert "throttles of drill-1f-shop" in verdict.because
    assert check(refused(1.0, 1.4).told()).ruling is Ruling.UNDECIDED


def test_too_late() -> None:
    """What is seen after the limit breaks it."""
    for story in (dear(6.0), refused(6.0), item_load().slow(50, between(6.0, HEALED_S))):
        assert check(story.told()).ruling is Ruling.BROKEN


def test_nothing_to_notice() -> None:
    """Where all is as before, or was so before, nothing was there to notice."""
    for story in (quiet(), item_load(), dear(-9.0), refused(-9.0), item_load().forget("calls")):
        assert check(story.told()).ruling is Ruling.UNDECIDED


def test_what_comes_and_goes_by_itself() -> None:
    """What was as dear now and then before the fault, too, is not seen because of it."""

    def calls(number: int, _due_s: float) -> list[Row]:
        units = 8.0 if number // 40 % 5 == 0 else 1.0
        return [{**OK, "write_units" if number % 2 else "read_units": units}]

    verdict = trouble_is_noticed_within()(item_load(calls).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "nothing to notice" in verdict.because


@few_examples
@given(st.floats(0.0, 7.0))
def test_never_before_it_happens(from_s: float) -> None:
    """Nothing is noticed before it happens, nor long after."""
    for story in (dear(from_s), refused(from_s)):
        verdict = check(story.told())
        if verdict.ruling is not Ruling.UNDECIDED:
            noticed_s = verdict.measured["noticed_after_injection_s"]
            assert noticed_s is not None
            assert from_s <= noticed_s <= from_s + 1.0
