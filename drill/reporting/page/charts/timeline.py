"""The time line of an experiment, four panels over one axis.

    every moment of the fault and phase of recovery, a row each
    acknowledged writes and reads per second
    failed and unknown calls, stacked by cause
    latency: median, 95th and 99th percentile, in ms on a log scale

The fault is a band through all of them, and every moment a line. An edge between two slices is the injection, so that
what is drawn before zero was measured before it.
"""

from __future__ import annotations

from typing import Any

from drill.reporting.figures import seconds, span
from drill.reporting.page.charts import colours
from drill.reporting.page.charts.chart import TICK_SIZE, Chart, Trace, caption, legend
from drill.reporting.page.timeline import Timeline
from drill.reporting.timeline.marks import Mark

ROW, PANEL, GAP, AXIS, LEGEND = 19, 140, 34, 44, 56
"""Heights in pixels; the legend's with two rows, and a narrow window adds to it."""

OUTCOMES = {"failed": "", "unknown": "/"}
"""What cannot have been done is plain, and what may have been is hatched."""

QUANTILES = {"p50_ms": ("median", "solid", 1.0), "p95_ms": ("p95", "dash", 0.7), "p99_ms": ("p99", "dot", 0.7)}
"""The dashes and the opacity of a line: the further out, the fainter."""


def timeline_chart(timeline: Timeline, *, name: str, title: str) -> Chart:
    """Draw all of it; a panel is left out where there is nothing to show in it."""
    panels = {
        "moments": (_moments(timeline), ROW * len(timeline.marks)),
        "rates": (_rates(timeline), PANEL),
        "errors": (_errors(timeline), PANEL * 2 // 3),
        "latencies": (_latencies(timeline), PANEL),
    }
    panels = {name: panel for name, panel in panels.items() if panel[0]}
    axes, data, captions, drawn = {}, [], [], 0
    plotted = sum(height for _, height in panels.values()) + GAP * max(0, len(panels) - 1)
    for number, (panel, (traces, height)) in enumerate(panels.items(), 1):
        axis = "y" if number == 1 else f"y{number}"
        top = 1 - drawn / plotted
        axes[f"yaxis{axis[1:]}"] = {"domain": [max(0.0, top - height / plotted), top], **_scale(panel, timeline)}
        data += [{**trace, "yaxis": axis} for trace in traces]
        captions.append(caption(_CAPTIONS[panel], axis))
        drawn += height + GAP
    return Chart(
        name=name,
        title=title,
        summary=in_words(timeline),
        data=data,
        layout={
            "xaxis": _time_axis(timeline, bottom="y" if len(panels) < 2 else f"y{len(panels)}"),
            **axes,
            "shapes": _shapes(timeline),
            "annotations": [*captions, *_labels(timeline)],
            "barmode": "stack",
            "bargap": 0,
            "hovermode": "x unified",
            "dragmode": "zoom",
            "margin": {"l": 78, "r": 16, "t": 24, "b": AXIS},
            "legend": legend(below=AXIS / plotted),
        },
        height=24 + plotted + AXIS + LEGEND,
        along=_zero(timeline),
        zooms=True,
    )


def in_words(timeline: Timeline) -> str:
    """What the chart shows, for who does not see it: its extent, the load before the fault, what failed, and when."""
    of = " (requests of the application)" if timeline.requests else ""
    words = [f"From {seconds(timeline.start_s)} to {seconds(timeline.end_s)} {_zero(timeline)}{of}."]
    before = -timeline.first if timeline.injected and timeline.first < 0 else timeline.slices
    when = "Before the fault" if before < timeline.slices else "All along"
    for kind, answered in timeline.answered.items():
        rates = [each for each in answered.per_s[:before] if each is not None]
        if rates:
            silent = sum(each == 0 for each in answered.per_s[before:])
            later = f", then none in {silent:,} slices of {span(timeline.step_s)}" if silent else ""
            words.append(f"{when} {sum(rates) / len(rates):,.0f} {kind}s were acknowledged a second{later}.")
    failed = [(sum(each.counts), each) for each in timeline.errors]
    if failed:
        causes = ", ".join(f"{count:,} {each.cause} ({each.outcome})" for count, each in failed)
        words.append(f"{sum(count for count, _ in failed):,} calls were not answered OK: {causes}.")
    else:
        words.append("Every call was answered OK.")
    if timeline.marks:
        words.append(f"In order: {', '.join(_moment(each) for each in timeline.marks)}.")
    return " ".join(words)


_CAPTIONS = {
    "moments": "moments",
    "rates": "acknowledged per second",
    "errors": "not answered OK, by cause",
    "latencies": "latency, ms (log)",
}


def _zero(timeline: Timeline) -> str:
    return f"seconds after {'injection' if timeline.injected else 'the first operation'}"


def _moment(mark: Mark) -> str:
    """A mark's own words; one without a time in them gets it."""
    return mark.label if mark.at_s else f"{mark.label} at 0 s"


def _time_axis(timeline: Timeline, *, bottom: str) -> dict[str, Any]:
    ends = [each.at_s for each in timeline.marks]
    return {
        "range": [min([timeline.start_s, *ends]), max([timeline.end_s, *ends])],
        "anchor": bottom,
        "title": {"text": _zero(timeline), "font": {"size": TICK_SIZE}, "standoff": 6},
        "zeroline": False,
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "solid",
        "hoverformat": ".3f",
        "unifiedhovertitle": {"text": "%{x:.3f} s"},
    }


def _scale(panel: str, timeline: Timeline) -> dict[str, Any]:
    common = {"fixedrange": True, "zeroline": False, "tickfont": {"size": TICK_SIZE}, "nticks": 5}
    if panel == "moments":
        names = [each.name.replace("_", " ") for each in timeline.marks]
        rows = {"type": "category", "categoryorder": "array", "categoryarray": names[::-1]}
        return common | rows | {"showgrid": False, "nticks": 0, "range": [-0.5, len(names) - 0.5]}
    if panel == "latencies":
        return common | {"type": "log", "tickformat": "~g"}
    return common | {"rangemode": "tozero", "tickformat": "~s"}


def _moments(timeline: Timeline) -> list[Trace]:
    """A mark a row."""
    if not timeline.marks:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "moments",
            "x": [each.at_s for each in timeline.marks],
            "y": [each.name.replace("_", " ") for each in timeline.marks],
            "text": [_said(each) for each in timeline.marks],
            "marker": {
                "color": [colours.FAULT if each.fault else colours.PHASE for each in timeline.marks],
                "symbol": ["triangle-down" if each.fault else "diamond" for each in timeline.marks],
                "size": 8,
            },
            "cliponaxis": False,
            "showlegend": False,
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    ]


