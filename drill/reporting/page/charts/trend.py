"""One experiment over the last runs: a panel a figure, a mark a run."""

from __future__ import annotations

from collections.abc import Sequence

from drill.reporting.figures import measurement
from drill.reporting.page.charts import colours
from drill.reporting.page.charts.chart import TICK_SIZE, Chart, Trace, caption
from drill.reporting.page.runs import HEADLINES, Point
from drill.reporting.page.spelling import amount, words

PANEL, GAP, AXIS = 110, 34, 64
"""Heights in pixels."""

MOST_PANELS = 3
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
            "rangemode": "tozero",
            "fixedrange": True,
            "zeroline": False,
            "nticks": 4,
            "tickfont": {"size": TICK_SIZE},
        }
        captions.append(caption(_heading(figure), axis))
        data.append(_line(points, figure, axis))
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
        values = [value for each in points if (value := each.figures.get(figure)) is not None]
        least, most = (amount(figure, value) for value in (min(values), max(values)))
        now = measurement(figure, points[-1].figures.get(figure))
        said.append(f"{now} in this run, from {least} to {most} over {len(values)} runs.")
    return " ".join(said)


def _heading(figure: str) -> str:
    """The figure, and behind it its unit."""
    unit = next((unit for suffix, unit in UNITS.items() if figure.endswith(suffix)), "")
    return f"{words(figure)}{unit and f', {unit}'}"


def _line(points: Sequence[Point], figure: str, axis: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _heading(figure),
        "meta": _heading(figure),
        "x": [each.name for each in points],
        "y": [each.figures.get(figure) for each in points],
        "yaxis": axis,
        "text": [f"{measurement(figure, each.figures.get(figure))}, {each.ruling}" for each in points],
        "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        "line": {"color": colours.PHASE, "width": 1.2},
        "cliponaxis": False,
        "marker": {
            "opacity": 1,
            "size": [11 if each is points[-1] else 8 for each in points],
            "color": [colours.RULINGS[each.ruling] for each in points],
            "symbol": [colours.SYMBOLS[each.ruling] for each in points],
        },
    }
