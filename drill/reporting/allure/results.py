"""The folder of Allure's results: of one run at a time, since it is a report of a run; earlier ones stand beside it.

reports/
allure-results/                  the newest run
allure-earlier/<run>/            what a trend needs of one that no report was made of: its results, without attachments
allure-history.jsonl             what Allure remembers of those of which one was
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

from drill.locks import held
from drill.reporting.files import write_atomically
from drill.reporting.provenance import provenance
from drill.reporting.secrets import redact

if TYPE_CHECKING:
    from pathlib import Path

    from drill.reporting.records import RunRecord

EARLIER = "allure-earlier"
KEPT = 20
"""Runs that wait for their place in the trend; the oldest give way."""
PATIENCE_S = 30.0

CATEGORIES = (
    {"name": "The database's fault: a promise is broken", "matchedStatuses": ["failed"]},
    {"name": "Our fault, or too little evidence: undecided", "matchedStatuses": ["broken"]},
    {"name": "Refused: the target cannot do this", "matchedStatuses": ["skipped"]},
)
"""As Allure 2 reads them; allurerc.mjs says the same to Allure 3."""

_NAME = re.compile(r"\w[\w.-]*")
"""What may become the name of a folder."""

_OURS = re.compile(
    r".*-(result|container|globals)\.json|.*-attachment\..*|(executor|categories)\.json|environment\.properties"
)


def begin(results: Path, run: str) -> None:
    """Make the folder the run's own; what another run left there is put aside. Each process of the run may ask."""
    with held(f"writing {results}", patience_s=PATIENCE_S):
        if run_of(results) == run:
            return
        _put_aside(results)
        executor = {"name": "drill", "type": "drill", "buildName": run}
        write_atomically(results / "executor.json", json.dumps(executor))
        categorise(results)


def categorise(results: Path) -> None:
    """Say whose fault is which status."""
    write_atomically(results / "categories.json", json.dumps(CATEGORIES))


def describe(results: Path, record: RunRecord, application: str) -> None:
    """Say on what it was measured, once the run is over."""
    told = {
        "target": record.target,
        "subject": record.subject,
        "provenance": provenance(record),
        "application": application,
    }
    told |= {f"objective.{name}": value for name, value in record.objectives.items()}
    told |= {f"version.{name}": value for name, value in sorted(record.versions.items())}
    lines = (f"{name}={' '.join(redact(value).split())}\n" for name, value in told.items())
    write_atomically(results / "environment.properties", "".join(lines))


def run_of(results: Path) -> str | None:
    """The run that the results are of; None where nobody said so."""
    try:
        named = json.loads((results / "executor.json").read_text("utf-8"))["buildName"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return named if isinstance(named, str) and _NAME.fullmatch(named) else None


def earlier(reports: Path) -> list[Path]:
    """The results of earlier runs that no report was made of, the oldest first: their names begin with their time."""
    folder = reports / EARLIER
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _put_aside(results: Path) -> None:
    """Keep the results of a run that is known by name, remove the rest of Allure's files, and leave all others."""
    run = run_of(results)
    for path in [path for path in results.iterdir() if path.is_file() and _OURS.fullmatch(path.name)]:
        if run and path.name.endswith("-result.json"):
            aside = results.parent / EARLIER / run
            aside.mkdir(parents=True, exist_ok=True)
            path.replace(aside / path.name)
        else:
            path.unlink()
    for old in earlier(results.parent)[:-KEPT]:
        shutil.rmtree(old)
