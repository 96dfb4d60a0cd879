"""The strip between the panels: what failed, why, and whether it may have been done all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from drill.history import Outcome
from drill.reporting.figures import span
from drill.reporting.timeline.palette import COLOURS, FAINT, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drill.reporting.timeline.bins import Bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the strip: a cause, or the stalls, with a bar a slice for each outcome."""

    name: str
    note: str
    bars: tuple[tuple[str, list[int], list[float]], ...]


def rows_of(bins: Bins) -> list[Row]:
    """List a row for each cause, the most frequent first, and one for the stalls if there were any."""
    rows = []
    counts = bins.errors.group_by("cause").agg(pl.col("count").sum()).sort("count", "cause", descending=[True, False])
    for cause, count in counts.iter_rows():
        of_cause = bins.errors.filter(pl.col("cause") == cause)
        bars = tuple(
            (str(outcome), *_columns(of_cause.filter(pl.col("outcome") == str(outcome)), "count"))
            for outcome in (Outcome.FAILED, Outcome.UNKNOWN)
        )
        rows.append(Row(name=cause, note=f"{cause}  {count:,}", bars=bars))
    if bins.stalls.height:
        note = f"probes stalled  {span(float(bins.stalls['stalled_s'].sum()))}"
        rows.append(Row(name="stalls", note=note, bars=(("stall", *_columns(bins.stalls, "stalled_s")),)))
    return rows


def _columns(table: pl.DataFrame, figure: str) -> tuple[list[int], list[float]]:
    return table["bin"].to_list(), table[figure].cast(pl.Float64).to_list()


def strip(axes: Any, bins: Bins, rows: Sequence[Row]) -> None:
    """Draw small bars, a row a cause; they grow with the square root, so that a single call is still seen."""
    from matplotlib.collections import PolyCollection

    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    highest = max(
        (count for row in rows if row.name != "stalls" for _, _, counts in row.bars for count in counts),
        default=1,
    )
    for line, row in enumerate(rows):
        axes.axhline(line + 0.92, color=FAINT, lw=0.8, zorder=0)
        for outcome, slots, figures in row.bars:
            most = max(figures, default=1) if row.name == "stalls" else highest
            boxes = []
            for slot, figure in zip(slots, figures, strict=True):
                left, right, foot = slot * bins.step_s, (slot + 1) * bins.step_s, line + 0.92
                head = foot - 0.15 - 0.65 * (figure / most) ** 0.5
                boxes.append([(left, foot), (left, head), (right, head), (right, foot)])
            if boxes:
                name = row.name.replace(" ", "-")
                gid = "stalls" if row.name == "stalls" else f"errors-{name}-{outcome}"
                axes.add_collection(PolyCollection(boxes, facecolor=COLOURS[outcome], lw=0, alpha=0.9, gid=gid))
        axes.annotate(
            row.note,
            (1, line + 0.55),
            (8, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            size=8,
            color=MUTED,
            annotation_clip=False,
        )
