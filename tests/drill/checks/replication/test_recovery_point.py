"""What a silent region had acknowledged and the other one did not show is counted."""

from __future__ import annotations

import pytest

from drill.checks.replication import recovery_point_within
from drill.verdict import Ruling
from tests.drill.checks.replication.stories import DURING, HERE, LATENCY_S, THERE, empty, region_loss, stands, wrote
from tests.drill.histories import steps

check = recovery_point_within(5.0)


def test_counted() -> None:
    """In writes, in items, and in seconds before the region's last acknowledgement."""
    verdict = check(region_loss().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["recovery_point_writes"] == 2
    assert verdict.measured["recovery_point_items"] == 2
    assert verdict.measured["recovery_point_s"] == pytest.approx(0.06, abs=0.01)
    assert verdict.objective == "5 s"
    assert all("nothing stands there" in line for line in verdict.evidence)


def test_an_old_write_that_never_arrived() -> None:
    """One item that is missing since long is as bad as everything since: so far back nobody can rely on."""
    story = wrote(region_loss(), -8.0, "old", "forgotten")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["recovery_point_s"] == pytest.approx(7.97, abs=0.01)


def test_overwritten_meanwhile() -> None:
    """A write that a later one took the place of is not missed."""
    story = wrote(region_loss(), -8.0, "old", "first")
    wrote(story, 2.0, "old", "second", THERE)
    assert check(stands(story, "old", "second", THERE, table="found_during").told())


def test_nothing_is_missing() -> None:
    """Zero is a figure, too, where the region was at work when it fell silent."""
    story = region_loss()
    for row in list(story.tables["written"]):
        if row["region"] == HERE and row["item"].startswith("log"):
            story.without("found_during", lambda each, item=row["item"]: each["item"] == item)
            stands(story, row["item"], row["value"], THERE, table="found_during")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["recovery_point_writes"] == 0


def test_only_the_last_write_is_missing() -> None:
    """It is as old as it took to write: a single lost write is more than none."""
    story = empty()
    for number, at_s in enumerate(steps(-3.0, -0.02, 0.05)):
        wrote(story, at_s + 0.04, f"log#{number}", f"a{number}")
        stands(story, f"log#{number}", f"a{number}", THERE, table=DURING)
    assert recovery_point_within(0.0)(story.told()).ruling is Ruling.HELD
    story.tables[DURING] = story.tables[DURING][:-1]
    verdict = recovery_point_within(0.0)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["recovery_point_writes"] == 1
    assert verdict.measured["recovery_point_s"] == pytest.approx(LATENCY_S)


def test_undecided() -> None:
    """Where nobody looked under the fault, the other region was not read, or nothing was written before it."""
    assert check(region_loss().forget("found_during").told()).ruling is Ruling.UNDECIDED
    assert check(region_loss().empty("found_during").told()).ruling is Ruling.UNDECIDED
    other = region_loss().change("found_during", {"region": HERE})
    assert check(other.told()).ruling is Ruling.UNDECIDED
    idle = region_loss().without("written", lambda row: row["region"] == HERE and row["begun_ns"] > 999_000_000_000)
    verdict = check(idle.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "acknowledged nothing in the second before" in verdict.because
