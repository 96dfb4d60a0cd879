"""What the application said was done is there, and what it said had failed is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import invariants_hold, what_was_acknowledged_is_there
from drill.load import audit
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory, during, every, quiet, under_load
from tests.drill.histories import property_test

check = what_was_acknowledged_is_there()
PLACED = 450


def placed(found: int | None, story: LoadStory | None = None) -> LoadStory:
    """A load of 1,800 requests, one in four of which places an order; so many are there."""
    return (story or under_load()).row("audit", invariant=audit.PLACED, expected=None, found=found, detail="its ids")


def test_all_are_there() -> None:
    """As many orders as were acknowledged hold it; what is only counted violates no invariant."""
    verdict = check(placed(PLACED).told())
    assert verdict
    assert verdict.because == "450 rows were acknowledged, all are there"
    story = placed(PLACED).row("audit", invariant=audit.HALF_ORDERS, expected=0, found=0, detail="")
    assert invariants_hold()(story.told()).because == "all of 1 invariant held"
    assert invariants_hold()(placed(PLACED).told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize("found", [0, PLACED - 1, None])
def test_said_and_not_done(found: int | None) -> None:
    """An application that answers OK and does nothing, or a database that forgets, breaks it."""
    verdict = check(placed(found).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_rows"] == PLACED - (found or 0)


def test_refused_and_done() -> None:
    """What was said to have failed must not be there; what is unknown may be."""
    for outcome, ruling in (("failed", Ruling.BROKEN), ("unknown", Ruling.HELD)):
        story = under_load().change(
            "requests", {"outcome": outcome}, every(20, lambda row: during(row) and row["pattern"] == "place-order")
        )
        assert check(placed(PLACED, story).told()).ruling is ruling


def test_payments() -> None:
    """Payments are counted against who pays; a pattern that does both counts for both."""
    story = under_load().change("requests", {"pattern": "checkout"}, lambda row: row["pattern"] == "place-order")
    assert check(placed(PLACED, story).row("audit", invariant=audit.PAID, found=PLACED).told())
    short = placed(PLACED, story).without("audit", lambda row: row["invariant"] == audit.PAID)
    assert not_held(short.row("audit", invariant=audit.PAID, found=PLACED - 2)) == 2


def not_held(story: LoadStory) -> object:
    """How many rows are lost, where it is broken."""
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    return verdict.measured["lost_rows"]


def test_not_counted() -> None:
    """Where nobody counted, or nothing was acknowledged, nothing is known."""
    counted_otherwise = under_load().row("audit", invariant=audit.HALF_ORDERS, expected=0, found=0)
    refused = under_load().change("requests", {"outcome": "failed"})
    for story in (under_load(), counted_otherwise, placed(0, refused), placed(0, quiet().empty("requests"))):
        assert check(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.sampled_from(["ok", "failed", "unknown"]), min_size=1, max_size=30), st.integers(0, 30))
def test_between_what_was_said(outcomes: list[str], found: int) -> None:
    """It holds exactly where as many are there as were acknowledged, and no more than were not refused."""
    story = quiet()
    for number, outcome in enumerate(outcomes):
        story.request(number / 100, pattern="place-order", outcome=outcome)
    least, refused = outcomes.count("ok"), outcomes.count("failed")
    expected = Ruling.HELD if least <= found <= len(outcomes) - refused else Ruling.BROKEN
    assert check(placed(found, story).told()).ruling is (expected if least else Ruling.UNDECIDED)
