"""Whether an application says that a write is done because the database said so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items.truth.answered import acknowledged_after_the_database
from drill.verdict import Ruling, Verdict
from tests.drill.checks.items.stories import (
    CUT,
    OK,
    after,
    ask,
    canceled,
    few_examples,
    item_load,
    note,
    patient,
    throttled,
)
from tests.drill.checks.load.stories import LoadStory
from tests.drill.histories import Row, ns

CONDITION: Row = {"status": 400, "code": "ConditionalCheckFailedException", "write_units": None}
ODD = 100_001


def judged(story: LoadStory) -> Verdict:
    """The verdict on a story."""
    return acknowledged_after_the_database()(story.told())


def loaded() -> LoadStory:
    """A sound application."""
    return item_load(rate=20)


def test_every_write_was_acknowledged_first() -> None:
    """Who waits for the answer has told nobody too early, however often he was refused before."""
    verdict = judged(item_load(patient(), rate=20))
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["told_too_early"] == 0


def test_told_before_the_answer() -> None:
    """An answer that comes after the user's own breaks it, though all is well in the end."""
    story = loaded()
    ask(story, ODD, 1.0, {**OK, "took_ms": 40.0})
    story.tables["written"][-1]["completed_ns"] = ns(1.001)
    verdict = judged(story)
    assert verdict.ruling is Ruling.BROKEN
    assert "1 had not been by the database: 1 were only later, 0 were never sent" in verdict.because
    assert verdict.evidence == (f"put-order (r{ODD}): the database said so 39.0 ms later",)


def test_told_without_a_call() -> None:
    """A single write that was made up breaks it, although calls of all others are there."""
    story = loaded()
    ask(story, ODD, 1.0, OK)
    story.tables["calls"].pop()
    verdict = judged(story)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["never_sent"] == 1
    assert verdict.evidence == (f"put-order (r{ODD}): no call was sent for it",)


def test_told_after_a_refusal() -> None:
    """A throttle, a lost answer and a transaction canceled for want of capacity are no yes."""
    for refusal in (throttled(), CUT, canceled("ThrottlingError", "None")):
        verdict = judged(ask(loaded(), ODD, 1.0, refusal, outcome="ok"))
        assert verdict.ruling is Ruling.BROKEN
        assert verdict.evidence == (f"put-order (r{ODD}): none of 1 call was answered so",)


def test_a_condition_of_ones_own_is_a_yes() -> None:
    """Who finds what an earlier attempt has done may say so."""
    for condition in (CONDITION, canceled("ConditionalCheckFailed", "None")):
        verdict = judged(ask(loaded(), ODD, 1.0, CUT, after(20.0, condition), outcome="ok"))
        assert verdict.ruling is Ruling.HELD


def test_a_condition_of_others_is_a_no() -> None:
    """Where nothing was left open before, what a condition found is somebody else's."""
    for condition in (CONDITION, canceled("ConditionalCheckFailed", "None")):
        for earlier in ([], [throttled()], [{**CUT, "code": "EndpointConnectionError"}]):
            verdict = judged(ask(loaded(), ODD, 1.0, *earlier, after(20.0, condition), outcome="ok"))
            assert verdict.ruling is Ruling.BROKEN
            assert f"put-order (r{ODD}): none of" in verdict.evidence[0]


def test_who_was_told_of_a_failure_was_told_nothing_untrue() -> None:
    """Only what was told to be done is asked about."""
    assert judged(ask(loaded(), ODD, 1.0, CUT, outcome="unknown")).ruling is Ruling.HELD
    assert judged(ask(loaded(), ODD, 1.0, throttled(), outcome="failed")).ruling is Ruling.HELD


def test_what_others_write_is_not_the_applications() -> None:
    """A rival's writes are not sent by the application, and not asked about."""
    story = loaded()
    when: Row = {"begun_ns": ns(1.0), "completed_ns": ns(1.1), "region": "us-west-2", "outcome": "ok"}
    note(story, "written", request="rival-1", pattern="rival", table="t", item="register#1", value="v", **when)
    assert judged(story).ruling is Ruling.HELD


def test_calls_that_nobody_sees() -> None:
    """Where clients of the application's own making send the calls, nothing is known."""
    story = loaded()
    del story.tables["calls"][::2]
    assert judged(story).ruling is Ruling.UNDECIDED


def test_nothing_acknowledged() -> None:
    """Without a write that was told to be done there is nothing to judge."""
    story = loaded()
    story.tables["written"].clear()
    verdict = judged(story)
    assert (verdict.ruling, verdict.because) == (Ruling.UNDECIDED, "no write was acknowledged")


@few_examples
@given(early_ms=st.floats(min_value=-30, max_value=30).filter(lambda each: abs(each) > 0.01))
def test_broken_exactly_where_the_answer_is_later(early_ms: float) -> None:
    """It is the order of the two answers that counts, and not how far they are apart."""
    story = loaded()
    ask(story, ODD, 1.0, {**OK, "took_ms": 40.0})
    story.tables["written"][-1]["completed_ns"] = ns(1.04 - early_ms / 1000)
    assert judged(story).ruling is (Ruling.BROKEN if early_ms > 0 else Ruling.HELD)
