"""Whether a run is evidence at all: readable, whole, signed where that is demanded, and not at odds with itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drill.errors import ConfigError
from drill.reporting import seal, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from drill.reporting.records import ExperimentRecord, RunRecord

MENTIONED = 3
"""Files that a line names before it counts the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a run left, as far as it can be believed: with any of `problems`, not at all.

    `run` is None where there is nothing to read; `signed` is True where a signature was checked and is valid. `notes`
    say what is worth knowing, and speaks against nothing.
    """

    folder: Path
    run: RunRecord | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    signed: bool = False


def evidence(folder: Path, *, key: str | None, signed: bool) -> Evidence:
    """Read what lies in a folder, once, so that what is checked is what is judged.

    With a key, or with `signed`, a valid signature is demanded.
    """
    path = folder / seal.SUMMARY
    if not path.is_file():
        return Evidence(folder=folder, problems=(f"{path}: is not there; run the suite, or name another run",))
    try:
        document = summary.document(path)
        found = list(seal.problems(document, folder, key))
        if signed and key is None:
            found.append(f"a signature is demanded, and there is no {seal.KEY_VARIABLE} to check it with; set it")
        run = summary.record_of(document, path)
    except (ConfigError, RecursionError) as error:
        return Evidence(folder=folder, problems=(str(error),))
    found += _contradictions(run, document, folder)
    return Evidence(
        folder=folder,
        run=run,
        problems=tuple(found),
        notes=() if found else tuple(_notes(document, folder, key)),
        signed=key is not None and not found,
    )


def _contradictions(run: RunRecord, document: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """What no run of ours would say of itself."""
    if run.finished < run.started:
        yield f"{seal.SUMMARY}: it finished before it started; set the clock right, and run the suite again"
    if document.get("ruling") != run.ruling:
        yield f"{seal.SUMMARY}: says {document.get('ruling')!r}, and its promises say {str(run.ruling)!r}"
    for record, stated in zip(run.experiments, document["experiments"], strict=True):
        name = f"{record.scenario}/{record.fault}"
        if stated.get("ruling") != record.ruling:
            yield f"{name}: says {stated.get('ruling')!r}, and its promises say {str(record.ruling)!r}"
        if record.skipped is not None and record.promises:
            yield f"{name}: was skipped, and yet {len(record.promises)} of its promises were judged"
        if _lacks_files(record, document, folder):
            yield f"{name}: was judged by evidence in {stated['directory']!r}, where the seal lists no file"


def _lacks_files(record: ExperimentRecord, document: Mapping[str, Any], folder: Path) -> bool:
    """Whether promises were judged by a history that is not there; the folder of an undecided experiment is empty."""
    if record.directory is None or not any(each.measured for each in record.promises):
        return False
    files = document.get("files")
    listed = files if isinstance(files, dict) else {}
    return not any(Path(os.path.normpath(folder / name)).is_relative_to(record.directory) for name in listed)


def _notes(document: Mapping[str, Any], folder: Path, key: str | None) -> Iterator[str]:
    if key is None and seal.is_signed(document):
        yield f"the run is signed, and nobody checked it: there is no {seal.KEY_VARIABLE}"
    late = seal.unlisted(document, folder)
    if late:
        more = f" and {len(late) - MENTIONED} more" if len(late) > MENTIONED else ""
        yield f"not part of the sealed run: {', '.join(late[:MENTIONED])}{more}"
