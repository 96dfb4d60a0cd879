"""The law of the last writer: a faithful global table never breaks the promise, an unfaithful one always does."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import assume, given
from hypothesis import strategies as st

from drill.checks.replication import every_acknowledged_write_is_there_or_overwritten, no_foreign_value
from drill.checks.replication.writes import CLOCK_NS
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.checks.replication.stories import HERE, THERE, empty, stands, wrote
from tests.drill.histories import ns, property_test

check = every_acknowledged_write_is_there_or_overwritten()


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A write in ms after injection: asked for, done, and answered."""

    item: str
    region: str
    begun_ms: int
    done_ms: int
    ended_ms: int


@st.composite
def writes(draw: st.DrawFn) -> list[Write]:
    """Some writes of a few items in two regions, in any order; each region writes something."""
    found = []
    for region in (HERE, THERE, *draw(st.lists(st.sampled_from([HERE, THERE]), max_size=12))):
        begun_ms = draw(st.integers(0, 3000))
        took_ms, answered_ms = draw(st.integers(0, 300)), draw(st.integers(0, 300))
        item = draw(st.sampled_from("abc"))
        found.append(
            Write(
                item=item,
                region=region,
                begun_ms=begun_ms,
                done_ms=begun_ms + took_ms,
                ended_ms=begun_ms + took_ms + answered_ms,
            )
        )
    return found


def told(some: list[Write]) -> LoadStory:
    """A story in which all of them were acknowledged."""
    story = empty()
    for number, each in enumerate(some):
        interval = {"begun_ns": ns(each.begun_ms / 1000), "completed_ns": ns(each.ended_ms / 1000)}
        wrote(story, 0.0, each.item, str(number), each.region, **interval)
    return story


def winners(some: list[Write], clocks_ms: dict[str, int]) -> dict[str, int]:
    """The number of the write that stands in each item: the last by its own region's clock, then by region."""
    found: dict[str, int] = {}
    for number, each in enumerate(some):
        now = (each.done_ms + clocks_ms[each.region], each.region, number)
        held = found.get(each.item)
        if held is None or now > (some[held].done_ms + clocks_ms[some[held].region], some[held].region, held):
            found[each.item] = number
    return found


@property_test
@given(some=writes(), apart_ms=st.integers(-CLOCK_NS // 1_000_000, CLOCK_NS // 1_000_000))
def test_a_faithful_table_never_breaks_it(some: list[Write], apart_ms: int) -> None:
    """Whatever the order, and however the clocks of the regions differ within what is allowed."""
    story = told(some)
    for item, number in winners(some, {HERE: 0, THERE: apart_ms}).items():
        stands(story, item, str(number))
    assert check(story.told()).ruling is Ruling.HELD
    assert no_foreign_value()(story.told()).ruling is Ruling.HELD


@property_test
@given(some=writes(), data=st.data())
def test_a_dropped_change_is_always_caught(some: list[Write], data: st.DataObject) -> None:
    """A region that never heard of the write that stands in the other one shows nothing, or one that came before."""
    story, standing = told(some), winners(some, {HERE: 0, THERE: 0})
    lost = data.draw(st.sampled_from(sorted(standing)))
    for item, number in standing.items():
        stands(story, item, str(number), *((HERE,) if item == lost else ()))
    earlier = [number for number, each in enumerate(some) if each.item == lost and number != standing[lost]]
    shown = data.draw(st.sampled_from([None, *earlier]))
    if shown is not None:
        before, last = some[shown], some[standing[lost]]
        margin_ms = 0 if before.region == last.region else CLOCK_NS // 1_000_000
        assume(before.ended_ms + margin_ms < last.begun_ms)  # otherwise nobody can tell which of them came last
        stands(story, lost, str(shown), THERE)
    assert check(story.told()).ruling is Ruling.BROKEN


@property_test
@given(some=writes())
def test_the_older_one_wins_is_caught(some: list[Write]) -> None:
    """Where an item's first and last writes are surely in order, the first must not stand."""
    story, first = told(some), dict[str, int]()
    for number, each in enumerate(some):
        if each.item not in first or each.done_ms < some[first[each.item]].done_ms:
            first[each.item] = number
    margin_ms = CLOCK_NS // 1_000_000
    assume(
        any(
            each.item == item and some[number].ended_ms + margin_ms < each.begun_ms
            for item, number in first.items()
            for each in some
        )
    )
    for item, number in first.items():
        stands(story, item, str(number))
    assert check(story.told()).ruling is Ruling.BROKEN
