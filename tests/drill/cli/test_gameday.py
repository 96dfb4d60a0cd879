"""drill gameday: what it refuses in one line, and what it would do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drill.cli import main
from drill.cli.gameday import named
from drill.config import load

DAY = """
[gameday.weekly]
target = "lab"
scenarios = ["failover"]
objectives = {recovery_time = "30s"}
webhook_variable = "TEAM_HOOK"

[gameday.weekly.window]
time_zone = "Europe/Berlin"
blackouts = [2026-12-24]
"""
URL = "https://hooks.example.com/services/secretpath"


@pytest.fixture
def weekly(drill_toml: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A game day in drill.toml, and its webhook in the environment."""
    monkeypatch.setenv("TEAM_HOOK", URL)
    drill_toml.write_text(DAY)
    return drill_toml


def drill(drill_toml: Path, *words: str) -> int:
    """Run a command beside that file."""
    return main(["--drill-toml", str(drill_toml), "gameday", *words])


@pytest.mark.parametrize(
    ("change", "words", "why"),
    [
        (("", ""), ("weakly",), 'gameday.weakly: no such game day; did you mean "weekly"? known: weekly'),
        (('"lab"', '"lap"'), ("weekly",), 'gameday.weekly.target: no such target lap; did you mean "lab"? known: lab'),
        (
            ("recovery_time", "recovery_tim"),
            ("weekly",),
            'gameday.weekly.objectives.recovery_tim: no such objective; did you mean "recovery_time"?',
        ),
        (("TEAM_HOOK", "OTHER_HOOK"), ("weekly",), "environment: OTHER_HOOK: not set"),
        (("blackouts", "blackout"), ("weekly",), 'blackout: unknown key; did you mean "blackouts"?'),
        (("", ""), ("weekly", "--now", "2026-12-24T10:00Z"), "only with --dry-run"),
        (("", ""), ("weekly", "--dry-run", "--now", "noon"), "--now noon: is no moment"),
        (("", ""), ("weekly", "--dry-run", "--now", "2026-12-24T10:00"), "says not in which zone"),
    ],
)
def test_what_cannot_be_understood_is_one_line(
    weekly: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], words: tuple[str, ...], why: str
) -> None:
    """Exit code 4, before anybody is asked or told anything."""
    weekly.write_text(DAY.replace(*change) if change[0] else DAY)
    assert drill(weekly, *words) == 4
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert why in line
    assert said.out == ""


def test_without_any_game_day_it_says_how_to_write_one(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rather than that the list of those that there are is empty."""
    assert drill(drill_toml, "weekly") == 4
    assert "there are no game days; write [gameday.weekly]" in capsys.readouterr().err


def test_outside_its_window_it_refuses(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one line: nothing is looked at, and nobody is told."""
    today = datetime.now(UTC).date()
    never = ", ".join(str(today + timedelta(days=each)) for each in range(-2, 500))
    weekly.write_text(DAY.replace("2026-12-24", never))
    assert drill(weekly, "weekly") == 2
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    assert line.startswith("gameday: refused: ")
    assert line.endswith("its window does not open within a year")
    assert said.err == ""


def test_a_dry_run_says_what_would_be_done(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The window, the command and the announcement, with the day's own objective; nothing of the webhook's URL."""
    assert drill(weekly, "weekly", "--dry-run", "--now", "2026-11-23T10:00+01:00") == 0
    said = capsys.readouterr().out
    assert "gameday: now: it may begin" in said
    assert "-m pytest -m failover --target=lab" in said
    assert "--objective=recovery_time=30s" in said
    assert "objectives: recovery_time 30s, read_outage 10s" in said
    assert "over by 2026-11-23 12:00 CET at the latest" in said
    assert "secretpath" not in said
    assert not (weekly.parent / "reports").exists()


def test_a_blackout_date_is_found_by_a_dry_run(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, as it would be on that day."""
    assert drill(weekly, "weekly", "--dry-run", "--now", "2026-12-24T10:00+01:00") == 2
    assert "refused: 2026-12-24 is a blackout date; its window opens next on Fri 2026-12-25" in capsys.readouterr().out


def test_its_objectives_replace_those_of_the_file(weekly: Path) -> None:
    """And only those."""
    config, day = named(weekly, "weekly")
    assert config.objectives == load(weekly).objectives.model_copy(update={"recovery_time": 30.0})
    assert day.target == "lab"


def test_help_shows_an_example_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer copies a line, and a pipeline knows what comes back."""
    with pytest.raises(SystemExit) as ended:
        main(["gameday", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "drill gameday weekly --dry-run" in said
    assert "exit codes: 0 held, 1 broken, 2 undecided or refused, 4" in said
