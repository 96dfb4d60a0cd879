"""Runs on disk as a session leaves them: evidence beside a sealed summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drill.config import Objectives
from drill.reporting import summary
from drill.reporting.records import ExperimentRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "20261123T100000Z-lab"
OBJECTIVES = Objectives().written()

HELD = experiment()
BROKEN = experiment(recovered(2.58), survived(3), fault="zone loss")
UNDECIDED = experiment(
    recovered(2.58), Verdict(name="quiet", ruling=Ruling.UNDECIDED, because="too few writes"), fault="frozen writer"
)
SKIPPED = ExperimentRecord(scenario="failover", fault="partition", skipped="the target offers no way")


def made(
    folder: Path,
    *experiments: ExperimentRecord,
    finished: datetime = NOW - timedelta(hours=1),
    key: str | None = None,
    **more: Any,
) -> Path:
    """A run of these experiments in that folder, each executed one with its evidence; by default one that held."""
    placed = [_with_evidence(each, folder, number) for number, each in enumerate(experiments or (HELD,))]
    record = replace(run(*placed), started=finished - timedelta(minutes=4), finished=finished)
    record = replace(record, name=folder.name, objectives=OBJECTIVES)
    (folder / "validation.md").write_text("criteria")
    summary.write(replace(record, **more), folder / "summary.json", key=key)
    return folder


def empty(folder: Path, **more: Any) -> Path:
    """A run without a single experiment."""
    folder.mkdir(parents=True)
    record = replace(run(), started=NOW - timedelta(hours=2), finished=NOW - timedelta(hours=1))
    record = replace(record, experiments=(), objectives=OBJECTIVES)
    summary.write(replace(record, **more), folder / "summary.json")
    return folder


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the summary says, as somebody does who knows nothing of seals."""
    path = folder / "summary.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _with_evidence(record: ExperimentRecord, folder: Path, number: int) -> ExperimentRecord:
    where = folder / record.scenario / f"{number}-{record.fault.replace(' ', '-')}"
    where.mkdir(parents=True)
    if record.skipped is None:
        (where / "history.parquet").write_bytes(b"PAR1" + bytes([number]) * 1000)
    return replace(record, directory=where)
