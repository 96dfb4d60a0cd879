"""Slow answers, silence, lost connections: what ends in time, and what becomes of what was left open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import (
    calls_end_before_the_deadline,
    repeats_are_safe,
    served_within_deadline,
    slow_is_told_from_silent,
    unknown_outcomes_are_settled,
)
from drill.verdict import Ruling
from tests.drill.checks.items.stories import CUT, ERROR, OK, SILENT, after, ask, item_load, throttled, transfer, under
from tests.drill.checks.load.stories import HEALED_S, LoadStory, between, every, quiet
from tests.drill.histories import Row, ns, property_test

SLOW: Row = {**OK, "took_ms": 300.0}


def hit(call: Row, *, of: int = 3, then: Row = OK) -> LoadStory:
    """Under the fault one in so many requests meets that call, and another one after it."""
    return item_load(lambda number, due_s: [call, after(20, then)] if under(due_s) and number % of == 0 else [OK])


def told(story: LoadStory, cause: str) -> LoadStory:
    """The fault tells what it is."""
    return story.row("settings", subject="fault", name="cause", value=cause)


def test_ends_in_time() -> None:
    """Calls that are given up early enough, and tried again, end before their users leave."""
    verdict = calls_end_before_the_deadline(3.0)(hit(SILENT).told())
    assert verdict
    assert verdict.measured["longest_call_s"] == pytest.approx(0.3)
    assert "ReadTimeoutError" in verdict.evidence[0]


def test_a_minute() -> None:
    """A call that waits for boto3's own minute breaks it."""
    story = hit(SILENT)
    ask(story, 9_999, 2.0, {**SILENT, "took_ms": 60_000.0})
    verdict = calls_end_before_the_deadline(3.0)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "call of put-order: 60.00 s" in "".join(verdict.evidence)


def test_many_short_ones() -> None:
    """So do calls that are short, and together are not."""
    story = hit(SILENT)
    ask(story, 9_999, 2.0, *[{**SILENT, "took_ms": 900.0}] * 5)
    verdict = calls_end_before_the_deadline(3.0)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["late_calls"] == 0


def test_a_request_that_waits() -> None:
    """And a request that ends late, whatever its calls do."""
    story = hit(SILENT).slow(4000, every(300, between(0, 8)))
    assert calls_end_before_the_deadline(3.0)(story.told()).measured["late_requests"] == 3


def test_no_end() -> None:
    """What had not ended when the load did counts as long as it was seen to last."""
    for at_s, ruling in ((1.0, Ruling.BROKEN), (7.9, Ruling.BROKEN)):
        story = hit(SILENT)
        story.change("calls", {"answered_ns": None}, lambda row, at_s=at_s: row["sent_ns"] == ns(at_s))
        assert calls_end_before_the_deadline(3.0)(story.told()).ruling is ruling
    late = hit(SILENT).change("calls", {"answered_ns": None}, lambda row: row["sent_ns"] == ns(12.0))
    assert calls_end_before_the_deadline(3.0)(late.told())


