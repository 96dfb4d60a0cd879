"""A chart: a figure for those who see it, and words for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Trace = dict[str, Any]
"""A trace of plotly (https://plotly.com/javascript/reference/); its `meta` names its column in the table of data."""

CAPTION_SIZE, TICK_SIZE = 12, 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`name` is its own on the page; `summary` says what it shows; `height` is in pixels.

    `along` heads the first column of its table of data, which the page makes of the traces that have a `meta`; empty
    where the page has a table of its own. `zooms` where there is a time axis to move along.
    """

    name: str
    title: str
    summary: str
    data: list[Trace]
    layout: dict[str, Any]
    height: int
    along: str = ""
    zooms: bool = False

    @property
    def figure(self) -> dict[str, Any]:
        """What plotly is given."""
        return {"data": self.data, "layout": self.layout, "along": self.along}


def caption(text: str, panel: str) -> dict[str, Any]:
    """Name a panel above its left end, where no line of data runs."""
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yref": f"{panel} domain",
        "y": 1,
        "yanchor": "bottom",
        "font": {"size": CAPTION_SIZE},
    }


def legend(*, below: float) -> dict[str, Any]:
    """Place the legend under the time axis, in as many rows as it needs; `below` in heights of the plotted area."""
    entries = {"orientation": "h", "traceorder": "normal", "font": {"size": TICK_SIZE}}
    return entries | {"x": 0, "xanchor": "left", "y": -below, "yanchor": "top"}
