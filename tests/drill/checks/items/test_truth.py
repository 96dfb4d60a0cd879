"""What was written, held against what stands in the tables."""

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import nothing_doubled, nothing_lost
from drill.checks.items.truth.standing import standing
from drill.verdict import Ruling
from tests.drill.checks.items.stories import TABLE, item_load, note, transfer
from tests.drill.checks.load.stories import LoadStory, quiet
from tests.drill.histories import ns, property_test

HOME, AWAY = "us-east-1", "us-west-2"


def write(
    story: LoadStory,
    value: str,
    from_s: float,
    to_s: float,
    outcome: str = "ok",
    *,
    item: str = "register#1",
    region: str | None = HOME,
) -> LoadStory:
    """A value that was written to an item in that time."""
    when = {"begun_ns": ns(from_s), "completed_ns": ns(to_s), "region": region}
    return note(
        story,
        "written",
        request=value,
        pattern="register",
        table=TABLE,
        item=item,
        value=value,
        outcome=outcome,
        **when,
    )


def there(story: LoadStory, value: str, *, item: str = "register#1", region: str = HOME) -> LoadStory:
    """A value that stands there in the end."""
    return note(story, "found", region=region, table=TABLE, item=item, value=value)


def test_nothing_lost() -> None:
    """All that was acknowledged is there."""
    verdict = nothing_lost()(item_load().told())
    assert verdict
    assert verdict.measured == {"acknowledged_values": 900, "lost_values": 0, "overwritten_values": 0}


def test_lost() -> None:
    """One value that is not there breaks it, and is named."""
    verdict = nothing_lost()(item_load().without("found", lambda row: row["value"] == "v701").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "v701 of put-order (r701) is not there" in verdict.evidence[0]


def test_another_item() -> None:
    """A value in another item than its own is lost, and astray."""
    story = item_load().change("found", {"item": "customer#1|order#0"}, lambda row: row["value"] == "v701")
    assert nothing_lost()(story.told()).ruling is Ruling.BROKEN
    verdict = nothing_doubled()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["stray_values"] == 1


def test_a_table_that_is_gone() -> None:
    """A table in which nothing is found has lost all of it; one that nobody read back is another matter."""
    assert nothing_lost()(item_load().empty("found").told()).measured["lost_values"] == 900
    assert nothing_lost()(item_load().forget("found").told()).ruling is Ruling.UNDECIDED
    assert nothing_lost()(item_load().empty("written").told()).ruling is Ruling.UNDECIDED
    assert nothing_lost()(quiet().told()).ruling is Ruling.UNDECIDED


def test_overwritten() -> None:
    """A value that a later one replaced is not lost; one that an earlier one stands in place of is."""
    story = write(write(quiet(), "one", 0, 1), "two", 2, 3)
    assert nothing_lost()(there(story, "two").told()).measured["overwritten_values"] == 1
    back = there(write(write(quiet(), "one", 0, 1), "two", 2, 3), "one")
    assert nothing_lost()(back.told()).ruling is Ruling.BROKEN


def test_at_the_same_time() -> None:
    """Of two that overlap either may be the last."""
    for last in ("one", "two"):
        assert nothing_lost()(there(write(write(quiet(), "one", 0, 2), "two", 1, 3), last).told())


@pytest.mark.parametrize(("outcome", "ruling"), [("unknown", Ruling.HELD), ("failed", Ruling.BROKEN)])
def test_replaced_by(outcome: str, ruling: Ruling) -> None:
    """An unknown write may be applied long after it was given up; one that failed must not be."""
    story = there(write(write(quiet(), "early", 0, 1, outcome), "late", 2, 3), "early")
    assert nothing_lost()(story.told()).ruling is ruling


def test_a_stranger() -> None:
    """A value that nobody wrote is no later write."""
    assert nothing_lost()(there(write(quiet(), "one", 0, 1), "other").told()).ruling is Ruling.BROKEN


def test_regions() -> None:
    """A value must stand in the region that acknowledged it; where that is not known, in any."""
    story = there(there(write(quiet(), "one", 0, 1), "old", region=HOME), "one", region=AWAY)
    assert nothing_lost()(story.told()).ruling is Ruling.BROKEN
    story.change("written", {"region": None})
    assert nothing_lost()(story.told())


def test_not_doubled() -> None:
    """Values in their items, and transfers that stand there once, hold it."""
    verdict = nothing_doubled()(transfer(item_load(), "a").told())
    assert verdict
    assert "900 values and 1 transfers" in verdict.because


def test_doubled() -> None:
    """A second item with the same value, or a transfer that stands there twice, breaks it."""
    story = there(item_load(), "v701", item="customer#1|order#again")
    assert nothing_doubled()(story.told()).ruling is Ruling.BROKEN
    verdict = nothing_doubled()(transfer(item_load(), "a", times=2).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["duplicate_transfers"] == 1


def test_nothing_looked_at() -> None:
    """Where nothing was read back nothing is known."""
    for story in (quiet(), item_load().forget("found"), item_load().empty("written")):
        assert nothing_doubled()(story.told()).ruling is Ruling.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A write, and when the item really changed: within it, or later where nobody knows its end."""

    value: str
    from_s: float
    to_s: float
    outcome: str
    at_s: float | None


def register(seed: int) -> list[Applied]:
    """Writes to one item by several clients, each applied at some moment that its outcome allows."""
    draw, writes = Random(seed), []  # noqa: S311 - a test that can be repeated
    for number in range(draw.randint(1, 12)):
        from_s = draw.uniform(0, 10)
        to_s = from_s + draw.uniform(0, 3)
        outcome = draw.choice(["ok", "ok", "ok", "failed", "unknown"])
        moments = {
            "ok": draw.uniform(from_s, to_s),
            "failed": None,
            "unknown": draw.choice([None, draw.uniform(from_s, 15)]),
        }
        writes.append(Applied(value=str(number), from_s=from_s, to_s=to_s, outcome=outcome, at_s=moments[outcome]))
    return writes


def told(writes: list[Applied], last: str | None) -> LoadStory:
    """What an honest client saw, and what stands there in the end."""
    story = write(quiet(), "sure", -2, -1).empty("found")
    for each in writes:
        write(story, each.value, each.from_s, each.to_s, each.outcome)
    return story if last is None else there(story, last)


@property_test
@given(st.integers(0, 10**6))
def test_a_faithful_register(seed: int) -> None:
    """However writes overlap, a table that keeps the last one is never blamed."""
    writes = register(seed)
    applied = [each for each in writes if each.at_s is not None]
    last = max(applied, key=lambda each: each.at_s or 0.0).value if applied else "sure"
    assert nothing_lost()(told(writes, last).told())


@property_test
@given(st.integers(0, 10**6))
def test_a_forgetful_register(seed: int) -> None:
    """A write that came surely after all others, and is not there, is always missed."""
    writes = [each for each in register(seed) if each.outcome != "unknown"]
    applied = [each for each in writes if each.at_s is not None]
    stands = max(applied, key=lambda each: each.at_s or 0.0).value if applied else "sure"
    verdict = nothing_lost()(write(told(writes, stands), "last", 20, 21).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_values"] == 1
    assert nothing_lost()(write(told(writes, None), "last", 20, 21).told()).ruling is Ruling.BROKEN


def test_one_row_a_value() -> None:
    """Each value is judged once, whatever stands in how many regions."""
    story = there(there(write(quiet(), "one", 0, 1, region=None), "one"), "one", region=AWAY)
    assert standing(story.told()).height == 1
