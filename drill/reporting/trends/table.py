"""Trends on a terminal: a table for each target, then what is out of line, and what that means."""

from __future__ import annotations

import statistics
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from drill.reporting.secrets import redact
from drill.reporting.trends.figures import bare, unit
from drill.reporting.trends.outlying import ENOUGH, Basis, Finding, Standing
from drill.reporting.trends.significance import ALPHA, GROSS
from drill.reporting.trends.sparkline import sparkline
from drill.reporting.trends.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from drill.reporting.trends.series import Point

_STYLES = {
    Standing.IN_LINE: "green",
    Standing.OUT_OF_LINE: "bold red",
    Standing.TOO_FEW: "dim",
    Standing.NOT_MEASURED: "yellow",
}
METHOD = (
    'Out of line is a loss or a "never" where there was none before; else, from '
    f"{ENOUGH} earlier runs on, what is worse than all of them by more than the measurement's resolution, and "
    f"significant ({ALPHA:.0%}, one-sided, for all series together by Holm): by its rank where there are runs enough, "
    f"else by Student's t, and by a modified z-score (Iglewicz and Hoaglin, on median and MAD) above {GROSS}."
)


def show(found: Sequence[Finding], console: Console) -> None:
    """Print all findings: a row a series, or a block where rows do not fit; nothing is ever cut off.

    What comes from summaries is never taken for markup, nor for a terminal's commands.
    """
    boundless = console.options.update(width=10_000)
    for (target, kind, what), group in groupby(found, key=lambda each: each.series.subject[:3]):
        rows = list(group)
        title = _say(f"{target}: {what or kind}, {_runs(rows)}")
        table = _table(rows, ascii_only=console.options.ascii_only)
        console.print(title)
        if console.measure(table, options=boundless).minimum <= console.width:
            console.print(table)
        else:
            for line, indent in _blocks(rows, ascii_only=console.options.ascii_only):
                console.print(Padding(line, (0, 0, 0, indent)))
    for text in _findings(found):
        console.print(text)
    console.print(Text(METHOD, style="dim"))


def _table(found: list[Finding], *, ascii_only: bool) -> Table:
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.SIMPLE_HEAD, show_edge=False, padding=(0, 0))
    table.add_column("experiment", overflow="fold", min_width=16)
    rows = [_cells(each, ascii_only=ascii_only) for each in found]
    for head, cell in rows[0].items():
        widest = max(cell_len(str(text)) for text in (head, *(row[head] for row in rows)))
        table.add_column(head, justify="left" if isinstance(cell, Text) else "right", no_wrap=True, min_width=widest)
    experiment = ""
    for each, row in zip(found, rows, strict=True):
        subject = each.series.subject
        again = experiment == (experiment := f"{subject.scenario}: {subject.fault}")
        table.add_row("" if again else _say(experiment), *row.values())
    return table


def _blocks(found: list[Finding], *, ascii_only: bool) -> Iterator[tuple[Text, int]]:
    for each in found:
        cells = _cells(each, ascii_only=ascii_only)
        measured, newest_is = cells.pop("measured"), cells.pop("newest is")
        subject = each.series.subject
        yield Text.assemble(_say(f"{subject.scenario}: {subject.fault}: "), measured, ": ", newest_is), 0
        yield Text(", ".join(f"{' '.join(name.split())} {cell}" for name, cell in cells.items())), 4


def _cells(finding: Finding, *, ascii_only: bool) -> dict[str, str | Text]:
    """What stands in the columns, by their heads."""
    series, name = finding.series, finding.series.quantity.name
    lies, newest = spread(series.quantity, series.values), _middle(series.newest)
    figures = (lies.best, lies.median, lies.p90, lies.worst) if lies else ()
    measured = f"{series.quantity.words} ({unit(name)})" if unit(name) else series.quantity.words
    return {
        "measured": Text(measured),
        "runs": str(sum(bool(point.readings) for point in series.points)),
        **{head: bare(name, value) for head, value in zip(("best", "median", "p90", "worst"), figures, strict=False)},
        "newest": "" if newest is None else bare(name, newest),
        "run by run": Text(sparkline([_middle(point) for point in series.points], ascii_only=ascii_only)),
        "newest is": Text(str(finding.standing), style=_STYLES[finding.standing]),
    }


def _findings(found: Sequence[Finding]) -> Iterator[Text]:
    """Yield a line for whatever is not as it should be, what is out of line first."""
    for standing in (Standing.OUT_OF_LINE, Standing.NOT_MEASURED):
        for each in found:
            if each.standing is standing:
                by = "" if each.basis in {Basis.NOTHING, Basis.NEVER_BEFORE} else f" ({each.basis})"
                series = each.series
                said = f" {series.subject.fault}: {series.quantity.words}: {each.because}{by}, in {series.newest.run}"
                yield Text.assemble((str(standing).upper(), _STYLES[standing]), _say(said))


def _runs(found: list[Finding]) -> str:
    moments = [point.started for each in found for point in each.series.points]
    number = len({(point.run, point.started) for each in found for point in each.series.points})
    return f"{number} run{'s' * (number > 1)}, {min(moments):%Y-%m-%d} to {max(moments):%Y-%m-%d}"


def _middle(point: Point) -> float | None:
    """The median of a run's repetitions; None where nothing was measured."""
    return statistics.median(point.values) if point.readings else None


def _say(text: str) -> Text:
    return Text("".join(each if each.isprintable() else "?" for each in redact(text)))
