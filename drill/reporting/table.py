"""The run on a terminal: a row an experiment, then what was found, in order of gravity (findings.py).

What is about recovery has a column a phase; what is about an application at work, its latency before, under and
after the fault. Where the row does not fit, a block a fault says the same; nothing is ever cut off.
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
from drill.reporting.findings import STYLES, Findings
from drill.reporting.records import PHASES, ExperimentRecord, RunRecord
from drill.reporting.secrets import redact
from drill.verdict import Figure, Ruling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Say = Callable[[str], str]

LEAST_OF_FAULT = 16
"""Columns that the name of a fault has at least."""
NOT_APPLICABLE, NEVER = "\N{EN DASH}", "never"

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
    boundless = console.options.update(width=10_000)
    recoveries = [each for each in run.experiments if each.glance is None]
    under_load = [each for each in run.experiments if each.glance is not None]
    for records, columns in ((recoveries, _recovery), (under_load, _load)):
        if not records:
            continue
        table = _table(records, columns, say, plain=plain)
        # Only the name of the fault is ever folded. What rich calls the least width would cut figures at their spaces.
        spare = width - console.measure(table, options=boundless).maximum
        if spare >= 0:
            table.columns[0].max_width = LEAST_OF_FAULT + spare
            console.print(table)
        else:
            for line, indent in _blocks(records, columns, say):
                console.print(Padding(line, (0, 0, 0, indent)))
    for line, indent in Findings(run=run, say=say, folder=evidence).lines():
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


def _recovery(record: ExperimentRecord) -> dict[str, str]:
    """The cells of an experiment about recovery, by the heads of their columns."""
    cells = {"\n".join((*name.split("_"), "(s)")): phase(record, name) for name in PHASES}
    return cells | {"acknowledged": _count(record, "acknowledged_writes"), "lost": _count(record, "lost_writes")}


def _load(record: ExperimentRecord) -> dict[str, str]:
    """The cells of an experiment under load; of an inspection without any, only its promises."""
    glance = record.glance or {}
    held = sum(each.ruling is Ruling.HELD for each in record.promises)
    cells = {"requests": _number(glance.get("requests"), "{:,.0f}")}
    for name in ("before", "during", "after"):
        cells[f"p95\n{name}\n(ms)"] = _number(glance.get(f"p95_{name}_ms"), "{:,.1f}")
    cells["served\nduring\n(%)"] = _number(glance.get("served_during_pct"), "{:.1f}")
    return cells | {"promises\nheld": f"{held} of {len(record.promises)}"}


def _number(value: Figure, form: str) -> str:
    return NOT_APPLICABLE if value is None else form.format(value)


def _table(
    records: Sequence[ExperimentRecord], columns: Callable[[ExperimentRecord], dict[str, str]], say: Say, *, plain: bool
) -> Table:
    frame = box.ASCII_DOUBLE_HEAD if plain else box.SIMPLE_HEAD
    table = Table(box=frame, show_edge=False, padding=(0, 0))
    table.add_column("fault", overflow="fold", min_width=LEAST_OF_FAULT, max_width=LEAST_OF_FAULT)
    for name in columns(records[0]):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("ruling", no_wrap=True)
    for record in records:
        cells = (record.title, *columns(record).values())
        table.add_row(*(Text(say(each)) for each in cells), _ruling(record))
    return table


def _blocks(
    records: Sequence[ExperimentRecord], columns: Callable[[ExperimentRecord], dict[str, str]], say: Say
) -> Iterator[tuple[Text, int]]:
    """Yield what the table says line by line, each with its indentation."""
    for record in records:
        yield Text.assemble(say(record.title), ": ", _ruling(record)), 0
        if record.skipped is None:
            cells = ", ".join(f"{' '.join(name.split())} {cell}" for name, cell in columns(record).items())
            yield Text(say(cells)), 4


def _count(record: ExperimentRecord, name: str) -> str:
    count = record.measured(name)
    return NOT_APPLICABLE if count is None else f"{count:,.0f}"


def _ruling(record: ExperimentRecord) -> Text:
    if record.skipped is not None:
        return Text("skipped", style="dim")
    return Text(str(record.ruling).upper(), style=STYLES[record.ruling])
