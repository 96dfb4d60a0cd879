"""When a game day may begin, in whatever zone, and whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.config.gameday import WEEK, Window
from drill.gameday.window import LOOK_AHEAD_DAYS, described, next_opening, refusal
from tests.drill.histories import property_test

BERLIN = Window(time_zone="Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
"""Of Lord Howe the clocks move by half an hour; Apia left out a whole day, 2011-12-30."""


def berlin(text: str) -> datetime:
    """A moment as a clock in Berlin shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN.zone)


@pytest.mark.parametrize("at", ["2026-11-23T09:00", "2026-11-23T15:59:59", "2026-11-27T12:00"])
def test_within_the_window_one_may_begin(at: str) -> None:
    """From its first moment to the last, on each of its days."""
    assert refusal(BERLIN, berlin(at)) is None
    assert next_opening(BERLIN, berlin(at)) == berlin(at)


@pytest.mark.parametrize(
    ("at", "why", "opens"),
    [
        ("2026-11-23T08:59:59", "it is 08:59 in Europe/Berlin, and game days begin from 09:00 until 16:00", "11-23"),
        ("2026-11-23T16:00", "it is 16:00 in Europe/Berlin, and game days begin from 09:00 until 16:00", "11-24"),
        ("2026-11-28T12:00", "it is sat, and game days are on mon, tue, wed, thu, fri", "11-30"),
        ("2026-11-27T20:00", "it is 20:00 in Europe/Berlin", "11-30"),
    ],
)
def test_outside_none_may(at: str, why: str, opens: str) -> None:
    """Why, in the window's own words and zone, and when the next one opens."""
    assert str(refusal(BERLIN, berlin(at))).startswith(why)
    assert next_opening(BERLIN, berlin(at)) == berlin(f"2026-{opens}T09:00")


def test_the_zone_decides_and_not_the_machine() -> None:
    """The same moment is inside in one zone and outside in another."""
    moment = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert refusal(BERLIN, moment) is None
    assert refusal(BERLIN.model_copy(update={"time_zone": "UTC"}), moment) is not None


def test_a_blackout_date_is_none() -> None:
    """Whatever its day; the next opening is after it."""
    quiet = BERLIN.model_copy(update={"blackouts": (date(2026, 12, 24), date(2026, 12, 25))})
    assert refusal(quiet, berlin("2026-12-24T10:00")) == "2026-12-24 is a blackout date"
    assert next_opening(quiet, berlin("2026-12-24T10:00")) == berlin("2026-12-28T09:00")
    assert described(quiet).endswith("from 09:00 until 16:00 Europe/Berlin, not on 2026-12-24, 2026-12-25")


def test_a_window_that_never_opens_says_so() -> None:
    """Every day is a blackout date: nothing is made up."""
    always = tuple(date(2026, 11, 23) + timedelta(days=each) for each in range(LOOK_AHEAD_DAYS + 2))
    assert next_opening(BERLIN.model_copy(update={"blackouts": always}), berlin("2026-11-23T10:00")) is None


def test_a_whole_day_ends_at_midnight() -> None:
    """Until "24:00" leaves no minute out."""
    whole = Window.model_validate({"days": list(WEEK), "since": "00:00", "until": "24:00"}, strict=False)
    assert refusal(whole, datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)) is None
    assert "until 24:00" in described(whole)


def test_where_clocks_go_forward_it_opens_when_they_go_on() -> None:
    """On 2026-03-29 there is no 02:30 in Berlin: the window from 02:30 opens at 03:00, an hour that is there."""
    night = Window(days=WEEK, since=time(2, 30), until=time(4), time_zone="Europe/Berlin")
    assert next_opening(night, berlin("2026-03-29T01:00")) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_window_that_a_day_leaves_out_does_not_open() -> None:
    """From 02:10 until 02:50 is no time of that day: the next day is meant."""
    night = Window(days=WEEK, since=time(2, 10), until=time(2, 50), time_zone="Europe/Berlin")
    assert next_opening(night, berlin("2026-03-29T01:00")) == berlin("2026-03-30T02:10")


def test_an_hour_that_comes_twice_opens_twice() -> None:
    """On 2026-10-25 Berlin has 02:00 until 03:00 twice, an hour apart."""
    night = Window(days=WEEK, since=time(2, 10), until=time(2, 30), time_zone="Europe/Berlin")
    first = next_opening(night, datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    assert next_opening(night, first + timedelta(minutes=20)) == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)


def test_a_moment_without_a_zone_is_nobody_s() -> None:
    """Rather than to guess."""
    with pytest.raises(ValueError, match="says not in which zone"):
        refusal(BERLIN, datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 - that is the point


times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda each: time(*each))
windows = (
    st.tuples(st.sets(st.sampled_from(WEEK), min_size=1), st.lists(times, min_size=2, max_size=2, unique=True))
    .map(lambda each: {"days": tuple(sorted(each[0])), "since": min(each[1]), "until": max(each[1])})
    .flatmap(
        lambda known: st.builds(
            lambda zone, blackouts: Window(**known, time_zone=zone, blackouts=tuple(blackouts)),
            st.sampled_from(ZONES),
            st.lists(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5),
        )
    )
)
moments = st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001


@property_test
@given(window=windows, now=moments, between=st.floats(0, 1, exclude_max=True))
def test_the_next_opening_is_the_first_moment_inside(window: Window, now: datetime, between: float) -> None:
    """It is inside, never before now, never on a blackout date; and at no moment before it one could have begun."""
    opens = next_opening(window, now)
    assert opens is not None
    assert opens >= now
    assert refusal(window, opens) is None
    assert opens.astimezone(window.zone).date() not in window.blackouts
    if opens > now:
        sooner = min(now + between * (opens - now), opens - timedelta.resolution)
        assert refusal(window, sooner) is not None
        assert next_opening(window, now + between * (opens - now)) == opens