def test_a_fault_that_is_shorter_than_the_deadline() -> None:
    """What was let go when the fault ended was not given up: without a longer fault nobody knows who would."""

    def calls(number: int, due_s: float) -> list[Row]:
        held: Row = {**CUT, "took_ms": 1000 * (HEALED_S - due_s)}
        return [held, after(1)] if under(due_s) and number % 3 == 0 else [OK]

    story = item_load(calls)
    verdict = calls_end_before_the_deadline(10.0)(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "what it held ended with it" in verdict.because
    assert calls_end_before_the_deadline(3.0)(story.told()).ruling is Ruling.BROKEN


def test_the_applications_own_deadline() -> None:
    """Without a deadline of its own the check takes the application's; where that is not known, nothing is."""
    story = hit(SILENT)
    for check in (calls_end_before_the_deadline(), served_within_deadline()):
        assert check(story.told()).ruling is Ruling.UNDECIDED
    story.row("settings", subject="application", name="deadline", value="3s")
    for check in (calls_end_before_the_deadline(), served_within_deadline()):
        assert check(story.told())


def test_affected_patterns() -> None:
    """What the fault hits by itself may be refused, and must be told in time all the same."""
    story = item_load(lambda number, due_s: [throttled()] if under(due_s) and number % 2 else [OK])
    assert served_within_deadline(within_s=3.0)(story.told()).ruling is Ruling.BROKEN
    assert served_within_deadline(within_s=3.0, affected={"put-order"})(story.told())
    story.slow(4000, lambda row: row["outcome"] == "failed" and every(50)(row))
    assert served_within_deadline(within_s=3.0, affected={"put-order"})(story.told()).ruling is Ruling.BROKEN


def test_never_slow() -> None:
    """Where no call was slow, or failed, nothing was tried."""
    assert calls_end_before_the_deadline(3.0)(item_load().told()).ruling is Ruling.UNDECIDED
    assert calls_end_before_the_deadline(3.0)(quiet().told()).ruling is Ruling.UNDECIDED


settled = unknown_outcomes_are_settled()


def test_settled() -> None:
    """Writes that are repeated until it is known hold it."""
    verdict = settled(hit(CUT).told())
    assert verdict
    assert verdict.measured["settled_pct"] == 100


@pytest.mark.parametrize(
    ("about", "figure"),
    [
        ({"outcome": "ok", "applied": False}, "lost_writes"),
        ({"outcome": "failed", "applied": True}, "resurrected_writes"),
    ],
)
def test_untrue(about: Row, figure: str) -> None:
    """Acknowledged and not there, or failed and there: a single one breaks it."""
    story = ask(hit(CUT), 9_999, 2.0, ERROR, after(20), **about)
    verdict = settled(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured[figure] == 1
    assert "r9999" in verdict.evidence[0]


def test_left_open() -> None:
    """Some may stay unknown, not most: one that says so is honest, and settles nothing."""
    story = hit(CUT)
    for number in range(10_001, 10_101, 2):
        ask(story, number, 2.0, CUT, outcome="unknown")
    assert settled(story.told()).ruling is Ruling.BROKEN
    assert unknown_outcomes_are_settled(0.5)(story.told())


def test_transfers_too() -> None:
    """Transfers are looked up in the ledger; one that stands there twice breaks it, whatever its user was told."""
    token: Row = {"operation": "TransactWriteItems"}
    assert settled(transfer(quiet(), "a", CUT, OK).told())
    assert settled(transfer(quiet(), "a", CUT, OK, times=0).told()).measured["lost_writes"] == 1
    story = transfer(transfer(quiet(), "a", CUT, OK), "b", CUT, outcome="unknown", times=2, **token)
    assert unknown_outcomes_are_settled(0.5)(story.told()).measured["duplicate_writes"] == 1


@pytest.mark.parametrize(
    "story",
    [
        quiet(),
        item_load(),
        hit(throttled()),
        hit({**SILENT, "code": "ConnectTimeoutError"}),
        hit(CUT).forget("found"),
        hit(CUT).change("calls", {"operation": "GetItem"}),
    ],
    ids=["nothing", "no fault met", "refused", "never sent", "never read back", "reads"],
)
def test_nothing_left_open(story: LoadStory) -> None:
    """Without a write whose end is unknown, and that is looked up, nothing is known."""
    assert settled(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.tuples(st.sampled_from(["ok", "failed", "unknown"]), st.booleans()), min_size=1, max_size=15))
def test_one_by_one(writes: list[tuple[str, bool]]) -> None:
    """Counted in columns, writes left open are what they are one by one."""
    story = quiet()
    for place, (outcome, applied) in enumerate(writes):
        ask(story, 2 * place + 1, 1.0 + place / 100, CUT, OK, outcome=outcome, applied=applied)
    story.tables.setdefault("found", [])
    measured = unknown_outcomes_are_settled(0.0)(story.told()).measured
    assert measured["unknown_writes"] == len(writes)
    assert measured["lost_writes"] == writes.count(("ok", False))
    assert measured["resurrected_writes"] == writes.count(("failed", True))
    assert measured["settled_pct"] == pytest.approx(
        100 * sum(outcome != "unknown" for outcome, _ in writes) / len(writes)
    )


def test_safe_repeats() -> None:
    """A whole item, a condition or a token: each may be sent again."""
    verdict = repeats_are_safe()(transfer(hit(CUT), "a", CUT, OK).told())
    assert verdict
    assert verdict.measured["repeated_writes"] == 134


def test_unsafe_repeat() -> None:
    """A plain addition that is sent again after nobody knows what breaks it, even by boto3's own hand."""
    story = transfer(hit(CUT), "a", SILENT, OK, operation="UpdateItem", once=False)
    verdict = repeats_are_safe()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "1 x UpdateItem of no pattern" in verdict.because
    boto3 = story.change("calls", {"call": 7}, lambda row: row["request"] == "a")
    assert repeats_are_safe()(boto3.told()).ruling is Ruling.BROKEN


def test_boto3_gives_a_token() -> None:
    """A transaction without a token of the application's has one of boto3's own, for as long as one call lasts."""
    bare = transfer(quiet(), "a", SILENT, OK, once=False)
    assert repeats_are_safe()(bare.told()).ruling is Ruling.BROKEN
    assert repeats_are_safe()(bare.change("calls", {"call": 7}).told())


def test_a_token_is_worth_nothing_in_another_region() -> None:
    """There nobody knows it, nor the item of a condition: only a whole item may be written once more."""
    here, there = {**SILENT, "region": "us-east-1"}, {**OK, "region": "us-west-2"}
    for operation in ("TransactWriteItems", "UpdateItem"):
        story = transfer(hit(CUT), "a", here, there, operation=operation)
        verdict = repeats_are_safe()(story.told())
        assert verdict.ruling is Ruling.BROKEN
        assert f"1 x {operation} of no pattern" in verdict.because
    for operation in ("PutItem", "DeleteItem", "BatchWriteItem"):
        assert repeats_are_safe()(transfer(hit(CUT), "a", here, there, operation=operation).told())
    stays = transfer(hit(CUT), "a", here, {**OK, "region": "us-east-1"})
    assert repeats_are_safe()(stays.told())


def test_what_broke_on_its_way_may_have_been_done() -> None:
    """An error of TLS may come after everything was sent; where no connection was made nothing was."""
    for code, ruling in (("SSLError", Ruling.BROKEN), ("EndpointConnectionError", Ruling.HELD)):
        story = transfer(hit(CUT), "a", {**CUT, "code": code}, OK, operation="UpdateItem", once=False)
        assert repeats_are_safe()(story.told()).ruling is ruling


def test_after_a_refusal() -> None:
    """After a refusal anything may be repeated: nothing was done."""
    story = transfer(hit(CUT), "a", throttled(), OK, operation="UpdateItem", once=False)
    assert repeats_are_safe()(story.told())


def test_no_repeats() -> None:
    """Who repeats nothing, or does not tell, proves nothing."""
    for story in (
        quiet(),
        hit(throttled()),
        item_load(lambda number, due_s: [CUT] if under(due_s) and number % 3 == 0 else [OK]),
        hit(CUT).change("calls", {"once": None}),
        hit(CUT).forget("calls"),
    ):
        assert repeats_are_safe()(story.told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize(
    ("call", "cause"), [(SLOW, "slow"), (SILENT, "silent"), (CUT, "dropped"), (ERROR, "server error")]
)
def test_each_is_told(call: Row, cause: str) -> None:
    """Each way is told from the others, by what most calls met."""
    assert slow_is_told_from_silent()(told(hit(call), cause).told())
    others = {"slow", "silent", "dropped", "server error"} - {cause}
    for other in others:
        verdict = slow_is_told_from_silent(other)(hit(call).told())
        assert verdict.ruling is Ruling.BROKEN
        assert f"it was {other}" in verdict.because


def test_cut_in_the_end() -> None:
    """A call that waits for seconds, and is cut when the fault ends, met silence."""
    assert slow_is_told_from_silent("silent")(hit({**CUT, "took_ms": 2500.0}).told())


def test_the_application_says_the_same() -> None:
    """An application that calls late answers silence is mistaken, and one that tells of no silence is, too."""
    failing: Row = {"outcome": "failed", "cause": "silent"}
    slow = told(hit(SLOW), "slow").change("requests", failing, every(20, between(0, 8)))
    assert slow_is_told_from_silent()(slow.told()).ruling is Ruling.BROKEN
    silent = told(hit(SILENT), "silent").change("requests", failing, every(20, between(0, 8)))
    assert slow_is_told_from_silent()(silent.told())
    silent.change("requests", {"cause": "other"}, lambda row: row["outcome"] == "failed")
    assert slow_is_told_from_silent()(silent.told()).ruling is Ruling.BROKEN


def test_neither() -> None:
    """Where nothing was slow or silent, or the fault is something else, nothing is known."""
    for story in (quiet(), told(item_load(), "slow"), told(hit(throttled()), "throttled"), hit(SLOW)):
        assert slow_is_told_from_silent()(story.told()).ruling is Ruling.UNDECIDED
    always = item_load(lambda number, _due_s: [SILENT, OK] if number % 9 == 0 else [OK])
    assert slow_is_told_from_silent("silent")(always.told()).ruling is Ruling.UNDECIDED
