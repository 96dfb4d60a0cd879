"""summary.json: a run for machines. The gate reads only this, so it says all that a ruling rests on.

    {"schema": 2, "name", "target", "kind", "subject", "asked", "started", "finished", "versions", "objectives",
     "ruling",
     "experiments": [{"scenario", "fault", "story", "repetition", "ruling", "skipped", "directory", "began", "ended",
                      "stages": [{"name", "began", "ended"}], "phases", "glance",
                      "promises": [{"name", "ruling", "because", "objective", "measured", "evidence"}]}],
     "files", "digest", "signature"}

`phases` are seconds; `glance` is null for an experiment about recovery; the names in `measured` and `glance` carry
their unit; objectives are written as in drill.toml; `directory` is relative to the file. A figure that is no number
(NaN, infinity) is null. The last three are the seal (drill.reporting.seal), and the part of a worker has none.
"""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drill.errors import ConfigError
from drill.reporting import seal
from drill.reporting.files import write_atomically
from drill.reporting.records import ExperimentRecord, RunRecord, StageRecord
from drill.reporting.secrets import redact
from drill.verdict import Ruling, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 2


def write(run: RunRecord, path: Path, *, key: str | None = None) -> None:
    """Write the file in one step and the last of its folder: keys always in the same order, no secret, and the seal.

    The seal holds a digest of every file that lies beside it now, and a signature where there is a key.
    """
    _write(seal.sealed(_document(run, path.parent), path.parent, key=key), path)


def write_part(run: RunRecord, path: Path) -> None:
    """Write what one process saw of a run that others still write into: the same without a seal."""
    _write(_document(run, path.parent), path)


def read(path: Path) -> RunRecord:
    """Read what `write` or `write_part` wrote; a file of another schema, or none of ours, is a ConfigError.

    Whether the run is as it was sealed is not asked: seal.verify does. Rulings of experiments and of the run are not
    taken from the file but found anew from the promises.
    """
    return record_of(document(path), path)


def document(path: Path) -> dict[str, Any]:
    """What the file says, before anybody believes it; a ConfigError where it is none of this schema."""
    try:
        found = seal.parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the file: cannot be read ({error}); run the suite again") from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if not isinstance(found, dict) or type(schema) is not int or schema != SCHEMA:
        raise ConfigError(f"{path}: schema: is {schema!r}, and we read {SCHEMA}; run the suite again")
    return found


def record_of(document: Mapping[str, Any], path: Path) -> RunRecord:
    """The run that a document of the file at `path` tells of; ConfigError where it tells of none."""
    try:
        return RunRecord(
            target=_text(document["target"]),
            started=_read_moment(document["started"]),
            finished=_read_moment(document["finished"]),
            versions=dict(document["versions"]),
            objectives=dict(document["objectives"]),
            kind=_text(document["kind"]),
            subject=_text(document["subject"]),
            name=_text(document["name"]),
            asked=_text(document["asked"]),
            experiments=tuple(_experiment_of(each, path.parent) for each in _list(document["experiments"])),
        )
    except KeyError as error:
        raise ConfigError(f"{path}: {error.args[0]}: missing value; run the suite again") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: the file: no summary ({error}); run the suite again") from error


def _write(document: Mapping[str, Any], path: Path) -> None:
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _document(run: RunRecord, folder: Path) -> dict[str, Any]:
    plain = {
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
        "experiments": [_experiment(each, folder) for each in run.experiments],
    }
    clean: dict[str, Any] = _clean(plain)
    return clean


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
        scenario=_text(document["scenario"]),
        fault=_text(document["fault"]),
        phases=_figures(document["phases"]),
        promises=tuple(_promise_of(each) for each in _list(document["promises"])),
        directory=None if directory is None else Path(os.path.normpath(folder / _text(directory))),
        skipped=None if document["skipped"] is None else _text(document["skipped"]),
        glance=None if document["glance"] is None else _figures(document["glance"]),
        story=_text(document["story"]),
        repetition=int(document["repetition"]),
        began=_moment_of(document["began"]),
        ended=_moment_of(document["ended"]),
        stages=tuple(_stage_of(each) for each in _list(document["stages"])),
    )


def _stage_of(document: Mapping[str, Any]) -> StageRecord:
    return StageRecord(
        name=_text(document["name"]),
        began=_read_moment(document["began"]),
        ended=_moment_of(document["ended"]),
    )


def _promise_of(document: Mapping[str, Any]) -> Verdict:
    objective = document["objective"]
    return Verdict(
        name=_text(document["name"]),
        ruling=Ruling(document["ruling"]),
        because=_text(document["because"]),
        objective=None if objective is None else _text(objective),
        measured=_figures(document["measured"]),
        evidence=tuple(_text(each) for each in _list(document["evidence"])),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} stands where a text belongs")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.60} stands where a list belongs")
    return value


def _figures(value: Any) -> dict[str, Any]:
    figures = dict(value)
    for name, figure in figures.items():
        if not isinstance(figure, int | float | None):
            raise TypeError(f"{figure!r:.60} stands where the figure {name} belongs")
    return figures


def _moment_of(text: str | None) -> datetime | None:
    return None if text is None else _read_moment(text)


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


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
