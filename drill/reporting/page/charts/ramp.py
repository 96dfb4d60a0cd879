"""How latency grows with load, and where it leaves its limit."""

from __future__ import annotations

from drill.reporting.page.charts import colours
from drill.reporting.page.charts.chart import TICK_SIZE, Chart, Trace, caption, legend
from drill.reporting.page.steps import Ramp

HEIGHT, AXIS = 360, 50
LINES = {
    "p50_ms": ("median", colours.PHASE, "circle"),
    "p95_ms": ("p95", colours.KINDS["write"], "square"),
    "p99_ms": ("p99", colours.KINDS["read"], "diamond"),
}


def ramp_chart(ramp: Ramp, *, name: str, title: str) -> Chart:
    """Draw each step's percentiles; one without end is a gap, and said in words."""
    rates = [each.rate_per_s for each in ramp.steps]
    data: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": words,
            "meta": f"{words}, ms",
            "x": rates,
            "y": [getattr(each, column) for each in ramp.steps],
            "line": {"color": colour, "width": 1.6},
            "marker": {"symbol": symbol, "size": 7},
            "hovertemplate": "%{y:.3~g} ms",
        }
        for column, (words, colour, symbol) in LINES.items()
    ]
    limit = {"type": "line", "name": f"limit of p95, {ramp.limit_ms:g} ms", "showlegend": True, "layer": "below"}
    line = {"color": colours.FAULT, "width": 1.4, "dash": "dash"}
    return Chart(
        name=name,
        title=title,
        summary=in_words(ramp),
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "requests per second, as they were due", "font": {"size": TICK_SIZE}, "standoff": 6},
                "rangemode": "tozero",
                "fixedrange": True,
                "zeroline": False,
                "unifiedhovertitle": {"text": "%{x:,.0f} requests/s"},
            },
            "yaxis": {
                "type": "log",
                "dtick": 1,
                "tickformat": "~g",
                "fixedrange": True,
                "tickfont": {"size": TICK_SIZE},
            },
            "shapes": [
                limit | {"xref": "paper", "x0": 0, "x1": 1, "y0": ramp.limit_ms, "y1": ramp.limit_ms, "line": line}
            ],
            "annotations": [caption("latency, ms (log)", "y")],
            "hovermode": "x unified",
            "dragmode": False,
            "margin": {"l": 60, "r": 16, "t": 24, "b": AXIS},
            "legend": legend(below=AXIS / HEIGHT),
        },
        height=HEIGHT,
        along="requests per second",
    )


def in_words(ramp: Ramp) -> str:
    """Up to which rate the limit is met, and what came after."""
    met = ramp.highest_met_per_s()
    limit = f"{ramp.limit_ms:g} ms"
    lowest, highest = ramp.steps[0].rate_per_s, ramp.steps[-1].rate_per_s
    if met is None:
        return f"p95 was beyond {limit} at {lowest:,.0f} requests a second already, the lowest rate that was tried."
    words = f"95 % were answered within {limit} up to {met:,.0f} requests a second"
    endless = [each.rate_per_s for each in ramp.steps if each.p95_ms is None]
    if endless:
        return f"{words}; from {endless[0]:,.0f} on too many were not answered at all."
    return f"{words}{', the highest rate that was tried' if met == highest else f', of {highest:,.0f} tried'}."
