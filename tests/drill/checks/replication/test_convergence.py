"""Both regions show the same again, soon after healing, and replication is as quick as it was."""

from __future__ import annotations

from drill.checks.replication import regions_converge_within, replication_catches_up_within
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.checks.replication.stories import HEALED_S, HERE, THERE, latency, region_loss, wrote
from tests.drill.histories import ns

same, quick = regions_converge_within(30.0), replication_catches_up_within(1.0)


def seen(equal_s: float | None, unequal_s: float | None = None) -> LoadStory:
    """Both were first seen to be equal then, and last seen not to be."""
    story = region_loss().without("settings", lambda row: row["subject"] == "regions")
    for name, at_s in (("equal_at_ns", equal_s), ("unequal_at_ns", unequal_s)):
        value = "never" if at_s is None else str(ns(at_s))
        story.row("settings", subject="regions", name=name, value=value)
    return story


def test_equal() -> None:
    """Counted from healing."""
    verdict = same(region_loss().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["converged_s"] == 5.0
    assert verdict.measured["different_items"] == 0


def test_different() -> None:
    """One item that differs, or is in one region only, is no convergence; it is named with both values."""
    story = region_loss().change(
        "found", {"value": "other"}, lambda row: row["item"] == "log#3" and row["region"] == HERE
    )
    story.without("found", lambda row: row["item"] == "log#4" and row["region"] == THERE)
    verdict = same(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["different_items"] == 2
    assert verdict.evidence[0] == "global, log#3: other in us-east-1, app-3 in us-west-2"
    assert verdict.evidence[1] == "global, log#4: app-4 in us-east-1, nothing in us-west-2"


def test_too_late() -> None:
    """Equal at last is too late where both were seen to differ after the limit."""
    assert same(seen(HEALED_S + 40, HEALED_S + 35).told()).ruling is Ruling.BROKEN
    assert same(seen(HEALED_S + 29, HEALED_S + 28).told()).ruling is Ruling.HELD


def test_looked_too_late() -> None:
    """Who looks after the limit for the first time cannot tell."""
    assert same(seen(HEALED_S + 40).told()).ruling is Ruling.UNDECIDED
    assert same(seen(HEALED_S + 40, HEALED_S + 20).told()).ruling is Ruling.UNDECIDED


def test_a_load_that_goes_on_after_healing() -> None:
    """While somebody writes something is always on its way: that is no difference that stays."""
    verdict = regions_converge_within(5.0)(seen(HEALED_S + 5.6, HEALED_S + 5.05).told())
    assert verdict.ruling is Ruling.UNDECIDED
    last_s = (max(row["completed_ns"] for row in region_loss().tables["written"]) - ns(0)) / 1e9
    assert regions_converge_within(5.0)(seen(last_s + 5.2, last_s + 5.1).told()).ruling is Ruling.BROKEN


def test_undecided() -> None:
    """With one region, no write, no moment, or no healing nothing is known."""
    assert same(seen(None).told()).ruling is Ruling.UNDECIDED
    assert same(region_loss().forget("found").told()).ruling is Ruling.UNDECIDED
    unknown = region_loss().change("written", {"outcome": "unknown"})
    assert same(unknown.told()).ruling is Ruling.UNDECIDED
    story = region_loss()
    story.story.without(action="heal")
    assert same(story.told()).ruling is Ruling.UNDECIDED
    assert quick(story.told()).ruling is Ruling.UNDECIDED
    alone = region_loss().change("written", {"region": HERE}).change("found", {"region": HERE})
    assert same(alone.told()).ruling is Ruling.UNDECIDED


def test_a_region_that_has_nothing() -> None:
    """A region without an item differs in all of them."""
    story = region_loss().without("found", lambda row: row["region"] == THERE)
    assert same(story.told()).ruling is Ruling.BROKEN
    assert same(wrote(story, 1.0, "x", "y").told()).ruling is Ruling.BROKEN


def test_replication_is_quick_again() -> None:
    """What counts is what CloudWatch tells at the end, in both directions; the backlog just after healing is none."""
    verdict = quick(region_loss().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["replication_latency_ms"] == 140.0
    assert verdict.evidence[0] == "global, us-east-1 to us-west-2: 140 ms at last, 6,100 ms at worst after healing"


def test_replication_stays_slow() -> None:
    """One direction that stays behind breaks it."""
    story = latency(region_loss(), HEALED_S + 4.5, 1200.0, THERE, HERE)
    verdict = quick(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "in 1 of 2 directions" in verdict.because


def test_a_direction_that_is_not_heard_of_again() -> None:
    """Silence of one direction is not speed; a direction that is too slow is, whatever the other does."""
    story = region_loss().without("metrics", lambda row: row["region"] == THERE and row["at_ns"] > ns(HEALED_S))
    assert quick(story.told()).ruling is Ruling.UNDECIDED
    assert quick(latency(story, HEALED_S + 4.5, 1200.0).told()).ruling is Ruling.BROKEN


def test_a_direction_that_was_never_heard_of() -> None:
    """There are two ways between two regions, also where CloudWatch has only ever told of one."""
    for here, there in ((HERE, THERE), (THERE, HERE)):
        story = region_loss()
        story.tables["metrics"] = [row for row in story.tables["metrics"] if row["region"] == here]
        verdict = quick(story.told())
        assert verdict.ruling is Ruling.UNDECIDED
        assert f"from {there} to {here}" in verdict.because


def test_nothing_stands_anywhere() -> None:
    """Two regions that have lost everything are equal, and have not converged."""
    assert same(region_loss().empty("found").told()).ruling is Ruling.UNDECIDED


def test_nothing_is_told_of_replication() -> None:
    """What was told before healing says nothing of afterwards."""
    story = region_loss().without("metrics", lambda row: row["at_ns"] > ns(HEALED_S))
    assert quick(story.told()).ruling is Ruling.UNDECIDED
    assert quick(region_loss().forget("metrics").told()).ruling is Ruling.UNDECIDED
    assert quick(latency(story, HEALED_S + 0.5, 10.0).told()).ruling is Ruling.UNDECIDED
