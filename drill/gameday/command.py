"""The pytest command that is a game day's run."""

from __future__ import annotations

import sys
from pathlib import Path

from drill.config import GameDay
from drill.config.durations import format_duration


def command(day: GameDay, drill_toml: Path, *, tell_run: Path | None = None) -> list[str]:
    """Its words, to be run where the suites are; every option of ours is one that a person could have typed.

    Into the file `tell_run` the run writes which folder is its own.
    """
    options = [f"--objective={name}={format_duration(seconds)}" for name, seconds in day.objectives.items()]
    options += [f"--stop-alarm={name}" for name in day.stop_alarms]
    if tell_run is not None:
        options.append(f"--tell-run={tell_run}")
    if day.repeat > 1:
        options.append(f"--repeat={day.repeat}")
    if day.only:
        options += ["-k", day.only]
    where = [f"--target={day.target}", f"--drill-toml={drill_toml.absolute()}"]
    return [sys.executable, "-m", "pytest", "-m", expression(day), *where, *options]


def expression(day: GameDay) -> str:
    """Its scenarios as one expression of markers."""
    return day.scenarios[0] if len(day.scenarios) == 1 else " or ".join(f"({each})" for each in day.scenarios)
