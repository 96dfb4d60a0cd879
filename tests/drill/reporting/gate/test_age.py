"""The age of evidence: from when it finished, by a clock that may be a little off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.gate.age import TOLERANCE, spelled, stale
from tests.drill.reporting.gate.made import NOW
from tests.drill.reporting.synthetic import run

WEEK_S = 7 * 86400.0
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(0), None),
        (timedelta(days=7), None),
        (timedelta(days=7) + SECOND, "the run is 7d 1s old, of 7d allowed; run the suite again"),
        (timedelta(days=30, hours=5), "the run is 30d 5h old, of 7d allowed; run the suite again"),
        (-TOLERANCE, None),
        (-TOLERANCE - SECOND, "the run finished 5m 1s from now; set the clocks right, and run the suite again"),
        (-timedelta(days=400), "the run finished 400d from now; set the clocks right, and run the suite again"),
    ],
)
def test_what_is_too_old_or_of_the_future_is_no_evidence(age: timedelta, words: str | None) -> None:
    """The limit itself is still allowed, on both sides."""
    assert stale(replace(run(), finished=NOW - age), NOW, WEEK_S) == words


@given(st.integers(-12, 14), st.integers(0, 20))
def test_the_zone_of_a_clock_does_not_matter(hours: int, days: int) -> None:
    """A moment is a moment, however it is spelled."""
    elsewhere = replace(run(), finished=(NOW - timedelta(days=days)).astimezone(timezone(timedelta(hours=hours))))
    assert (stale(elsewhere, NOW, WEEK_S) is None) == (days <= 7)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (-9, "0s"), (59.6, "1m"), (3725, "1h 2m"), (86400, "1d"), (90061, "1d 1h")]
)
def test_an_age_is_spelled_in_its_two_greatest_units(seconds: float, words: str) -> None:
    """Nobody needs the seconds of a day."""
    assert spelled(timedelta(seconds=seconds)) == words
