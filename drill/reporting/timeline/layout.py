"""The page: panels over one time axis, the fault's band and the marks across all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drill.reporting.timeline import palette as p
from drill.reporting.timeline.marks import Mark, stack
from drill.reporting.timeline.series import latency, throughput
from drill.reporting.timeline.strip import rows_of, strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drill.reporting.timeline.bins import Bins


def page(bins: Bins, marks: Sequence[Mark], *, title: str, subtitle: str) -> Any:
    """Lay out and fill a matplotlib Figure; its height grows with the rows of labels and causes."""
    from matplotlib.figure import Figure

    rows = rows_of(bins)
    width = p.WIDTH - p.LEFT - (p.RIGHT_WITH_CAUSES if rows else p.RIGHT)
    end_s = _room_for_labels(bins, marks, width)
    starts = [(mark.at_s - bins.start_s) * width / (end_s - bins.start_s) for mark in marks]
    lanes = stack(starts, [len(mark.label) * p.LABEL_CHARACTER + 12 for mark in marks])
    labels_end = p.HEADER + (max(lanes, default=-1) + 1) * p.LABEL_ROW
    tall = {"throughput": p.THROUGHPUT, "strip": len(rows) * p.CAUSE_ROW, "latency": p.LATENCY}
    tall = {name: pixels for name, pixels in tall.items() if pixels}
    height = labels_end + p.CAPTION + sum(tall.values()) + p.GAP * (len(tall) - 1) + p.FOOTER

    inch = p.PIXELS_PER_INCH
    figure = Figure(figsize=(p.WIDTH / inch, height / inch), dpi=inch, facecolor="white")
    panels = {}
    top = labels_end + p.CAPTION
    for name, pixels in tall.items():
        place = (p.LEFT / p.WIDTH, 1 - (top + pixels) / height, width / p.WIDTH, pixels / height)
        panels[name] = _panel(figure, place, (bins.start_s, end_s))
        top += pixels + p.GAP

    throughput(panels["throughput"], bins)
    if rows:
        strip(panels["strip"], bins, rows)
    latency(panels["latency"], bins)
    axis = panels["latency"]
    axis.tick_params(labelbottom=True)
    axis.set_xlabel(f"seconds after {'injection' if bins.injected else 'the first operation'}", color=p.MUTED)

    bottom = p.FOOTER / height
    _band(figure, axis, bins, (bottom, 1 - (labels_end + p.CAPTION) / height))
    for mark, lane in zip(marks, lanes, strict=True):
        _mark(figure, axis, mark, (bottom, 1 - (labels_end - (lane + 0.5) * p.LABEL_ROW) / height))
    for words, down, size, weight, colour in (
        (title, 16, 13, "bold", p.INK),
        (subtitle, 39, 9, "normal", p.MUTED),
    ):
        figure.text(16 / p.WIDTH, 1 - down / height, words, size=size, weight=weight, color=colour, va="top")
    _legend(figure, bins)
    return figure


def _panel(figure: Any, place: tuple[float, float, float, float], limits: tuple[float, float]) -> Any:
    axes = figure.add_axes(place)
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    axes.set_xlim(limits)
    axes.tick_params(length=0, labelcolor=p.MUTED, labelbottom=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(p.FAINT)
    return axes


def _room_for_labels(bins: Bins, marks: Sequence[Mark], width: float) -> float:
    """Find the axis' end that leaves every label inside the page, texts that run into the margin included."""
    room = p.WIDTH - p.LEFT - 8
    ends = [
        bins.start_s + (mark.at_s - bins.start_s) * width / (room - len(mark.label) * p.LABEL_CHARACTER - 12)
        for mark in marks
    ]
    return max([bins.end_s, *ends])


def _band(figure: Any, axes: Any, bins: Bins, between: tuple[float, float]) -> None:
    """Shade from inject to heal, or to the end if nothing healed, behind all panels."""
    from matplotlib.patches import Rectangle
    from matplotlib.transforms import blended_transform_factory

    if not bins.injected:
        return
    bottom, top = between
    until = bins.end_s if bins.healed_s is None else bins.healed_s
    over = blended_transform_factory(axes.transData, figure.transFigure)
    figure.add_artist(
        Rectangle((0, bottom), until, top - bottom, transform=over, color=p.BAND, lw=0, zorder=-2, gid="fault-band")
    )


def _mark(figure: Any, axes: Any, mark: Mark, between: tuple[float, float]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.transforms import blended_transform_factory, offset_copy

    over = blended_transform_factory(axes.transData, figure.transFigure)
    colour = p.BAND_INK if mark.fault else p.INK
    gid = f"fault-{mark.name}" if mark.fault else f"phase-{mark.name}"
    figure.add_artist(
        Line2D([mark.at_s] * 2, between, transform=over, color=colour, lw=0.7, alpha=0.4, zorder=-1, gid=gid)
    )
    figure.text(
        mark.at_s,
        between[1],
        mark.label,
        transform=offset_copy(over, figure, x=3, units="points"),
        color=colour,
        va="center",
        weight="bold" if mark.name == "recovered" else "normal",
        gid=f"{gid}-label",
    )


def _legend(figure: Any, bins: Bins) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], color=p.COLOURS["write"], lw=2, label="writes"),
        Line2D([], [], color=p.COLOURS["read"], lw=2, label="reads"),
        Patch(color=p.MUTED, alpha=0.25, label="median to p99"),
    ]
    if bins.errors.height:
        handles += [
            Patch(color=p.COLOURS["failed"], label="failed: cannot have been done"),
            Patch(color=p.COLOURS["unknown"], label="unknown: may have been done"),
        ]
    if bins.injected:
        handles.append(Patch(color=p.BAND, label="fault, until healed"))
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(p.LEFT / p.WIDTH, 0),
        ncols=len(handles),
        frameon=False,
        borderaxespad=0.6,
        handlelength=1.4,
        columnspacing=1.8,
        labelcolor=p.MUTED,
        fontsize=8.5,
    )
