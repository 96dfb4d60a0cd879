"""drill schedule: a schedule on standard output, or as files; and one line where something was not said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from drill.cli import main
from drill.gameday.schedule import SCHEDULERS

DAY = '[gameday.weekly]\ntarget = "lab"\nscenarios = ["failover"]\nwindow = {time_zone = "Asia/Tokyo"}\n'
RUN = ("--run", "arn:aws:codebuild:eu-west-1:123456789012:project/gameday")
NEEDED = {
    "eventbridge": (*RUN, "--role", "arn:aws:iam::123456789012:role/scheduler"),
    "kubernetes": ("--image", "registry.example.com/drill:1"),
}


@pytest.fixture
def weekly(drill_toml: Path) -> Path:
    """A game day in drill.toml."""
    drill_toml.write_text(DAY)
    return drill_toml


def schedule(drill_toml: Path, *words: str) -> int:
    """Run the command beside that file."""
    return main(["--drill-toml", str(drill_toml), "schedule", *words])


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_each_prints_the_zone_and_nothing_else(
    weekly: Path, capsys: pytest.CaptureFixture[str], scheduler: str
) -> None:
    """What is printed is piped into another tool: no word of ours stands around it."""
    assert schedule(weekly, "weekly", "--as", scheduler, *NEEDED.get(scheduler, ())) == 0
    said = capsys.readouterr()
    assert "Asia/Tokyo" in said.out
    assert "written" not in said.out
    assert said.err == ""


def test_what_is_printed_for_eventbridge_is_json(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `--cli-input-json` takes it."""
    schedule(weekly, "weekly", "--as", "eventbridge", *NEEDED["eventbridge"])
    assert json.loads(capsys.readouterr().out)["Name"] == "drill-gameday-weekly"


def test_the_command_is_this_python_in_that_folder(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is scheduled is what was installed here, and reads the file that was named here."""
    schedule(weekly, "weekly", "--as", "cron")
    said = capsys.readouterr().out
    assert f"cd {weekly.parent} && {sys.executable} -m drill.cli gameday weekly" in said


def test_another_file_is_named(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is called otherwise than it usually is."""
    other = weekly.rename(weekly.with_name("staging.toml"))
    schedule(other, "weekly", "--as", "cron")
    assert "--drill-toml staging.toml gameday weekly" in capsys.readouterr().out


def test_files_are_written_under_their_names(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where they are asked for: a unit and its timer are two."""
    assert schedule(weekly, "weekly", "--as", "systemd", "--into", str(weekly.parent)) == 0
    names = ["drill-gameday-weekly.service", "drill-gameday-weekly.timer"]
    assert capsys.readouterr().out.splitlines() == [f"written: {weekly.parent / name}" for name in names]
    assert all((weekly.parent / name).read_text().startswith("[Unit]") for name in names)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("weakly", "--as", "cron"), "no such game day"),
        (("weekly", "--as", "eventbridge"), "--run: missing value"),
        (("weekly", "--as", "eventbridge", *RUN), "--role: missing value"),
        (("weekly", "--as", "kubernetes"), "--image: missing value"),
        (("weekly", "--as", "cron", "--into", "/nowhere/at/all"), "cannot be written: No such file or directory"),
    ],
)
def test_what_was_not_said_is_one_line(
    weekly: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    """Exit code 4, and nothing on standard output that could be piped anywhere."""
    assert schedule(weekly, *words) == 4
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert why in line
    assert said.out == ""


def test_a_scheduler_that_we_do_not_know(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 4, with those that we do."""
    with pytest.raises(SystemExit) as ended:
        schedule(weekly, "weekly", "--as", "airflow")
    assert ended.value.code == 4
    assert "cron" in capsys.readouterr().err


def test_help_shows_an_example_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer copies a line."""
    with pytest.raises(SystemExit):
        main(["schedule", "--help"])
    said = capsys.readouterr().out
    assert all(f"--as {each}" in said for each in SCHEDULERS)
