"""summary.json: a run for machines. The gate reads only this, so it says all that a ruling rests on.

    {"schema": 2, "name", "target", "kind", "subject", "asked", "started", "finished", "versions", "objectives",
     "ruling",
     "experiments": [{"scenario", "fault", "story", "repetition", "ruling", "skipped", "directory", "began", "ended",
                      "stages": [{"name", "began", "ended"}], "phases", "glance",
                      "promises": [{"name", "ruling", "because", "objective", "measured", "evidence"}]}]}

`phases` are seconds; `glance` is null for an experiment about recovery; the names in `measured` and `glance` carry
their unit; objectives are written as in drill.toml; `directory` is relative to the file. A figure that is no number
(NaN, infinity) is null.
"""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drill.errors import ConfigError
from drill.reporting.files import write_atomically
from drill.reporting.records import ExperimentRecord, RunRecord, StageRecord
from drill.reporting.secrets import redact
from drill.verdict import Ruling, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 2


def write(run: RunRecord, path: Path) -> None:
    """Write the file in one step, its keys always in the same order, and no secret in it."""
    document = {
        "schema": SCHEMA,
        "name": run.name,
        "target": run.target,
        "kind": run.kind,
        "subject": run.subject,
        "asked": run.asked,
        "started": _moment(run.started),
        "finished": _moment(run.finished),
        "versions": dict(sorted(run.versions.items())),
        "objectives": dict(run.objectives),
        "ruling": str(run.ruling),
        "experiments": [_experiment(each, path.parent) for each in run.experiments],
    }
    write_atomically(path, json.dumps(_clean(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read(path: Path) -> RunRecord:
    """Read what `write` wrote; a file of another schema, or none of ours, is a ConfigError.

    Rulings of experiments and of the run are not taken from the file but found anew from the promises.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the file: cannot be read ({error}); run the suite again") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise ConfigError(f"{path}: schema: is {schema}, and we read {SCHEMA}; run the suite again")
    try:
        return RunRecord(
            target=document["target"],
            started=datetime.fromisoformat(document["started"]),
            finished=datetime.fromisoformat(document["finished"]),
            versions=document["versions"],
            objectives=document["objectives"],
            kind=document["kind"],
            subject=document["subject"],
            name=document["name"],
            asked=document["asked"],
            experiments=tuple(_experiment_of(each, path.parent) for each in document["experiments"]),
        )
    except KeyError as error:
        raise ConfigError(f"{path}: {error.args[0]}: missing value; run the suite again") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: the file: no summary ({error}); run the suite again") from error


def _experiment(record: ExperimentRecord, folder: Path) -> dict[str, Any]:
    directory = record.directory and Path(os.path.relpath(record.directory, folder)).as_posix()
    return {
        "scenario": record.scenario,
        "fault": record.fault,
        "story": record.story,
        "repetition": record.repetition,
        "ruling": str(record.ruling),
        "skipped": record.skipped,
        "directory": directory,
        "began": _moment(record.began),
        "ended": _moment(record.ended),
        "stages": [
            {"name": each.name, "began": _moment(each.began), "ended": _moment(each.ended)} for each in record.stages
        ],
        "phases": dict(record.phases),
        "glance": None if record.glance is None else dict(record.glance),
        "promises": [_promise(each) for each in record.promises],
    }


def _promise(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "ruling": str(verdict.ruling),
        "because": verdict.because,
        "objective": verdict.objective,
        "measured": dict(verdict.measured),
        "evidence": list(verdict.evidence),
    }


def _experiment_of(document: Mapping[str, Any], folder: Path) -> ExperimentRecord:
    directory = document["directory"]
    return ExperimentRecord(
        scenario=document["scenario"],
        fault=document["fault"],
        phases=document["phases"],
        promises=tuple(_promise_of(each) for each in document["promises"]),
        directory=None if directory is None else Path(os.path.normpath(folder / directory)),
        skipped=document["skipped"],
        glance=document["glance"],
        story=document["story"],
        repetition=document["repetition"],
        began=_moment_of(document["began"]),
        ended=_moment_of(document["ended"]),
        stages=tuple(_stage_of(each) for each in document["stages"]),
    )


def _stage_of(document: Mapping[str, Any]) -> StageRecord:
    return StageRecord(
        name=document["name"],
        began=datetime.fromisoformat(document["began"]),
        ended=_moment_of(document["ended"]),
    )


def _promise_of(document: Mapping[str, Any]) -> Verdict:
    return Verdict(
        name=document["name"],
        ruling=Ruling(document["ruling"]),
        because=document["because"],
        objective=document["objective"],
        measured=document["measured"],
        evidence=tuple(document["evidence"]),
    )


def _moment_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _clean(value: Any) -> Any:
    """Redact every text and drop every figure that is no number, however deep they lie."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {redact(key): _clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return value
