"""validation.md: the evidence for people, requirement by requirement, then experiment by experiment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from drill.reporting.figures import measurement, seconds
from drill.reporting.files import write_atomically
from drill.reporting.page.beside import remark
from drill.reporting.provenance import briefly, provenance
from drill.reporting.requirements import Finding, findings
from drill.reporting.secrets import redact
from drill.reporting.table import phase

if TYPE_CHECKING:
    from drill.reporting.records import ExperimentRecord, RunRecord
    from drill.verdict import Verdict

_ARTEFACTS = {"timeline.svg": "timeline", "ramp.svg": "latency by load", "history.parquet": "history"}
_OPTIONAL = frozenset({"timeline.svg", "ramp.svg"})
"""Not every experiment has something to draw."""


def write(run: RunRecord, path: Path) -> None:
    """Write the page in one step, with no secret in it; its links are relative: the folder can move."""
    lines = [*_provenance(run), *_requirements(run), *_experiments(run, path.parent)]
    write_atomically(path, redact("\n".join(lines)) + "\n")


def _provenance(run: RunRecord) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    objectives = ", ".join(f"{name} {value}" for name, value in run.objectives.items())
    lasted = (run.finished - run.started).total_seconds()
    return [
        f"# Validation: {run.ruling}",
        "",
        *_rows(
            ("", ""),
            ("provenance", provenance(run)),
            ("asked for", run.asked or "not recorded"),
            ("started", f"{run.started:%Y-%m-%d %H:%M:%S %Z}, for {seconds(lasted)} s"),
            ("objectives", objectives or "none"),
            ("versions", versions or "not recorded"),
        ),
        "",
    ]


def _requirements(run: RunRecord) -> list[str]:
    """A row a criterion; of what was not run there is no provenance either."""
    rows = [
        (
            each.criterion.part,
            each.criterion.text,
            f"**{each.result}**",
            _rests_on(each, run),
            briefly(run) if each.experiments else "",
        )
        for each in findings(run)
    ]
    return ["## Requirements", "", *_rows(("part", "criterion", "result", "evidence", "provenance"), *rows), ""]


def _rests_on(finding: Finding, run: RunRecord) -> str:
    if not finding.experiments:
        return ""
    places = {id(record): number for number, record in enumerate(run.experiments, 1)}
    links = ", ".join(f"[{places[id(each)]}](#experiment-{places[id(each)]})" for each in finding.experiments)
    worst = f"at worst {finding.worst}; " if finding.worst else ""
    return f"{worst}experiment {links}"


def _experiments(run: RunRecord, folder: Path) -> list[str]:
    lines = ["## Experiments", ""]
    for number, record in enumerate(run.experiments, 1):
        ruling = "skipped" if record.skipped is not None else record.ruling
        lines += [
            f'<a id="experiment-{number}"></a>',
            "",
            f"### {number}. {_cell(record.scenario)}, {_cell(record.title)}: {ruling}",
            "",
        ]
        lines += _skipped(record) if record.skipped is not None else _executed(record, run, folder)
    return lines if run.experiments else [*lines, "None was run."]


def _skipped(record: ExperimentRecord) -> list[str]:
    return [f"Not run: {_cell(record.skipped or '')}", ""]


def _executed(record: ExperimentRecord, run: RunRecord, folder: Path) -> list[str]:
    lines = [f"Provenance: {_cell(provenance(run))}.", ""]
    if record.story:
        lines += [_cell(record.story), ""]
    is_drawn = record.directory is not None and (record.directory / "timeline.svg").exists()
    if is_drawn and (remarked := remark(record, is_drawn=True)):
        lines += [remarked, ""]
    if record.phases:
        names = tuple(name.replace("_", " ") for name in record.phases)
        lines += ["Seconds after injection (redundant: after healing).", ""]
        lines += [*_rows(names, tuple(phase(record, name) for name in record.phases)), ""]
    rows = [
        (each.name, str(each.ruling), each.because, each.objective or "", _measured(each)) for each in record.promises
    ]
    lines += [*_rows(("promise", "ruling", "because", "objective", "measured"), *rows), ""]
    for promise in record.promises:
        if promise.evidence:
            lines += [f"Evidence for {promise.name}:", ""]
            lines += [*(f"- {_cell(each)}" for each in promise.evidence), ""]
    return [*lines, *_links(record, folder)]


def _measured(promise: Verdict) -> str:
    return "; ".join(measurement(name, value) for name, value in promise.measured.items())


def _links(record: ExperimentRecord, folder: Path) -> list[str]:
    """Link only what is there; a history that was never saved is said to be missing."""
    if record.directory is None:
        return ["No evidence was kept.", ""]
    lines = []
    for name, words in _ARTEFACTS.items():
        there = record.directory / name
        target = Path(os.path.relpath(there, folder)).as_posix()
        if not there.exists() and name in _OPTIONAL and (record.directory / "history.parquet").exists():
            continue
        if not there.exists():
            lines.append(f"No {words}: {target} was not written.")
        elif name.endswith(".svg"):
            lines.append(f"![{words} of {_cell(record.title)}]({target})")
        else:
            lines.append(f"[{words}]({target})")
        lines.append("")
    return lines


def _rows(head: tuple[str, ...], *rows: tuple[str, ...]) -> list[str]:
    return [_row(head), "|" + " --- |" * len(head), *(_row(row) for row in rows)]


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_cell(each) for each in cells) + " |"


def _cell(text: str) -> str:
    """Keep a text in its cell and on its line, and what looks like HTML from being taken for it.

    Redacted before it is escaped: a secret with a mark of HTML in it would not be known again.
    """
    return " ".join(redact(text).replace("<", "&lt;").replace("|", "\\|").split())
