"""When a game day may begin: whether it may now, and if not, why, and when it may next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from drill.config.gameday import WEEK, Window

LOOK_AHEAD_DAYS = 400
"""Who plans beyond a year ahead will look again."""
MINUTE = timedelta(minutes=1)


def refusal(window: Window, now: datetime) -> str | None:
    """Why none may begin now, in the window's own zone; None where one may. A moment without a zone is a ValueError."""
    here = _there(window, now)
    today = WEEK[here.weekday()]
    if here.date() in window.blackouts:
        return f"{here:%Y-%m-%d} is a blackout date"
    if today not in window.days:
        return f"it is {today}, and game days are on {', '.join(window.days)}"
    if not window.since <= here.time() < window.until:
        return f"it is {here:%H:%M} in {window.time_zone}, and game days begin {hours(window)}"
    return None


def next_opening(window: Window, now: datetime) -> datetime | None:
    """The first moment from now on at which one may begin, in UTC; None where there is none for a year and more.

    Whatever the clocks do: where they are put forward over its beginning, a window opens when they go on; one that
    lies within what they leave out does not open on that day.
    """
    if refusal(window, now) is None:
        return now.astimezone(UTC)
    today = _there(window, now).date()
    for ahead in range(LOOK_AHEAD_DAYS):
        for moment in _beginnings(window, today + timedelta(days=ahead)):
            if moment > now and refusal(window, moment) is None:
                return moment
    return None


def hours(window: Window) -> str:
    """From when to when, as it is written in drill.toml."""
    until = "24:00" if window.until == time.max else f"{window.until:%H:%M}"
    return f"from {window.since:%H:%M} until {until}"


def described(window: Window) -> str:
    """All of it in one line."""
    without = f", not on {', '.join(str(each) for each in window.blackouts)}" if window.blackouts else ""
    return f"{', '.join(window.days)} {hours(window)} {window.time_zone}{without}"


def _beginnings(window: Window, day: date) -> Iterator[datetime]:
    """The moments at which it can open on a day, in order."""
    if WEEK[day.weekday()] not in window.days or day in window.blackouts:
        return
    begins = datetime.combine(day, window.since, window.zone)
    first = datetime.combine(day, time.min, window.zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time.min, window.zone).astimezone(UTC)
    if last - first == timedelta(days=1):
        yield begins.astimezone(UTC)
        return
    # The clocks are changed on this day, always at a full minute: rare enough to look at each.
    moment = first
    while moment < last:
        yield moment
        moment += MINUTE


def _there(window: Window, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} says not in which zone")
    return moment.astimezone(window.zone)
