"""Transactions on DynamoDB, and boto3's retry modes side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import modes_side_by_side, tokens_are_used, transactions_are_retried
from drill.checks.load import each_transfer_once, money_is_conserved
from drill.verdict import Ruling
from tests.drill.checks.items.stories import (
    CUT,
    ERROR,
    OK,
    after,
    ask,
    canceled,
    few_examples,
    item_load,
    patient,
    throttled,
    transfer,
    under,
)
from tests.drill.checks.load.stories import LoadStory, every, quiet
from tests.drill.histories import Row, steps

CONFLICT = canceled("None", "TransactionConflict", "None")
NO_UNITS = canceled("ThrottlingError", "None")
DONE_BEFORE = canceled("ConditionalCheckFailed", "None", "None")


def transfers(*calls: Row, number: int = 30, **about: object) -> LoadStory:
    """So many transfers that sent these calls."""
    story = quiet()
    for place in range(number):
        transfer(story, f"t{place}", *calls, at_s=1 + place / 10, **about)
    return story


@pytest.mark.parametrize("met", [CONFLICT, NO_UNITS, throttled(), CUT, ERROR])
def test_retried(met: Row) -> None:
    """A conflict, a throttle or a call that nobody answered: the same again succeeds."""
    verdict = transactions_are_retried()(transfers(met, OK).told())
    assert verdict
    assert verdict.measured["retried_with_success"] == 30


def test_given_up() -> None:
    """Who gives up at the first conflict breaks it."""
    story = transfers(CONFLICT, OK)
    for place in range(10):
        transfer(story, f"x{place}", CONFLICT, outcome="failed", times=0)
    verdict = transactions_are_retried()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["not_retried"] == 10


def test_a_few_may() -> None:
    """A retry budget that is used up excuses a few."""
    story = transfer(transfers(CONFLICT, OK), "x", CONFLICT, outcome="failed", times=0)
    assert transactions_are_retried()(story.told())


def test_none_met() -> None:
    """Without anything to retry, or where all fails again, nothing is known."""
    for story in (quiet(), item_load(), transfers(OK), transfers(DONE_BEFORE), transfers(CONFLICT, CONFLICT)):
        assert transactions_are_retried()(story.told()).ruling is Ruling.UNDECIDED


def test_done_before() -> None:
    """A condition that fails after a call that was lost tells that it was done: that is no conflict."""
    assert transactions_are_retried()(transfers(CUT, DONE_BEFORE).told()).measured["hindered_transactions"] == 30
    both = canceled("ConditionalCheckFailed", "TransactionConflict")
    assert transactions_are_retried()(transfers(both).told()).ruling is Ruling.UNDECIDED


def test_tokens() -> None:
    """Every transaction with a token, or a condition, holds it."""
    verdict = tokens_are_used()(transfers(CONFLICT, OK).told())
    assert verdict
    assert verdict.measured["transactions_sent"] == 60


def test_without_a_token() -> None:
    """A single one without breaks it."""
    story = transfer(transfers(OK), "x", OK, once=False)
    verdict = tokens_are_used()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["without_token"] == 1


def test_no_transactions() -> None:
    """Without transactions, or where calls do not tell, nothing is known."""
    for story in (quiet(), item_load(), transfers(OK, once=None)):
        assert tokens_are_used()(story.told()).ruling is Ruling.UNDECIDED


def test_the_checks_of_money_judge_them_as_well() -> None:
    """Transfers, ledger and audit have one shape, whichever database they are about."""
    story = transfers(CONFLICT, OK)
    story.row("audit", invariant="the sum of all balances", expected=1000, found=1000)
    assert each_transfer_once()(story.told())
    assert money_is_conserved()(story.told())
    assert each_transfer_once()(transfer(story, "x", times=2).told()).ruling is Ruling.BROKEN


def modes(standard: int = 1, adaptive: int = 1) -> LoadStory:
    """Both modes by turns under one load; one in three requests is refused so often before it is served."""
    times = {"standard": standard, "adaptive": adaptive}
    story = quiet()
    for number, due_s in enumerate(steps(-4, 14, 0.01)):
        mode = ("standard", "adaptive")[number % 2]
        refused = times[mode] if under(due_s) and number % 3 == 0 else 0
        calls = [after(100 * bool(place), throttled()) for place in range(refused)]
        ask(story, number, due_s, *calls, after(100 * bool(refused)), pattern=f"profile ({mode})")
    return story


def test_side_by_side() -> None:
    """What each mode sends, and what comes of it, stands side by side."""
    verdict = modes_side_by_side()(modes(2, 1).told())
    assert verdict
    measured = verdict.measured
    assert measured["standard_calls_per_request"] == pytest.approx(1 + 2 / 3, abs=0.01)
    assert measured["adaptive_calls_per_request"] == pytest.approx(1 + 1 / 3, abs=0.01)
    assert measured["standard_goodput_pct"] == measured["adaptive_goodput_pct"] == 100
    assert measured["standard_p95_ms"] > measured["adaptive_p95_ms"]  # type: ignore[operator]  # figures
    assert "adaptive: 1.33 calls a request" in verdict.because


def test_too_many() -> None:
    """More calls than the client may send break it, in whichever mode, and by boto3's own count."""
    assert modes_side_by_side()(modes(4, 4).told())
    verdict = modes_side_by_side()(modes(1, 5).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "in adaptive mode sent more than 5 calls" in verdict.because
    counted = modes().change("calls", {"attempt": 6}, every(400, lambda row: "code" in row))
    assert modes_side_by_side()(counted.told()).ruling is Ruling.BROKEN


def test_one_alone() -> None:
    """A mode that was not asked, or met no throttle, cannot be compared."""
    for story in (quiet(), item_load(patient()), modes(0, 1), modes(1, 0)):
        assert modes_side_by_side()(story.told()).ruling is Ruling.UNDECIDED


@few_examples
@given(st.integers(1, 7), st.integers(1, 7))
def test_the_bound(standard: int, adaptive: int) -> None:
    """Held exactly as long as neither sends more than its bound."""
    expected = Ruling.HELD if max(standard, adaptive) + 1 <= 5 else Ruling.BROKEN
    assert modes_side_by_side()(modes(standard, adaptive).told()).ruling is expected
