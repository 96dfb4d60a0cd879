"""A scene, laid out for a terminal: a pure function, so that it is tested without one."""

from __future__ import annotations

from collections.abc import Iterator

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from drill.reporting.live.chart import chart, marked
from drill.reporting.live.scene import Clock, Rate, Scene
from drill.reporting.live.trace import COLUMNS
from drill.reporting.records import PHASES
from drill.reporting.secrets import redact

FRAME = 4
"""Columns that the panel takes for its edges and their padding."""
BESIDE = 30
"""Columns beside the chart: the name of what is drawn, and its figure."""
WIDEST = COLUMNS + BESIDE + FRAME
LEAST = 10
"""Columns of the narrowest chart; on a terminal that has no room for it, lines are folded."""


def render(scene: Scene, *, width: int) -> RenderableType:
    """Lay out on so many columns."""
    width = min(width, WIDEST)
    room = max(LEAST, width - BESIDE - FRAME)
    place = scene.place
    which = f"{place.number} of {place.total}" if place.number <= place.total else f"no. {place.number}"
    title = Text.assemble((redact(scene.fault), "bold"), f" ({place.scenario}, {which})")
    return Panel(
        Group(*_lines(scene, room)),
        title=title,
        title_align="left",
        subtitle=Text(_where(scene)),
        subtitle_align="right",
        width=width,
    )


def _where(scene: Scene) -> str:
    since = scene.since_injection_s
    injected = "" if since is None else f", injected {since:.1f} s ago"
    return f"{scene.stage}, after {scene.elapsed_s:.0f} s{injected}"


def _lines(scene: Scene, room: int) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(min_width=12, no_wrap=True)
    grid.add_column(width=room, no_wrap=True)
    grid.add_column(justify="left")
    for rate in scene.rates:
        _add_chart(grid, rate, room)
    if scene.rates and scene.marks:
        grid.add_row("", Text(marked(scene.marks, len(scene.rates[0].columns), width=room), style="yellow"), "")
    for clock in scene.clocks:
        _add_clock(grid, clock, room)
    yield grid
    if scene.p95_ms is not None:
        yield _latency(scene.p95_ms, scene.place.limits.p95_ms)
    if scene.phases is not None:
        yield _phases(scene)
    yield Text(
        redact(scene.failing) or ("nothing fails" if scene.rates else "waiting for the first figures"),
        style=_failing(scene),
    )


def _add_chart(grid: Table, rate: Rate, room: int) -> None:
    above, below = chart(rate.columns, width=room)
    grid.add_row("", Text(above, style="cyan"), "")
    grid.add_row(f"{rate.name}/s", Text(below, style="cyan"), Text(f"{rate.per_s:,.0f}", style="bold"))


def _add_clock(grid: Table, clock: Clock, room: int) -> None:
    style = "red" if clock.exceeded else "green" if clock.reached else "yellow"
    bar = ProgressBar(
        total=clock.limit_s,
        completed=min(clock.elapsed_s, clock.limit_s),
        width=room,
        complete_style=style,
        finished_style=style,
    )
    grid.add_row(clock.name, bar, Text(f"{clock.elapsed_s:.1f} s of {clock.limit_s:g} s", style=style))


def _latency(p95_ms: float, limit_ms: float) -> Text:
    exceeded = p95_ms > limit_ms
    return Text.assemble("p95 ", (f"{p95_ms:,.1f} ms", "red" if exceeded else "green"), f" of {limit_ms:g} ms")


def _phases(scene: Scene) -> Columns:
    """Every phase of recovery, ticked off with its seconds as it is reached."""
    reached = scene.phases or {}
    return Columns([_phase(name.replace("_", " "), reached.get(name)) for name in PHASES], padding=(0, 2))


def _phase(word: str, reached_s: float | None) -> Text:
    return Text(f"· {word}", style="dim") if reached_s is None else Text(f"✓ {word} {reached_s:.1f} s", style="green")


def _failing(scene: Scene) -> str:
    return "bold red" if scene.failing else "dim"
