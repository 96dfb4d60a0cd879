"""The two large panels: how much was acknowledged, and how long it took."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

from drill.history import Action
from drill.reporting.timeline.palette import COLOURS, FAINT, LEFT, MUTED, POINTS_PER_PIXEL

if TYPE_CHECKING:
    from drill.reporting.timeline.bins import Bins


def throughput(axes: Any, bins: Bins) -> None:
    """Draw acknowledged writes, with the area below, and reads per second."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    for action in (Action.READ, Action.WRITE):
        values, edges = _stairs(bins, bins.rates, action, "per_s")
        colour = COLOURS[action]
        if action is Action.WRITE:
            axes.stairs(values, edges, fill=True, color=colour, alpha=0.1, lw=0, gid="area-writes")
        axes.stairs(values, edges, baseline=None, color=colour, lw=1.4, gid=f"throughput-{action}s")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.grid(axis="y", color=FAINT, lw=0.8)
    _caption(axes, "acknowledged per s")


def latency(axes: Any, bins: Bins) -> None:
    """Draw medians as lines, shaded up to the 99th percentile; nothing where nothing was acknowledged."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set_yscale("log")
    for action in (Action.READ, Action.WRITE):
        low, edges = _stairs(bins, bins.latencies, action, "p50_ms")
        high, _ = _stairs(bins, bins.latencies, action, "p99_ms")
        colour = COLOURS[action]
        axes.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=0.2, lw=0, gid=f"p99-{action}s")
        axes.stairs(low, edges, baseline=None, color=colour, lw=1.4, gid=f"p50-{action}s")
    bottom, top = axes.get_ylim()
    steps = (1, 3) if math.log10(top / bottom) < 2 else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=5))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)
    axes.grid(axis="y", color=FAINT, lw=0.8)
    _caption(axes, "latency, ms")


def _stairs(bins: Bins, table: pl.DataFrame, action: Action, column: str) -> tuple[Any, Any]:
    """Spread a column over all slices, NaN where it has no row, as matplotlib's stairs want it."""
    import numpy as np

    values = np.full(bins.last - bins.first + 1, np.nan)
    rows = table.filter(pl.col("action") == str(action))
    values[rows["bin"].to_numpy() - bins.first] = rows[column].to_numpy()
    return values, np.arange(bins.first, bins.last + 2) * bins.step_s


def _caption(axes: Any, words: str) -> None:
    """Name the panel above its scale, where no line of data runs."""
    axes.annotate(
        words,
        (0, 1),
        ((16 - LEFT) * POINTS_PER_PIXEL, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        color=MUTED,
    )