def _labels(timeline: Timeline) -> list[dict[str, Any]]:
    """The words of each mark, on the side where there is room; on the page's paper, so that no line runs through."""
    middle = (timeline.start_s + timeline.end_s) / 2
    label = {"showarrow": False, "xref": "x", "yref": "y", "font": {"size": TICK_SIZE}, "borderpad": 0}
    return [
        label
        | {"text": _said(each), "x": each.at_s, "y": each.name.replace("_", " ")}
        | ({"xanchor": "left", "xshift": 7} if each.at_s < middle else {"xanchor": "right", "xshift": -7})
        for each in timeline.marks
    ]


def _said(mark: Mark) -> str:
    """When, without the name that stands on the axis."""
    return mark.label.removeprefix(mark.name.replace("_", " ")).strip() or span(mark.at_s)


def _slices(timeline: Timeline) -> Trace:
    """The middle of each slice, since a step changes halfway to the next: at the edge."""
    return {"x0": round(timeline.start_s + timeline.step_s / 2, 6), "dx": timeline.step_s}


def _rates(timeline: Timeline) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{kind}s/s",
            "meta": f"{kind}s acknowledged per second",
            **_slices(timeline),
            "y": list(answered.per_s),
            "line": {"color": colours.KINDS[kind], "width": 1.6, "shape": "hvh"},
            "hovertemplate": "%{y:,.0f}",
        }
        for kind, answered in timeline.answered.items()
    ]


def _errors(timeline: Timeline) -> list[Trace]:
    causes = list(dict.fromkeys(each.cause for each in timeline.errors))
    return [
        {
            "type": "bar",
            "name": f"{each.cause} ({each.outcome})",
            "meta": f"{each.cause} ({each.outcome})",
            **_slices(timeline),
            "y": [count or None for count in each.counts],
            "width": timeline.step_s,
            "marker": {
                "color": colours.CAUSES[causes.index(each.cause) % len(colours.CAUSES)],
                "line": {"width": 0},
                "pattern": {"shape": OUTCOMES.get(each.outcome, "x"), "size": 5, "solidity": 0.4},
            },
            "hovertemplate": "%{y:,}",
        }
        for each in timeline.errors
    ]


def _latencies(timeline: Timeline) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{kind} {words}",
            "meta": f"{kind} latency, {words}, ms",
            **_slices(timeline),
            "y": list(getattr(answered, column)),
            "line": {"color": colours.KINDS[kind], "width": 1.5, "dash": dash},
            "opacity": opacity,
            "hovertemplate": "%{y:.3~g} ms",
        }
        for kind, answered in timeline.answered.items()
        for column, (words, dash, opacity) in QUANTILES.items()
    ]


def _shapes(timeline: Timeline) -> list[dict[str, Any]]:
    """The fault as a band, and a line for every moment, through all panels."""
    through = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    shapes: list[dict[str, Any]] = []
    if timeline.fault_s is not None:
        start_s, end_s = timeline.fault_s
        band = {"type": "rect", "name": "fault, until healed", "showlegend": True, "fillcolor": colours.BAND}
        shapes.append(band | through | {"x0": start_s, "x1": end_s, "line": {"width": 0}})
    for mark in timeline.marks:
        line = {"color": colours.FAULT if mark.fault else colours.PHASE, "width": 1, "dash": "dot"}
        shapes.append({"type": "line", "line": line, "x0": mark.at_s, "x1": mark.at_s} | through)
    return shapes
