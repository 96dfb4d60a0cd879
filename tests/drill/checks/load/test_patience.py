"""Waits are one wait however the queue changes, and a deadline that is stated must be kept."""

from typing import Any

import pytest

from drill.checks.load import (
    client_outlasts_server,
    idle_transactions_end,
    lock_waits_end,
    statements_end_in_time,
)
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory, during, every, session, under_load, watched
from tests.drill.checks.load.test_timeouts import idling, limits, sleeping, waiting
from tests.drill.histories import steps


def queueing(event: str, *holders: list[int]) -> LoadStory:
    """One statement waits from 0.2 s to 7.6 s; who is before it is another at each look, in turn."""
    story = watched(under_load()).row("settings", subject="application", name="lock_timeout", value="500")
    story.slow(510, every(200, during)).change("requests", {"outcome": "failed", "code": "55P03"}, every(200, during))
    for number, at_s in enumerate(steps(0.2, 7.8, 0.2)):
        lock: dict[str, Any] = {"wait_type": "Lock", "wait_event": event, "blocked_by": holders[number % len(holders)]}
        session(story, at_s, "shop", pid=11, state="active", query_age_s=at_s, query="UPDATE payments", **lock)
    return story


@pytest.mark.parametrize(
    ("event", "holders"),
    [
        ("relation", ([1], [1, 2], [1, 2])),
        ("relation", ([1], [2], [3])),
        ("tuple", ([1], [2])),
        ("transactionid", ([1], [], [1])),
        ("transactionid", ([1, 2], [2, 3], [3, 1])),
    ],
)
def test_one_wait(event: str, holders: tuple[list[int], ...]) -> None:
    """Somebody who waits for 7.4 s waits for 7.4 s, whoever stands before it in the queue meanwhile."""
    verdict = lock_waits_end(0.5)(queueing(event, *holders).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lock_waits"] == 1
    assert verdict.measured["longest_lock_wait_s"] == pytest.approx(7.4)


def test_one_transaction_after_the_other() -> None:
    """Another transaction is another lock, since nobody else can hold it: each wait has a limit of its own."""
    verdict = lock_waits_end(0.5)(queueing("transactionid", [1], [2]).told())
    assert verdict
    assert verdict.measured["lock_waits"] == 38


@pytest.mark.parametrize(
    ("check", "story"),
    [
        (statements_end_in_time(1.0), sleeping()),
        (lock_waits_end(0.5), waiting(0.4)),
        (idle_transactions_end(2.0), idling(2.0)),
    ],
)
def test_nobody_knows_the_timeout(check: Any, story: LoadStory) -> None:
    """That drill's own culprits are ended tells nothing of an application whose settings nobody recorded."""
    assert check(story.told())
    verdict = check(story.forget("settings").told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "was not recorded" in verdict.because


def test_a_deadline_that_is_not_kept() -> None:
    """A request that takes a minute was not bounded by five seconds, whatever is stated; slack is for busy machines."""
    verdict = client_outlasts_server()(limits().slow(60_000, every(25, during)).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "32 requests took longer than the client's deadline allows, up to 60.00 s" in verdict.because
    assert client_outlasts_server()(limits().slow(5_400, every(25, during)).told())


def test_waiting_for_the_pool_comes_on_top() -> None:
    """As long as the pool lets it wait."""
    story = limits().slow(7_000, every(25, during))
    assert client_outlasts_server()(story.told()).ruling is Ruling.BROKEN
    story.row("settings", subject="application", name="pool_timeout", value="2s")
    assert client_outlasts_server()(story.told())


ENDED = {"outcome": "failed", "cause": "other"}


@pytest.mark.parametrize("code", ["Timeout", "deadline exceeded", "TimeoutError", "CancelledError", "timed out"])
def test_hanging_up_in_other_words(code: str) -> None:
    """A client that ends requests long before the server would gives up first, whatever it calls that."""
    story = limits().slow(200, every(25, during)).change("requests", ENDED | {"code": code}, every(25, during))
    verdict = client_outlasts_server()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "32 requests ended by the client's own deadline" in verdict.because


@pytest.mark.parametrize(
    "columns",
    [
        {"code": "57014"},
        {"code": "55P03"},
        {"code": "pool timeout"},
        {"code": "pool queue full"},
        {"code": "TypeError"},
        {"code": "Timeout", "waited_ns": 3_900_000},
        {"code": "deadline", "outcome": "ok"},
    ],
)
def test_not_hanging_up(columns: dict[str, Any]) -> None:
    """What the server ended, what the pool refused, and what was wrong from the beginning, is something else."""
    story = limits().slow(4, every(25, during)).change("requests", ENDED | columns, every(25, during))
    assert client_outlasts_server()(story.told())
