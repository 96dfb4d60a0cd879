"""Which region is asked: when to turn, and when to come back."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.application.dynamodb.regions import Regions, Turning
from drill.history import Cause, Outcome
from drill.targets.outcomes import ACKNOWLEDGED, Ending
from tests.drill.histories import property_test

SILENT = Ending(Outcome.UNKNOWN, "ReadTimeoutError", Cause.SILENT)
RESET = Ending(Outcome.UNKNOWN, "ConnectionClosedError", Cause.RESET)
REFUSED = Ending(Outcome.FAILED, "EndpointConnectionError", Cause.REFUSED)
THROTTLED = Ending(Outcome.FAILED, "ThrottlingException", Cause.THROTTLED)
BROKEN = Ending(Outcome.UNKNOWN, "InternalServerError", Cause.SERVER_ERROR)


class Clock:
    """Moves when it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """The moment."""
        return self.now_s


def between(clock: Clock, other: str | None = "west") -> Regions:
    """Home is east."""
    return Regions("east", other, turning=Turning(), clock=clock)


def hear(regions: Regions, clock: Clock, *endings: Ending, every_s: float = 0.1, took_s: float = 0.1) -> None:
    """Calls to the region that is asked now, one after the other."""
    for each in endings:
        clock.now_s += every_s
        regions.heard(regions.current, each, sent_s=clock.now_s - took_s)


@pytest.mark.parametrize("ending", [SILENT, REFUSED])
def test_some_calls_in_a_row_that_nobody_was_there_for(ending: Ending) -> None:
    """Five within a second turn to the other region; four do not."""
    clock = Clock()
    regions = between(clock)
    hear(regions, clock, *[ending] * 4)
    assert regions.current == "east"
    hear(regions, clock, ending)
    assert regions.current == "west"


@pytest.mark.parametrize("ending", [ACKNOWLEDGED, THROTTLED, BROKEN])
def test_an_answer_is_an_answer(ending: Ending) -> None:
    """Whoever is answered, be it by an error, does not leave."""
    clock = Clock()
    regions = between(clock)
    hear(regions, clock, *[SILENT, SILENT, SILENT, SILENT, ending] * 10)
    assert regions.current == "east"


@pytest.mark.parametrize("ending", [SILENT, RESET])
def test_none_answered_for_a_second(ending: Ending) -> None:
    """Few calls, none of them answered: a second after the first was sent they turn."""
    clock = Clock()
    regions = between(clock)
    hear(regions, clock, ending, every_s=0.6, took_s=0.6)
    assert regions.current == "east"
    hear(regions, clock, ending, every_s=0.6, took_s=0.6)
    assert regions.current == "west"


def test_a_quiet_hour_is_no_silence() -> None:
    """One call that is lost after nobody asked for long turns nobody away."""
    clock = Clock()
    regions = between(clock)
    hear(regions, clock, ACKNOWLEDGED)
    hear(regions, clock, SILENT, every_s=3600.0)
    assert regions.current == "east"


def test_without_another_region_it_stays() -> None:
    """There is nowhere to go."""
    clock = Clock()
    regions = between(clock, other=None)
    hear(regions, clock, *[SILENT] * 100)
    assert regions.current == "east"


def test_late_news_of_home_is_of_no_interest() -> None:
    """What was sent home before the turn and ends after it changes nothing."""
    clock = Clock()
    regions = between(clock)
    hear(regions, clock, *[SILENT] * 5)
    regions.heard("east", ACKNOWLEDGED, sent_s=clock.now_s)
    assert regions.current == "west"


def watched(regions: Regions, clock: Clock, *pings: bool) -> int:
    """Let it watch for as many looks as there are pings; how many of them it asked for."""
    left = list(pings)
    looks = 0

    async def sleep(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks > len(pings):
            raise EOFError
        clock.now_s += seconds

    async def ping() -> bool:
        return left.pop(0)

    with pytest.raises(EOFError):
        asyncio.run(regions.watch(ping, sleep=sleep))
    return len(pings) - len(left)


def away(clock: Clock) -> Regions:
    """Between two regions, and not at home."""
    regions = between(clock)
    hear(regions, clock, *[SILENT] * 5)
    return regions


def test_back_once_home_has_answered_for_two_seconds() -> None:
    """Eight quarters of a second after the first answer, and no sooner."""
    clock = Clock()
    regions = away(clock)
    watched(regions, clock, *[True] * 8)
    assert regions.current == "west"
    regions = away(clock)
    watched(regions, clock, *[True] * 9)
    assert regions.current == "east"


def test_a_ping_that_is_lost_begins_the_wait_anew() -> None:
    """Home must have answered throughout."""
    clock = Clock()
    regions = away(clock)
    watched(regions, clock, *[True] * 8, False, *[True] * 8)
    assert regions.current == "west"


def test_home_is_not_pinged_from_home() -> None:
    """Users do that."""
    clock = Clock()
    assert watched(between(clock), clock, *[True] * 20) == 0


def test_at_home_again_it_can_turn_again() -> None:
    """What was lost before is forgotten."""
    clock = Clock()
    regions = away(clock)
    watched(regions, clock, *[True] * 9)
    hear(regions, clock, *[SILENT] * 4)
    assert regions.current == "east"
    hear(regions, clock, SILENT)
    assert regions.current == "west"


@property_test
@given(st.lists(st.sampled_from([SILENT, RESET, REFUSED, THROTTLED, ACKNOWLEDGED, BROKEN]), max_size=60))
def test_only_silence_turns(endings: list[Ending]) -> None:
    """It turns only after five lost calls in a row, or a second of them, and never while calls are answered."""
    clock = Clock()
    regions = between(clock)
    lost = 0
    for each in endings:
        hear(regions, clock, each, every_s=0.05, took_s=0.0)
        lost = lost + 1 if each in {SILENT, RESET, REFUSED} else 0
        if regions.current == "west":
            assert lost >= 5
            return
    assert regions.current == "east"
