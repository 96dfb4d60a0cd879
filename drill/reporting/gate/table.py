"""The judgement for a person: one table, the evidence first, then what was required, then every experiment.

What holds takes one row an experiment; each promise that does not hold has a row of its own, the gravest first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from drill.reporting.gate.age import spelled
from drill.reporting.gate.judgement import Effect, Group, Judgement, Met, Row
from drill.reporting.secrets import redact
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterator

_STYLES = {
    "held": "green",
    "executed": "green",
    "broken": "bold red",
    "undecided": "yellow",
    "no evidence": "yellow",
    "missing": "yellow",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GRAVITY = (Ruling.BROKEN, Ruling.UNDECIDED)

Cells = tuple[str, str, str, str]
"""What was looked at, what was found, what it does to the release, and why."""


def table(judgement: Judgement) -> Table:
    """Lay it out; whatever a promise says, nothing of it steers a terminal, and no secret is shown."""
    name = judgement.run.name if judgement.run and judgement.run.name else judgement.folder.name
    laid = Table(
        title=Text(_clean(f"drill gate: {name}")),
        box=box.ASCII_DOUBLE_HEAD,
        show_edge=False,
        title_justify="left",
        caption=Text(_clean(_last(judgement)), style=_STYLES[judgement.ruling]),
        caption_justify="left",
    )
    for head in ("what", "found", "effect", "why"):
        laid.add_column(head, overflow="fold", min_width=len(head))
    for what, found, effect, why in _rows(judgement):
        laid.add_row(_clean(what), Text(_clean(found), style=_STYLES.get(found, "")), effect, Text(_clean(why)))
    return laid


def _rows(judgement: Judgement) -> Iterator[Cells]:
    yield from _evidence(judgement)
    yield from (_requirement(each) for each in judgement.required)
    for group in judgement.groups:
        yield from _experiment(group)
    for note in judgement.notes:
        yield "note", "", "", note


def _evidence(judgement: Judgement) -> Iterator[Cells]:
    for problem in judgement.problems:
        yield "evidence", "undecided" if judgement.believed else "no evidence", Effect.BLOCKS, problem
    run = judgement.run
    if run is None or judgement.age is None:
        return
    seal = "every file as sealed, and signed" if judgement.signed else "every file as sealed"
    finished = f"finished {spelled(judgement.age)} ago" if judgement.age.total_seconds() >= 0 else "of the future"
    target = f"target {run.target} ({'the lab' if run.kind == 'lab' else run.kind})"
    if judgement.believed:
        by = "" if judgement.objectives is None else "; no objective looser than demanded"
        asked = f"asked for {run.asked or 'what it does not say'}"
        yield "evidence", "held", Effect.HOLDS, f"{seal}; {target}; {asked}{by}; {finished}"
    if len(judgement.runs) > 1:
        yield "runs", "", "", f"the worst of {len(judgement.runs)}: {_list(judgement.runs)}"


def _requirement(met: Met) -> Cells:
    what = f"required: {met.requirement.name}"
    if met.missing:
        return what, "missing", Effect.BLOCKS, f"not executed, or not decided: {_list(met.missing)}"
    many = f"{met.executed} experiment{'s' * (met.executed != 1)}"
    return what, "executed", Effect.HOLDS, f"{many}; none of {_list(met.beside)}" if met.beside else many


def _experiment(group: Group) -> Iterator[Cells]:
    if group.skipped is not None:
        yield group.name, "skipped", "", group.skipped
    if not group.times:
        return
    held = sum(row.ruling is Ruling.HELD for row in group.rows)
    words = [f"{held} of {len(group.rows)} promises"]
    words += [f"{group.times} times"] if group.times > 1 else []
    words += [group.figures] if group.figures else []
    yield group.name, str(group.ruling), _effect(group), "; ".join(words)
    for ruling in _GRAVITY:
        yield from (_promise(row) for row in group.rows if row.ruling is ruling)


def _promise(row: Row) -> Cells:
    often = f"held {row.held} of {row.times}; " if row.times > 1 else ""
    waiver = f"; {row.waiver}" if row.waiver else ""
    return f"  {row.promise}", str(row.ruling), row.effect, f"{often}{row.because}{waiver}"


def _effect(group: Group) -> str:
    """The gravest that one of its promises has."""
    effects = {row.effect for row in group.rows}
    return next(each for each in (Effect.BLOCKS, Effect.WARNS, Effect.WAIVED, Effect.HOLDS) if each in effects)


def _last(judgement: Judgement) -> str:
    return f"{str(judgement.ruling).upper()}: exit code {judgement.exit_code}"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _clean(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", redact(text))
