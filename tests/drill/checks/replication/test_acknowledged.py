"""What was acknowledged stands in both regions, or gave way to a later write."""

from __future__ import annotations

import pytest

from drill.checks.replication import (
    every_acknowledged_write_is_there_or_overwritten,
    no_foreign_value,
    nothing_else_is_lost,
)
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.checks.replication.stories import HERE, THERE, empty, region_loss, stands, wrote

there, seen, foreign = (
    every_acknowledged_write_is_there_or_overwritten(),
    nothing_else_is_lost(),
    no_foreign_value(),
)


def two(here_s: float, there_s: float, *, wins: str, regions: tuple[str, ...] = (HERE, THERE)) -> LoadStory:
    """One item that each region wrote once, and the value that stands in the end."""
    story = empty()
    wrote(story, here_s, "r", "here", HERE)
    wrote(story, there_s, "r", "there", THERE)
    return stands(story, "r", wins, *regions)


def test_healthy() -> None:
    """The last writer wins, and every conflict is shown with both values, times and regions."""
    verdict = there(region_loss().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["lost_writes"] == 0
    assert verdict.measured["conflicts"]
    assert "gave way: a later one stands there: " in verdict.evidence[0]
    assert HERE in verdict.evidence[0]
    assert THERE in verdict.evidence[0]
    assert seen(region_loss().told())
    assert foreign(region_loss().told())


@pytest.mark.parametrize("regions", [(HERE,), (THERE,), (HERE, THERE)])
def test_a_dropped_item(regions: tuple[str, ...]) -> None:
    """A write that stands in one region only is lost, as is one that stands in none."""
    story = region_loss().without("found", lambda row: row["item"] == "log#3" and row["region"] in regions)
    verdict = there(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_writes"] == 1
    assert "log#3: app-3 (us-east-1, -2.844..-2.840 s): not in " in verdict.evidence[0]


def test_all_of_a_region_is_gone() -> None:
    """A region in which nothing stands any more has lost all of it."""
    story = region_loss().without("found", lambda row: row["region"] == THERE)
    assert there(story.told()).ruling is Ruling.BROKEN


def test_the_older_one_stands() -> None:
    """A write gives way to a later one, never to an earlier one."""
    assert there(two(1.0, 2.0, wins="there").told())
    verdict = there(two(1.0, 2.0, wins="here").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "an older one stands there: here" in verdict.evidence[0]


def test_the_older_one_of_the_same_region_stands() -> None:
    """Within a region there is one clock: a few milliseconds are an order."""
    story = wrote(wrote(empty(), 1.0, "r", "first"), 1.01, "r", "second")
    wrote(story, 0.5, "other", "x", THERE)
    stands(stands(story, "r", "first"), "other", "x")
    assert there(story.told()).ruling is Ruling.BROKEN


@pytest.mark.parametrize("wins", ["here", "there"])
def test_at_nearly_the_same_time(wins: str) -> None:
    """Either may stand where nobody can tell which came last; that is said."""
    verdict = there(two(1.0, 1.03, wins=wins).told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["conflicts_in_no_order"] == 1
    assert "either may stand" in verdict.evidence[0]


def test_an_unknown_write_may_stand_until_its_region_is_back() -> None:
    """A call that hung in the silent region may be carried out when it is back, and then it is the later one."""
    story = wrote(empty(), 0.5, "r", "hung", None, outcome="unknown")
    wrote(story, 3.0, "r", "acknowledged", THERE)
    wrote(story, 3.0, "other", "x", HERE)
    stands(stands(story, "r", "hung"), "other", "x")
    assert there(story.told())
    wrote(story, 9.0, "r", "after it was back", THERE)
    assert there(story.told()).ruling is Ruling.BROKEN


def test_a_refused_value_is_no_excuse() -> None:
    """What was said to have failed must not stand, least of all in the place of what was acknowledged."""
    story = two(1.0, 2.0, wins="refused")
    wrote(story, 3.0, "r", "refused", None, outcome="failed")
    assert there(story.told()).ruling is Ruling.BROKEN
    verdict = foreign(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["resurrected_values"] == 2


def test_a_value_of_another_item() -> None:
    """A value that was written elsewhere is foreign where it stands."""
    story = region_loss().change("found", {"value": "app-3"}, lambda row: row["item"] == "log#4")
    assert foreign(story.told()).ruling is Ruling.BROKEN
    assert there(story.told()).ruling is Ruling.BROKEN


def test_what_was_seen_is_undone() -> None:
    """A region that comes back must not take away what the other one showed, acknowledged or not."""
    story = wrote(region_loss(), 3.0, "odd", "unsure", None, outcome="unknown")
    stands(story, "odd", "unsure", THERE, table="found_during")
    verdict = seen(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_writes"] == 1
    assert there(story.told())
    assert seen(stands(story, "odd", "unsure").told())


def test_undecided() -> None:
    """Without writes, without a look, and with a look at one region alone nothing is held."""
    nothing = region_loss().change("written", {"outcome": "unknown"})
    assert there(nothing.told()).ruling is Ruling.UNDECIDED
    for check in (there, seen, foreign):
        assert check(region_loss().forget("found").told()).ruling is Ruling.UNDECIDED
        assert check(region_loss().forget("written").told()).ruling is Ruling.UNDECIDED
    assert foreign(region_loss().empty("found").told()).ruling is Ruling.UNDECIDED
    assert seen(region_loss().forget("found_during").told()).ruling is Ruling.UNDECIDED
    assert seen(region_loss().empty("found_during").told()).ruling is Ruling.UNDECIDED
    one_sided = stands(stands(wrote(empty(), 1.0, "r", "here", HERE), "r", "here"), "q", "there")
    assert there(one_sided.told()).ruling is Ruling.UNDECIDED
    alone = stands(wrote(empty(), 1.0, "r", "here", HERE), "r", "here", HERE)
    assert there(alone.told()).ruling is Ruling.UNDECIDED


def test_a_fault_without_effect() -> None:
    """Nothing was kept apart, so that nothing is proven."""
    story = region_loss()
    story.story.without(action="confirm")
    for check in (there, seen, foreign):
        assert check(story.told()).ruling is Ruling.UNDECIDED
