"""What a page is drawn from, kept beside the history: small, and there long after the run.

    timeline.json   Timeline
    ramp.json       Ramp, where there was one

A page can be written again from these and summary.json, without reading a single operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from drill.history import History
from drill.reporting.files import write_atomically
from drill.reporting.page.steps import Ramp, steps
from drill.reporting.page.timeline import Timeline, aggregate
from drill.reporting.secrets import redact
from drill.reporting.timeline.requests import as_operations

TIMELINE, RAMP = "timeline.json", "ramp.json"

Kept = TypeVar("Kept", Timeline, Ramp)


def keep(history: History, phases: Mapping[str, float | None], directory: Path, *, limit_ms: float) -> None:
    """Aggregate an experiment into its folder; one that saw no operation at all has no time line."""
    if as_operations(history).operations.height:
        _save(aggregate(history, phases), directory / TIMELINE)
    if (ramp := steps(history, limit_ms=limit_ms)) is not None:
        _save(ramp, directory / RAMP)


def load(kind: type[Kept], path: Path) -> Kept | None:
    """Read what `keep` wrote; None for what is missing, damaged, or of another version, which a page then says."""
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _save(value: Timeline | Ramp, path: Path) -> None:
    write_atomically(path, redact(TypeAdapter(type(value)).dump_json(value).decode()) + "\n")
