"""What is said beside a time line, or in its place; and what never was an experiment is not counted as one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drill.reporting.page.kept import TIMELINE
from drill.reporting.records import EXPERIMENT, UNFINISHED, ExperimentRecord, StageRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.page.reading import drawn, kept
from tests.drill.reporting.synthetic import PHASES, experiment, recovered, run, survived


@pytest.mark.parametrize("damage", [None, "", '{"schema": 2}'])
def test_a_time_line_that_cannot_be_read_is_said_to_be_missing(tmp_path: Path, damage: str | None) -> None:
    """And all that was judged is on the page all the same."""
    place = kept(tmp_path)
    if damage is None:
        (place / TIMELINE).unlink()
    else:
        (place / TIMELINE).write_text(damage)
    read = drawn(run(experiment(directory=place)), tmp_path)
    assert "There is no time line: failover/crash/timeline.json is missing or cannot be read." in read.text
    assert "timeline-1" not in read.figures
    assert "every client wrote again" in read.text


def place_of(folder: Path, *names: str) -> Path:
    """The folder of an experiment in which these files stand."""
    place = folder / "failover" / "seen"
    place.mkdir(parents=True)
    for name in names:
        (place / name).touch()
    return place


LOST = "There is no time line: failover/seen/timeline.json is missing or cannot be read."
NOT_INJECTED = "Nothing was injected: there is no time line."
ENDED = "It was ended before there was anything to draw."
INJECTED = (StageRecord(name="injecting", began=run().started),)
UNKNOWN = recovered(None, Ruling.UNDECIDED)


@pytest.mark.parametrize(
    ("names", "more", "said"),
    [
        (("history.parquet",), {}, NOT_INJECTED),
        (("history.parquet",), {"promises": (UNKNOWN,)}, NOT_INJECTED),
        ((), {"promises": (UNKNOWN,)}, ENDED),
        ((), {"promises": (UNKNOWN,), "stages": INJECTED}, ENDED),
        ((), {}, LOST),
        (("history.parquet",), {"stages": INJECTED}, LOST),
        (("history.parquet",), {"phases": PHASES}, LOST),
        (("history.parquet",), {"glance": {"requests": 600}}, LOST),
        (("history.parquet", TIMELINE), {}, LOST),
        ((TIMELINE,), {"promises": (UNKNOWN,)}, LOST),
    ],
)
def test_only_a_time_line_that_was_lost_is_a_warning(
    tmp_path: Path, names: tuple[str, ...], more: dict[str, Any], said: str
) -> None:
    """What broke nothing has none, and neither has what was ended before it began: both are told in quiet."""
    record = replace(experiment(phases={}, directory=place_of(tmp_path, *names)), **more)
    read = drawn(run(record), tmp_path)
    assert [each for each in (LOST, NOT_INJECTED, ENDED) if each in read.text] == [said]
    assert bool([each for each in read.all("p") if each.get("class") == "note"][1:]) is (said is LOST)


def test_what_the_servers_logged_is_linked_even_where_nothing_else_is_left(tmp_path: Path) -> None:
    """An experiment that was ended has nothing else to look into."""
    record = experiment(UNKNOWN, phases={}, directory=place_of(tmp_path, "server.log"))
    assert "failover/seen/server.log" in {str(each["href"]) for each in drawn(run(record), tmp_path).all("a")}


WHOLE = ExperimentRecord(scenario=UNFINISHED, fault="all that was selected", promises=(UNKNOWN,))
SKIPPED = ExperimentRecord(scenario="failover", fault="power", skipped="no way to do this")


@pytest.mark.parametrize(
    ("experiments", "said"),
    [
        ((experiment(),), "1 of 1 experiment "),
        ((experiment(), experiment(fault="zone loss"), SKIPPED), "2 of 3 experiments "),
        ((experiment(UNKNOWN), WHOLE), "1 begun, 0 decided "),
        ((experiment(), experiment(UNKNOWN, fault="zone loss")), "2 begun, 1 decided "),
        ((experiment(UNKNOWN, survived(1)),), "1 of 1 experiment"),
        ((WHOLE,), "none "),
    ],
)
def test_an_experiment_that_came_to_nothing_is_not_counted_as_decided(
    tmp_path: Path, experiments: tuple[ExperimentRecord, ...], said: str
) -> None:
    """And that not all was judged is no experiment."""
    assert f" Executed {said}" in drawn(run(*experiments), tmp_path).text


def test_that_not_all_was_judged_stands_on_the_page(tmp_path: Path) -> None:
    """In the overview and in a place of its own, and as no experiment."""
    read = drawn(run(experiment(), WHOLE), tmp_path)
    assert read.text.count("all that was selected") > 1
    assert "This is no experiment: it says what was selected and never judged." in read.text


CUT_OFF = "It ended before its time: this is what was seen until then."
HALTED = Verdict(name=EXPERIMENT, ruling=Ruling.UNDECIDED, because="Halted: an alarm rings")
EXAMINED = (*INJECTED, StageRecord(name="examining what is left", began=run().started))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"promises": (HALTED,), "stages": INJECTED}, CUT_OFF),
        ({"promises": (HALTED,), "stages": EXAMINED}, CUT_OFF),
        ({"promises": (), "stages": INJECTED}, CUT_OFF),
        ({"promises": (), "stages": EXAMINED}, ""),
        ({"promises": (UNKNOWN,), "stages": EXAMINED}, ""),
        ({"stages": EXAMINED}, ""),
        ({}, ""),
    ],
    ids=["halted", "halted at its end", "ctrl-c", "ctrl-c while it is judged", "no effect", "whole", "an old one"],
)
def test_what_was_cut_off_is_drawn_and_said_to_be(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    """Whoever looks at it must not take it for a whole experiment; of a whole one that is never said."""
    read = drawn(run(replace(experiment(phases={}, directory=kept(tmp_path)), **more)), tmp_path)
    assert "timeline-1" in read.figures
    assert (CUT_OFF in read.text) is bool(said)
