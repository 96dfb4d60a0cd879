"""When the application is served again: not at the first lucky answer, but for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import application_recovers_within
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory, between, every, under_load
from tests.drill.histories import Row, property_test

STALE = {"outcome": "failed", "cause": "stale writer", "code": "25006"}
CONFLICT = {"outcome": "failed", "cause": "other", "code": "40001"}


def failing(from_s: float, to_s: float, story: LoadStory | None = None) -> LoadStory:
    """All fail but one in 100, which is answered: a lucky one every second."""
    story = story or under_load(end_s=40)
    return story.change("requests", STALE, lambda row: between(from_s, to_s)(row) and row["due_ns"] // 10**7 % 100 != 0)


def test_a_lucky_answer_now_and_then() -> None:
    """99 % that fail are no service, although no gap is longer than a second."""
    verdict = application_recovers_within(20)(failing(0, 40).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["application_outage_s"] == pytest.approx(1.01, abs=0.02)
    assert verdict.measured["application_unserved_s"] == pytest.approx(40, abs=0.1)
    assert application_recovers_within(60)(failing(0, 40).told()).ruling is Ruling.UNDECIDED
    assert application_recovers_within(20)(failing(0, 12).told())


@property_test
@given(st.integers(1, 30))
def test_until_it_is_served_again(seconds: int) -> None:
    """However long nearly all fail, so long it is without service."""
    verdict = application_recovers_within(35)(failing(0, seconds).told())
    assert verdict
    assert verdict.measured["application_unserved_s"] == pytest.approx(seconds, abs=0.1)


def test_over_and_back() -> None:
    """Two outages that lie ten seconds apart are two, and two that follow each other are one."""
    apart = failing(20, 22, failing(0, 2)).told()
    assert application_recovers_within(3)(apart)
    close = failing(6, 8, failing(0, 2)).told()
    assert application_recovers_within(3)(close).ruling is Ruling.BROKEN
    assert application_recovers_within(9)(close)


def test_what_the_request_itself_is_refused_for() -> None:
    """One in five that ends in a conflict was served; where nothing but conflicts is left, nobody is."""
    assert application_recovers_within(3)(under_load().change("requests", CONFLICT, every(5, between(0, 99))).told())
    story = under_load().change("requests", CONFLICT, lambda row: between(0, 99)(row) and row["due_ns"] // 10**7 % 50)
    assert application_recovers_within(3)(story.told()).ruling is Ruling.BROKEN


def test_as_usual() -> None:
    """What one in five always met is no outage; one in five more is."""

    def one_in(number: int, place: int, from_s: float) -> LoadStory:
        def lies(row: Row) -> bool:
            return between(from_s, 99)(row) and row["due_ns"] // 10**7 % number == place

        return under_load().change("requests", STALE, lies)

    assert application_recovers_within(3)(one_in(5, 1, -9).told())
    assert application_recovers_within(3)(one_in(5, 1, 0).told()).ruling is Ruling.BROKEN
