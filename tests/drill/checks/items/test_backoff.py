"""Waits before repeats: long enough, growing, and at random."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import backs_off_with_jitter
from drill.verdict import Ruling
from tests.drill.checks.items.stories import OK, after, few_examples, impatient, item_load, patient, throttled, under
from tests.drill.checks.load.stories import LoadStory, between, every, quiet
from tests.drill.histories import Row

check = backs_off_with_jitter()


def test_full_jitter() -> None:
    """Waits that are drawn up to a bound that doubles hold it."""
    verdict = check(item_load(patient()).told())
    assert verdict
    assert 8 < verdict.measured["wait_1_ms"] < 18  # type: ignore[operator]  # a figure


def test_at_once() -> None:
    """Who repeats at once breaks it."""
    verdict = check(item_load(impatient(0.5)).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "within 0.5 ms" in verdict.because


def test_all_at_once() -> None:
    """Repeats that are sent before the call before them ended did not wait."""
    story = item_load(patient())
    story.change("calls", lambda row: {"sent_ns": row["sent_ns"] // 10**9 * 10**9}, between(0, 8, "sent_ns"))
    assert check(story.told()).ruling is Ruling.BROKEN


def test_alike() -> None:
    """Waits that grow, and are the same for all, break it."""

    def calls(number: int, due_s: float) -> list[Row]:
        if not (under(due_s) and number % 3 == 0):
            return [OK]
        return [throttled(), after(50 + number % 7 * 0.5, throttled()), after(100)]

    verdict = check(item_load(calls).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "all alike" in verdict.because


def test_no_growth() -> None:
    """Random waits that do not grow break it."""

    def calls(number: int, due_s: float) -> list[Row]:
        if not (under(due_s) and number % 3 == 0):
            return [OK]
        waits = [10.0 + 7 * number % 31, 10.0 + 11 * number % 31]
        return [throttled(), after(waits[0], throttled()), after(waits[1])]

    verdict = check(item_load(calls).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "do not grow" in verdict.because


def once(every: int) -> LoadStory:
    """One in so many requests is refused, once."""
    return item_load(
        lambda number, due_s: [throttled(), after(number % 23)] if under(due_s) and number % every == 0 else [OK]
    )


def test_once_only() -> None:
    """Where hardly anybody tried a second time, nobody knows whether waits grow."""
    assert check(once(4).told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize(
    "story",
    [quiet(), item_load(), once(100), item_load(patient()).without("calls", every(2))],
    ids=["nothing", "no throttle", "few", "calls that nobody saw"],
)
def test_nothing_to_judge(story: LoadStory) -> None:
    """Without repeats, or without calls of most requests, nothing is known."""
    assert check(story.told()).ruling is Ruling.UNDECIDED


def test_pages_are_no_repeats() -> None:
    """A request's further pages follow at once, and are none."""
    story = item_load(lambda _number, _due_s: [OK, after(0.1), after(0.1)])
    assert check(story.told()).ruling is Ruling.UNDECIDED


def test_rest_of_a_batch() -> None:
    """Asking at once for what a batch left is a repeat like any other."""
    partial: Row = {**OK, "unprocessed": 3}
    assert check(item_load(impatient(0.5, call=partial)).told()).ruling is Ruling.BROKEN
    assert check(item_load(patient(call=partial)).told())


@few_examples
@given(st.integers(0, 10**6))
def test_never_blames_the_patient(seed: int) -> None:
    """Full jitter is never broken, whatever is drawn."""
    assert check(item_load(patient(seed), rate=50).told()).ruling is not Ruling.BROKEN


@few_examples
@given(st.floats(0.0, 300.0))
def test_never_holds_for_the_impatient(wait_ms: float) -> None:
    """The same wait each time never holds it."""
    assert check(item_load(impatient(wait_ms), rate=50).told()).ruling is Ruling.BROKEN
