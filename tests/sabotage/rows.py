"""A seeded defect, where it must show, and how: one run of pytest, as a team would start it, on a lab of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
APPLICATIONS = "tests.defects.applications"
ITEM_APPLICATIONS = "tests.defects.items"
PATIENCE_S = 400

LATENCY = frozenset({"others_stay_fast", "steady_again_within", "degradation_is_noticed_within", "fast_again"})
"""What a machine that is busy otherwise breaks by itself: that it holds on a sound lab is for the suites to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A defect, where it must show, and how.

    `application` is a client of PostgreSQL, `item_application` one of DynamoDB, `lab` a defect of the lab itself.
    `select` is what pytest is told to run. Each promise of `broken` is broken, and what it says matches. Those of
    `also` cannot be kept either, or not be judged. All others are held. `load`, `items` and `costs` stand in
    drill.toml, under that name.
    """

    application: str | None = None
    item_application: str | None = None
    lab: str | None = None
    select: tuple[str, ...]
    broken: Mapping[str, str]
    also: frozenset[str] = frozenset()
    load: str = ""
    items: str = ""
    costs: str = ""

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return f"{self.application or self.item_application or self.lab}-{next(iter(self.broken))}"

    @property
    def options(self) -> tuple[str, ...]:
        """How the defect is seeded."""
        seeded = {
            "--application": self.application and f"{APPLICATIONS}:{self.application}",
            "--item-application": self.item_application and f"{ITEM_APPLICATIONS}:{self.item_application}",
            "--lab-fault-in": self.lab,
        }
        return tuple(word for option, value in seeded.items() if value for word in (option, value))

    @property
    def settings(self) -> str:
        """The drill.toml of the run."""
        return f"[load]\n{self.load}\n[items]\n{self.items}\n[costs]\n{self.costs}\n"


def require_noticed(row: Row, home: Path) -> None:
    """Run it in `home`: it exits 1; each promise of `broken` is broken, in its words; all others but `also` are held.

    A promise that is undecided was not broken, and is not noticed.
    """
    promises = promises_of(row, home)
    for name, words in row.broken.items():
        assert promises[name]["ruling"] == "broken", promises[name]["because"]
        assert re.search(words, _told(promises[name])), _told(promises[name])
    others = {name: each["because"] for name, each in promises.items() if each["ruling"] != "held"}
    assert others.keys() <= row.broken.keys() | row.also | LATENCY, others


def promises_of(row: Row, home: Path) -> dict[str, dict[str, Any]]:
    """The promises of the only experiment, by name, of a run that has to exit 1."""
    (home / "drill.toml").write_text(row.settings)
    where = (f"--drill-toml={home / 'drill.toml'}", f"--alluredir={home / 'allure-results'}")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "suites", *row.select, *row.options, *where],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert run.returncode == 1, run.stdout[-3000:] + run.stderr
    summary = json.loads((home / "reports" / "latest" / "summary.json").read_text())
    (experiment,) = summary["experiments"]
    return {each["name"]: each for each in experiment["promises"]}


def _told(promise: Mapping[str, Any]) -> str:
    """What it says, and what stands as evidence."""
    return "\n".join([promise["because"], *promise["evidence"]])
