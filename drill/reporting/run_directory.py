"""Where a run leaves its evidence.

reports/
runs/20261122T143000Z-lab/
summary.json  validation.md
failover/crash-of-the-writer/history.parquet  timeline.svg
latest -> runs/20261122T143000Z-lab
"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drill.errors import ConfigError
from drill.reporting.files import point
from drill.reporting.secrets import redact

if TYPE_CHECKING:
    from pathlib import Path


def create(reports: Path, target: str, started: datetime) -> Path:
    """Make the folder of a run, never one that is there already, and let `latest` lead to it."""
    latest = reports / "latest"
    if latest.exists() and not latest.is_symlink():
        raise ConfigError(f"{latest}: latest: is no link, so that we cannot let it lead to the run; move it away")
    moment = started.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = _new_folder(reports / "runs", f"{moment}-{slug(target)}")
    point(latest, folder)
    return folder


def experiment_directory(run: Path, scenario: str, fault: str) -> Path:
    """Make the folder of one experiment, `<scenario>/<fault>`; a repetition gets one of its own."""
    return _new_folder(run / slug(redact(scenario)), slug(redact(fault)))


def slug(text: str) -> str:
    """Spell any text as a name of a file: small letters, digits, dots and hyphens."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "unnamed"


def _new_folder(parent: Path, name: str) -> Path:
    for attempt in itertools.count(1):
        folder = parent / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if parent.is_dir():
                continue
            raise
        return folder
    raise AssertionError("counting has no end")  # pragma: no cover
