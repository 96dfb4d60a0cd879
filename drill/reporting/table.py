"""The run on a terminal: a row a fault, then every promise broken or not judged, and why.

Where the row does not fit, a block a fault says the same; nothing is ever cut off.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from drill.reporting.figures import seconds
from drill.reporting.records import PHASES, ExperimentRecord, RunRecord
from drill.reporting.secrets import redact
from drill.verdict import Ruling, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Say = Callable[[str], str]

EVIDENCE_LINES = 5
NOT_APPLICABLE, NEVER = "\N{EN DASH}", "never"

_STYLES = {Ruling.HELD: "green", Ruling.UNDECIDED: "yellow", Ruling.BROKEN: "bold red"}
_FIGURES = {
    "first_write": "recovery_time_s",
    "recovered": "recovery_time_s",
    "steady": "recovery_time_s",
    "redundant": "redundant_s",
}
"""A phase never came if a promise about this figure is broken and has none."""

_ASCII = str.maketrans(
    {
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MIDDLE DOT}": "-",
        "\N{PLUS-MINUS SIGN}": "+/-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{RIGHTWARDS ARROW}": "->",
    }
)


def render(run: RunRecord, *, width: int = 120, plain: bool = False, evidence: Path | None = None) -> str:
    """Lay out for a terminal of this width; `plain` for what is none: ASCII only, and no colours.

    `evidence` is the folder that the last line names.
    """
    say = _plainly if plain else redact
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=not plain,
        color_system=None if plain else "standard",
        highlight=False,
        _environ={},  # the same for the same arguments: COLUMNS, NO_COLOR and CI are the caller's to read
    )
    table = _table(run, say, plain=plain)
    boundless = console.options.update(width=10_000)
    if console.measure(table, options=boundless).minimum <= width:
        console.print(table)
    else:
        for line, indent in _blocks(run, say):
            console.print(Padding(line, (0, 0, 0, indent)))
    for line, indent in _findings(run, say):
        console.print(Padding(line, (0, 0, 0, indent)))
    if evidence is not None:
        console.print(Text(say(f"evidence: {evidence}")), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def phase(record: ExperimentRecord, name: str) -> str:
    """Spell one phase: its seconds, with the resolution for `recovered`; never; or not applicable."""
    value = record.phases.get(name)
    if value is None:
        return NEVER if name in _FIGURES and _never_came(record, _FIGURES[name]) else NOT_APPLICABLE
    resolution_ms = record.measured("resolution_ms")
    if name == "recovered" and resolution_ms is not None:
        return f"{value:.3f} ±{resolution_ms / 1000:.3f}"
    return seconds(value)


def _never_came(record: ExperimentRecord, figure: str) -> bool:
    return any(
        promise.ruling is Ruling.BROKEN and figure in promise.measured and promise.measured[figure] is None
        for promise in record.promises
    )


def _plainly(text: str) -> str:
    return redact(text).translate(_ASCII).encode("ascii", "backslashreplace").decode()


def _table(run: RunRecord, say: Say, *, plain: bool) -> Table:
    frame = box.ASCII_DOUBLE_HEAD if plain else box.SIMPLE_HEAD
    table = Table(box=frame, show_edge=False, padding=(0, 0))
    table.add_column("fault", overflow="fold", min_width=16)
    for name in PHASES:
        table.add_column("\n".join((*name.split("_"), "(s)")), justify="right", no_wrap=True)
    for name in ("acknowledged", "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("ruling", no_wrap=True)
    for record in run.experiments:
        phases = (phase(record, name) for name in PHASES)
        cells = (record.fault, *phases, _count(record, "acknowledged_writes"), _count(record, "lost_writes"))
        table.add_row(*(Text(say(each)) for each in cells), _ruling(record))
    return table


def _blocks(run: RunRecord, say: Say) -> Iterator[tuple[Text, int]]:
    """Yield what the table says line by line, each with its indentation."""
    for record in run.experiments:
        yield Text.assemble(say(record.fault), ": ", _ruling(record)), 0
        if record.skipped is None:
            phases = ", ".join(f"{name.replace('_', ' ')} {phase(record, name)}" for name in PHASES)
            yield Text(say(f"seconds: {phases}")), 4
            acknowledged, lost = _count(record, "acknowledged_writes"), _count(record, "lost_writes")
            yield Text(say(f"writes: acknowledged {acknowledged}, lost {lost}")), 4


def _count(record: ExperimentRecord, name: str) -> str:
    count = record.measured(name)
    return NOT_APPLICABLE if count is None else f"{count:,.0f}"


def _ruling(record: ExperimentRecord) -> Text:
    if record.skipped is not None:
        return Text("skipped", style="dim")
    return Text(str(record.ruling).upper(), style=_STYLES[record.ruling])


def _findings(run: RunRecord, say: Say) -> Iterator[tuple[Text, int]]:
    """Yield broken promises, then undecided ones, then what was skipped; each line with its indentation."""
    for ruling in (Ruling.BROKEN, Ruling.UNDECIDED):
        for record in run.executed:
            if ruling is Ruling.UNDECIDED and not record.promises:
                yield _finding(ruling, say(f"{record.fault}: nothing was judged")), 0
            for promise in record.promises:
                if promise.ruling is ruling:
                    yield _finding(ruling, say(f"{record.fault}: {promise.name}: {promise.because}")), 0
                    yield from ((Text(say(line)), 4) for line in _evidence(promise))
    for record in run.experiments:
        if record.skipped is not None:
            yield Text(say(f"skipped {record.fault}: {record.skipped}"), style="dim"), 0


def _finding(ruling: Ruling, words: str) -> Text:
    return Text.assemble((str(ruling).upper(), _STYLES[ruling]), " ", words)


def _evidence(promise: Verdict) -> Iterator[str]:
    yield from promise.evidence[:EVIDENCE_LINES]
    more = len(promise.evidence) - EVIDENCE_LINES
    if more > 0:
        yield f"and {more} more in summary.json"
