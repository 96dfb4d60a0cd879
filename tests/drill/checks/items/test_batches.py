"""Batches of which the database did a part, and keys that are too hot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import batches_are_completed, hot_key_is_named
from drill.checks.items.calls import sent
from drill.checks.items.diagnosis.heat import heat
from drill.verdict import Ruling
from tests.drill.checks.items.stories import OK, TABLE, after, ask, item_load, note, throttled, under
from tests.drill.checks.load.stories import LoadStory, quiet
from tests.drill.histories import Row, ns, property_test

ITEMS = 10
HOT = "customer#7"


def batch(
    story: LoadStory,
    key: str,
    *unprocessed: int,
    outcome: str = "ok",
    missing: int = 0,
    reads: bool = False,
    at_s: float = 1.0,
) -> LoadStory:
    """A batch of ten, of which each call left so many; of an OK one that writes so many are not there."""
    asked = ITEMS
    for place, left in enumerate(unprocessed):
        when: Row = {"sent_ns": ns(at_s + place / 10), "answered_ns": ns(at_s + place / 10 + 0.004)}
        columns: Row = {"operation": "BatchGetItem" if reads else "BatchWriteItem", "table": TABLE, "pattern": "batch"}
        note(
            story,
            "calls",
            request=key,
            call=place,
            attempt=1,
            status=200,
            asked=asked,
            unprocessed=left,
            **when,
            **columns,
        )
        asked = left
    story.request(at_s, 200, pattern="batch", outcome=outcome)
    for place in range(0 if reads else ITEMS):
        put: Row = {"table": TABLE, "item": f"{key}|{place}", "value": f"{key}-{place}"}
        when = {"begun_ns": ns(at_s), "completed_ns": ns(at_s + 0.2), "region": "us-east-1"}
        note(story, "written", request=key, pattern="batch", outcome=outcome, **when, **put)
        if place >= missing:
            note(story, "found", region="us-east-1", **put)
    return story


def batches() -> LoadStory:
    """One that fits at once, one that needed three calls, one that was given up, and its user told."""
    story = batch(batch(quiet(), "a", 0), "b", 4, 1, 0)
    return batch(story, "c", 4, 2, outcome="unknown", missing=2)


def test_completed() -> None:
    """Items that are asked for until all are done, or told to be open, hold it."""
    verdict = batches_are_completed()(batches().told())
    assert verdict
    assert verdict.measured == {"partial_batches": 2, "completed_batches": 1, "unprocessed_items": 4 + 1 + 4 + 2}


def test_unprocessed_items_ignored() -> None:
    """OK for a batch of which items were left breaks it, whether they are missing or came there by chance."""
    verdict = batches_are_completed()(batch(batches(), "x", 3, missing=3).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "(x) was answered OK: 7 of 10 items were done, 3 are not there" in verdict.because
    assert batches_are_completed()(batch(batches(), "x", 3).told()).ruling is Ruling.BROKEN
    assert batches_are_completed()(batch(batches(), "x", 3, 0, missing=1).told()).ruling is Ruling.BROKEN


def test_all_of_it_again() -> None:
    """Who asks for all ten once more has them done, too."""
    story = batch(batches(), "x", 3, 0)
    story.change("calls", {"asked": ITEMS}, lambda row: row["request"] == "x")
    assert batches_are_completed()(story.told())


def test_reading() -> None:
    """Of batches that read, no more may stay unfinished than users were told."""
    assert batches_are_completed()(batch(batches(), "r", 4, 0, reads=True).told())
    assert batches_are_completed()(batch(batch(quiet(), "a", 3, 0), "r", 4, reads=True, outcome="failed").told())
    verdict = batches_are_completed()(batch(batch(quiet(), "a", 3, 0), "r", 4, reads=True).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "1 batches were left unfinished, and 0 requests told so" in verdict.because


def test_all_of_it_again_and_no_further() -> None:
    """Who asks for all ten twice, and is left the same four each time, has six of them, not twelve."""
    story = batch(batch(quiet(), "a", 3, 0, reads=True), "r", 4, 4, reads=True)
    story.change("calls", {"asked": ITEMS}, lambda row: row["request"] == "r")
    verdict = batches_are_completed()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "1 batches were left unfinished, and 0 requests told so" in verdict.because


def test_hidden_by_the_failures_of_others() -> None:
    """Who was told that a whole batch was refused was not told of another one's rest."""
    story = batch(batch(quiet(), "a", 3, 0, reads=True), "r", 4, reads=True)
    refused = batch(story, "x", 0, reads=True, outcome="failed")
    refused.change("calls", {**throttled(), "unprocessed": None}, lambda row: row["request"] == "x")
    verdict = batches_are_completed()(refused.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "1 batches were left unfinished, and 0 requests told so" in verdict.because
    told = batch(refused, "y", 4, reads=True, outcome="failed").without("calls", lambda row: row["request"] == "r")
    assert batches_are_completed()(told.told()).ruling is Ruling.HELD


def test_begun_before_the_fault() -> None:
    """What was done of a batch before the fault is done, although only its rest was asked for under it."""
    verdict = batches_are_completed()(batch(quiet(), "a", 4, 2, 0, at_s=-0.003).told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["completed_batches"] == 1
    assert batches_are_completed()(batch(quiet(), "a", 4, 2, at_s=-0.003).told()).ruling is Ruling.BROKEN


@pytest.mark.parametrize(
    "story",
    [
        quiet(),
        batch(quiet(), "a", 0),
        batch(quiet(), "a", 3, 0, at_s=-2.0),
        batch(quiet(), "a", 3, 1, outcome="unknown"),
        batches().forget("found"),
        batches().empty("written"),
    ],
    ids=["nothing", "whole", "before the fault", "none ever completed", "never read back", "no values"],
)
def test_no_partial_batch(story: LoadStory) -> None:
    """Without a batch that was done in part, or what became of it, nothing is known."""
    assert batches_are_completed()(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.tuples(st.lists(st.integers(0, 10), min_size=1, max_size=4), st.booleans()), min_size=1, max_size=8))
def test_conservation(kinds: list[tuple[list[int], bool]]) -> None:
    """Items asked for and not left are items done: only who says OK with fewer than ten breaks it."""
    story, wrong = batch(quiet(), "first", 1, 0), False
    for number, (steps, ok) in enumerate(kinds):
        left = [min(steps[: place + 1]) for place in range(len(steps))]
        batch(story, str(number), *left, outcome="ok" if ok else "unknown")
        wrong |= ok and left[0] > 0 and left[-1] > 0
    assert batches_are_completed()(story.told()).ruling is (Ruling.BROKEN if wrong else Ruling.HELD)


def hot(
    partition: str = HOT, *, told: str | None = HOT, every: int = 5, reason: str = "TableWriteKeyRange"
) -> LoadStory:
    """One in so many requests is about one key, which is throttled for itself while the fault lasts."""

    def calls(number: int, due_s: float) -> list[Row]:
        if number % every:
            return [OK]
        refused = throttled(f"{reason}ThroughputExceeded", partition=partition)
        return [refused, after(30, partition=partition)] if under(due_s) else [after(0, partition=partition)]

    story = item_load(calls)
    return story if told is None else story.row("settings", subject="fault", name="partition", value=told)


def test_hot_key() -> None:
    """The key with most throttles for a key range is named, with its share of the units."""
    verdict = hot_key_is_named()(hot().told())
    assert verdict
    assert "customer#7 of drill-1f-shop has 100 %" in verdict.because
    assert hot_key_is_named()(hot(told=None).told())


def test_another_key() -> None:
    """Another key than the fault's breaks it, and so does another table."""
    verdict = hot_key_is_named()(hot("customer#8").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "it was customer#7" in verdict.because
    for table, ruling in (("shop", Ruling.HELD), (TABLE, Ruling.HELD), ("accounts", Ruling.BROKEN)):
        story = hot().row("settings", subject="fault", name="table", value=table)
        assert hot_key_is_named()(story.told()).ruling is ruling


def test_no_key_stands_out() -> None:
    """Throttles for key ranges that hit all keys alike name none."""
    spread = item_load(
        lambda _number, due_s: [throttled("TableWriteKeyRangeThroughputExceeded"), after(9)] if under(due_s) else [OK]
    )
    verdict = hot_key_is_named()(spread.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "no key stands out" in verdict.because


@pytest.mark.parametrize(
    "story",
    [quiet(), item_load(), hot(reason="TableWriteMaxOnDemand"), hot(reason="IndexWriteKeyRange"), hot(every=400)],
    ids=["nothing", "no throttle", "another limit", "the key of an index", "few"],
)
def test_no_hot_key(story: LoadStory) -> None:
    """Without throttles for key ranges of keys that calls name, nothing is known."""
    assert hot_key_is_named()(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.5, 40)), min_size=1, max_size=20), st.integers(1, 4))
def test_heat(calls: list[tuple[int, float]], times: int) -> None:
    """Shares of a table sum to one, and stay the same where everything is asked so many times."""
    once, often = ask(quiet(), 0, 1.0, OK), ask(quiet(), 0, 1.0, OK)
    once.empty("calls")
    often.empty("calls")
    for key, units in calls:
        row: Row = {"table": TABLE, "partition": str(key), "status": 200, "read_units": units, "sent_ns": ns(1)}
        note(once, "calls", **row)
        for _ in range(times):
            note(often, "calls", **row)
    one, many = (heat(sent(story.told())).sort("partition") for story in (once, often))
    assert one["unit_share"].sum() == pytest.approx(1)
    assert one["unit_share"].to_list() == pytest.approx(many["unit_share"].to_list())
    assert [units * times for units in one["units"]] == pytest.approx(many["units"].to_list())
