"""One experiment over the last runs: a panel a figure, a mark a run; what never came is marked at the top."""

from __future__ import annotations

import math
from collections.abc import Sequence

from drill.reporting.page.charts import colours
from drill.reporting.page.charts.chart import TICK_SIZE, Chart, Trace, caption
from drill.reporting.page.runs import HEADLINES, Point
from drill.reporting.page.spelling import amount, words
from drill.reporting.trends.figures import NEVER
from drill.verdict import Figure

PANEL, GAP, AXIS = 110, 34, 64
"""Heights in pixels."""

MOST_PANELS = 3
ABOVE = 1.25
"""Where never is, in heights of the greatest figure."""

UNITS = {"_per_s": "1/s", "_s": "s", "_ms": "ms", "_pct": "%"}
"""Behind the heading of a panel; the first that fits."""


def trend_chart(points: Sequence[Point], *, name: str, title: str) -> Chart | None:
    """Draw the runs from the oldest to this one; None where there is but one, or nothing was measured twice."""
    shown = [figure for figure in HEADLINES if sum(each.figures.get(figure) is not None for each in points) > 1]
    shown = shown[:MOST_PANELS]
    if not shown:
        return None
    plotted = PANEL * len(shown) + GAP * (len(shown) - 1)
    axes, data, captions = {}, [], []
    for number, figure in enumerate(shown, 1):
        axis = "y" if number == 1 else f"y{number}"
        top = 1 - (number - 1) * (PANEL + GAP) / plotted
        axes[f"yaxis{axis[1:]}"] = {
            "domain": [max(0.0, top - PANEL / plotted), top],
            "type": "linear",
            "rangemode": "tozero",
            "fixedrange": True,
            "zeroline": False,
            "nticks": 4,
            "showticklabels": any(math.isfinite(value) for value in _values(points, figure)),
            "tickfont": {"size": TICK_SIZE},
        }
        captions.append(caption(_heading(figure), axis))
        data += [_line(points, figure, axis), *_never(points, figure, axis)]
    return Chart(
        name=name,
        title=title,
        summary=in_words(points, shown),
        data=data,
        layout={
            "xaxis": {
                "type": "category",
                "anchor": "y" if len(shown) == 1 else f"y{len(shown)}",
                "fixedrange": True,
                "showgrid": False,
                "tickfont": {"size": TICK_SIZE},
                "nticks": 6,
                "tickangle": 0,
            },
            **axes,
            "annotations": captions,
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
            "margin": {"l": 60, "r": 24, "t": 24, "b": AXIS},
        },
        height=24 + plotted + AXIS,
        along="run",
    )


def in_words(points: Sequence[Point], shown: Sequence[str]) -> str:
    """How many runs, what they found, and for each figure from what to what it ranged, and what it is now."""
    broken = sum(each.ruling == "broken" for each in points)
    said = [f"{len(points)} runs of this target, this one included; broken in {broken} of them."]
    for figure in shown:
        values = _values(points, figure)
        least, most = (_amount(figure, value) for value in (min(values), max(values)))
        never = f", {NEVER} in {values.count(math.inf)} of them" if math.inf in values else ""
        said.append(f"{_told(points[-1], figure)} in this run, from {least} to {most} over {len(values)} runs{never}.")
    return " ".join(said)


def _values(points: Sequence[Point], figure: str) -> list[float]:
    return [value for each in points if (value := each.figures.get(figure)) is not None]


def _amount(figure: str, value: Figure) -> str:
    return NEVER if value == math.inf else amount(figure, value)


def _told(point: Point, figure: str) -> str:
    """The figure of a run with its name: "recovery time 2.58 s", "recovery time never"."""
    return f"{words(figure)} {_amount(figure, point.figures.get(figure))}"


def _heading(figure: str) -> str:
    """The figure, and behind it its unit."""
    unit = next((unit for suffix, unit in UNITS.items() if figure.endswith(suffix)), "")
    return f"{words(figure)}{unit and f', {unit}'}"


def _line(points: Sequence[Point], figure: str, axis: str) -> Trace:
    """A mark a run; where it never came the word stands in the chart's table, and on a linear axis is a gap."""
    return _marks(points, figure, axis) | {
        "mode": "lines+markers",
        "name": _heading(figure),
        "meta": _heading(figure),
        "y": [NEVER if value == math.inf else value for value in (each.figures.get(figure) for each in points)],
        "line": {"color": colours.PHASE, "width": 1.2},
    }


def _never(points: Sequence[Point], figure: str, axis: str) -> list[Trace]:
    """The runs in which it never came, above all figures; no column of the table."""
    values = _values(points, figure)
    if math.inf not in values:
        return []
    top = ABOVE * max(filter(math.isfinite, values), default=0) or 1
    return [
        _marks(points, figure, axis)
        | {
            "mode": "markers+text",
            "name": f"{words(figure)} {NEVER}",
            "y": [top if each.figures.get(figure) == math.inf else None for each in points],
            "texttemplate": NEVER,
            "textposition": "bottom center",
            "textfont": {"size": TICK_SIZE},
        }
    ]


def _marks(points: Sequence[Point], figure: str, axis: str) -> Trace:
    return {
        "type": "scatter",
        "x": [each.name for each in points],
        "yaxis": axis,
        "text": [f"{_told(each, figure)}, {each.ruling}" for each in points],
        "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "opacity": 1,
            "size": [11 if each is points[-1] else 8 for each in points],
            "color": [colours.RULINGS[each.ruling] for each in points],
            "symbol": [colours.SYMBOLS[each.ruling] for each in points],
        },
    }
