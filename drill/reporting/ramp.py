"""ramp.svg: how latency grows with load, and where it leaves its objective.

    latency at each rate that was tried: median, 95th and 99th percentile, in ms on a log scale
    the objective as a line; the highest rate that meets it is marked

A latency without end (too many were not answered) is drawn at the top of the panel.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from drill.checks.load import ramp
from drill.errors import Undecided
from drill.reporting.files import write_atomically
from drill.reporting.secrets import redact
from drill.reporting.timeline import palette as p

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from drill.history import History

HEIGHT = 360
LINES = {"p50_ms": "median", "p95_ms": "95 %", "p99_ms": "99 %"}
INKS = {"p50_ms": p.MUTED, "p95_ms": p.COLOURS["write"], "p99_ms": p.COLOURS["read"]}


def draw(history: History, path: Path, title: str, *, limit_ms: float) -> bool:
    """Write an SVG, the same bytes for the same history; False, and no file, where there was no ramp."""
    try:
        steps = ramp(history)
    except Undecided:
        return False
    if steps.height < 2:
        return False
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(p.STYLE):
        inch = p.PIXELS_PER_INCH
        figure = Figure(figsize=(p.WIDTH / inch, HEIGHT / inch), dpi=inch, facecolor="white")
        axes = figure.add_axes((p.LEFT / p.WIDTH, 0.2, 1 - (p.LEFT + p.RIGHT) / p.WIDTH, 0.58))
        _panel(axes, steps, limit_ms)
        figure.text(16 / p.WIDTH, 0.955, redact(title), size=13, weight="bold", color=p.INK, va="top")
        figure.text(16 / p.WIDTH, 0.885, _subtitle(steps, limit_ms), size=9, color=p.MUTED, va="top")
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": redact(title)})
    write_atomically(path, svg.getvalue())
    return True


def _panel(axes: Any, steps: pl.DataFrame, limit_ms: float) -> None:
    from matplotlib.ticker import NullFormatter, StrMethodFormatter

    rates = steps["rate_per_s"].to_list()
    finite = [each for name in LINES for each in steps[name] if math.isfinite(each)]
    top = 2 * max([*finite, limit_ms])
    for name, label in LINES.items():
        values = [each if math.isfinite(each) else top for each in steps[name]]
        axes.plot(rates, values, color=INKS[name], lw=1.6, marker="o", ms=4, label=label, gid=f"ramp-{name}")
    axes.axhline(limit_ms, color=p.BAND_INK, lw=1, ls="--", gid="objective")
    axes.annotate(
        f"objective {limit_ms:g} ms", (rates[0], limit_ms), (0, 4), textcoords="offset points", color=p.BAND_INK
    )
    axes.set_yscale("log")
    axes.set_ylim(top=top)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", color=p.FAINT, lw=0.8)
    axes.tick_params(length=0, which="both", labelcolor=p.MUTED)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(p.FAINT)
    axes.set_xlabel("requests per second, as they were due", color=p.MUTED)
    axes.set_ylabel("latency, ms", color=p.MUTED)
    axes.legend(loc="upper left", frameon=False, ncols=len(LINES), labelcolor=p.MUTED, bbox_to_anchor=(0, 1.14))


def _subtitle(steps: pl.DataFrame, limit_ms: float) -> str:
    """The highest rate up to which every step met the objective."""
    met = 0.0
    for rate, p95_ms in steps.select("rate_per_s", "p95_ms").iter_rows():
        if p95_ms > limit_ms:
            break
        met = rate
    if not met:
        return f"p95 was beyond {limit_ms:g} ms at the lowest rate already"
    return f"95 % answered within {limit_ms:g} ms up to {met:,.0f} requests per second"
