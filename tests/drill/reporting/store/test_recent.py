"""The last runs of a store, and what cannot be read among them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from drill.reporting.store import Local, summaries
from tests.drill.reporting.store.conftest import Make
from tests.drill.reporting.trends.runs import recovery


def reports_of(folder: Path) -> Local:
    """The store that a run lies in."""
    return Local(reports=folder.parents[1])


def test_a_run_that_cannot_be_read_is_told_and_not_passed_over(make: Make) -> None:
    """With its reason; it may be the broken one. Whether it is the newest is told as well."""
    for day in range(4):
        make(day)
    store = reports_of(make(4))
    (store.runs / "20261003T000000Z-lab" / "summary.json").write_text("{")
    found = summaries(store, last=3)
    assert [each.name[:8] for each in found.runs] == ["20261002", "20261004", "20261005"]
    assert list(found.unreadable) == ["20261003T000000Z-lab"]
    assert not found.newest_is_unreadable
    (store.runs / "20261005T000000Z-lab" / "summary.json").write_text("[]")
    assert summaries(store, last=1).newest_is_unreadable
    assert not summaries(store, last=1, target="staging").newest_is_unreadable  # by its name it is of another target


def test_what_is_older_than_those_asked_for_is_not_told(make: Make) -> None:
    """A run of last year's schema does not trouble who asks for the last one."""
    store = reports_of(make(0))
    make(1)
    (store.runs / "20261001T000000Z-lab" / "summary.json").write_text('{"schema": 1}')
    assert summaries(store, last=1).unreadable == {}
    assert summaries(store).unreadable != {}


def test_a_copy_is_no_second_run(make: Make) -> None:
    """Who copies the one good run three times has one good run."""
    folder = make(0)
    for number in range(2):
        shutil.copytree(folder, folder.with_name(f"20261002T00000{number}Z-lab"))
    assert len(summaries(reports_of(folder)).runs) == 1


def test_a_target_is_told_by_the_summary_and_not_by_the_name(make: Make) -> None:
    """A name begins as another's: lab-2 may be the second of a second, or another target."""
    make(0, target="lab")
    store = reports_of(make(1, target="lab-2"))
    assert [each.target for each in summaries(store, target="lab").runs] == ["lab"]


def test_more_runs_than_are_read_at_once(make: Make) -> None:
    """All of them, in order."""
    for day in range(27):
        folder = make(day, recovery(float(day)))
    found = summaries(reports_of(folder)).runs
    assert [each.experiments[0].measured("recovery_time_s") for each in found] == [float(day) for day in range(27)]
    assert len(summaries(reports_of(folder), last=20).runs) == 20


def test_a_moment_without_a_time_zone_is_none(make: Make) -> None:
    """Nothing could be put before or after it."""
    folder = make(0)
    document = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps({**document, "started": "2026-10-01T00:00:00"}))
    found = summaries(reports_of(folder))
    assert found.runs == ()
    assert "has no time zone" in found.unreadable[folder.name]


def damage(folder: Path) -> None:
    """Leave a summary that nobody can read."""
    (folder / "summary.json").write_text("{")


def test_a_newer_run_of_another_target_hides_no_newest_one(make: Make) -> None:
    """Asked of all targets as of that one; a newer run of its own target does stand in for it."""
    make(0, target="lab")
    damage(make(1, target="lab"))
    store = reports_of(make(2, target="staging"))
    assert summaries(store, target="lab").newest_is_unreadable
    assert not summaries(store, target="staging").newest_is_unreadable
    assert summaries(store).newest_is_unreadable
    make(3, target="lab")
    assert not summaries(store).newest_is_unreadable


def test_a_run_that_cannot_be_read_may_be_of_any_target_that_its_name_fits(make: Make) -> None:
    """lab-2 may be the second run of a second; where there is a target of that name, it may be its newest."""
    make(0, target="lab-2")
    damage(make(2, target="lab-2"))
    store = reports_of(make(3, target="lab"))
    assert summaries(store).newest_is_unreadable
    assert not summaries(store, last=1).newest_is_unreadable  # a lab-2 that is not looked at is no target
    make(4, target="lab-2")
    assert not summaries(store).newest_is_unreadable


def test_a_target_of_which_nothing_can_be_read_is_not_passed_over(make: Make) -> None:
    """Its newest run is among them."""
    damage(make(0, target="staging"))
    assert summaries(reports_of(make(1, target="lab"))).newest_is_unreadable
