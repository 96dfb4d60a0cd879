"""The folder of Allure's results is of one run at a time; what a trend needs of the others stands beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from drill.reporting.allure import results
from drill.reporting.allure.results import CATEGORIES, KEPT, begin, describe, earlier, run_of
from tests.drill.reporting.synthetic import run
from tests.fixtures.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where results go; empty."""
    folder = tmp_path / "reports" / "allure-results"
    folder.mkdir(parents=True)
    return folder


def leave(folder: Path, *names: str) -> None:
    """What a run writes."""
    for name in names:
        (folder / name).write_text(name)


def names(folder: Path) -> set[str]:
    """What stands in a folder."""
    return {path.name for path in folder.iterdir()}


def test_the_first_run_finds_its_folder_empty_and_names_it(folder: Path) -> None:
    """So that the next one knows whose it was."""
    begin(folder, "20261122T143000Z-lab")
    assert run_of(folder) == "20261122T143000Z-lab"
    assert json.loads((folder / "categories.json").read_text())[0]["matchedStatuses"] == ["failed"]
    assert earlier(folder.parent) == []


def test_another_run_puts_the_results_of_the_last_one_aside(folder: Path) -> None:
    """Without attachments, which no trend shows; what is none of Allure's stays."""
    begin(folder, "one")
    leave(folder, "1-result.json", "2-container.json", "3-attachment.svg", "4-globals.json", "environment.properties")
    leave(folder, "notes.txt")
    begin(folder, "two")
    assert names(folder) == {"executor.json", "categories.json", "notes.txt"}
    assert run_of(folder) == "two"
    (aside,) = earlier(folder.parent)
    assert (aside.name, names(aside)) == ("one", {"1-result.json"})


def test_another_process_of_the_same_run_leaves_everything_where_it_is(folder: Path) -> None:
    """Workers of pytest-xdist write into one folder."""
    begin(folder, "one")
    leave(folder, "1-result.json")
    begin(folder, "one")
    assert "1-result.json" in names(folder)
    assert earlier(folder.parent) == []


@pytest.mark.parametrize("executor", ["", "[]", "{}", '{"buildName": 7}', '{"buildName": "../../etc"}'])
def test_results_of_nobody_knows_whom_have_no_place_in_a_trend(folder: Path, executor: str) -> None:
    """They are removed; and no name leads out of the folder."""
    leave(folder, "1-result.json")
    (folder / "executor.json").write_text(executor)
    assert run_of(folder) is None
    begin(folder, "two")
    assert names(folder) == {"executor.json", "categories.json"}
    assert earlier(folder.parent) == []


def test_runs_that_wait_for_a_report_do_not_pile_up(folder: Path) -> None:
    """The oldest give way."""
    for number in range(KEPT + 3):
        begin(folder, f"run-{number:03}")
        leave(folder, "1-result.json")
    waiting = [path.name for path in earlier(folder.parent)]
    assert waiting == [f"run-{number:03}" for number in range(2, KEPT + 2)]


def test_what_it_was_measured_on_is_said_without_secrets(folder: Path) -> None:
    """One line each: a lab is never taken for a service."""
    describe(folder, run(), "shop:open at postgresql://app:swordfish@orders")
    lines = (folder / "environment.properties").read_text().splitlines()
    assert "target=lab" in lines
    assert "provenance=simulated by the lab (target lab)" in lines
    assert "objective.recovery_time=60s" in lines
    assert "version.postgresql=18.4" in lines
    assert "application=shop:open at postgresql://***@orders" in lines


def test_allure_2_and_allure_3_are_told_the_same_categories() -> None:
    """One reads categories.json, the other allurerc.mjs."""
    settings = (ROOT / "allurerc.mjs").read_text()
    told = re.findall(r'name: "([^"]+)",\s*matchers: \{ statuses: \["(\w+)"\] \}', settings)
    assert told == [(each["name"], *each["matchedStatuses"]) for each in CATEGORIES]


def test_allure_remembers_as_many_runs_as_may_wait() -> None:
    """A trend of fewer would lose some that were put aside for it."""
    assert f"historyLimit: {results.KEPT}," in (ROOT / "allurerc.mjs").read_text()
