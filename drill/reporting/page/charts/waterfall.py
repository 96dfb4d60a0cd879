"""Where the time of a recovery went: a bar from each phase to the next, in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from drill.reporting.figures import span
from drill.reporting.page.charts import colours
from drill.reporting.page.charts.chart import TICK_SIZE, Chart, caption
from drill.reporting.records import PHASES

ROW, AROUND = 30, 84
"""Heights in pixels."""

FROM_HEALING = "redundant"
"""The one phase that is counted from healing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One phase, from what it waited for to when it came, in seconds after injection."""

    phase: str
    from_s: float
    to_s: float

    @property
    def name(self) -> str:
        """As people write it."""
        return self.phase.replace("_", " ")

    @property
    def told(self) -> str:
        """How long it took after what came before."""
        return f"+{span(self.to_s - self.from_s)}" if self.to_s > self.from_s else "at once"


def steps(phases: Mapping[str, float | None], healed_s: float | None = None) -> list[Step]:
    """Put every phase that was seen behind the one before it; what begins at healing comes last.

    Where nobody knows when that was, `redundant` is left out: it has no place on this axis.
    """
    counted = [(name, phases.get(name)) for name in PHASES if name != FROM_HEALING]
    found, reached_s = [], 0.0
    for at_s, name in sorted(((at_s, name) for name, at_s in counted if at_s is not None), key=itemgetter(0)):
        found.append(Step(phase=name, from_s=reached_s, to_s=at_s))
        reached_s = at_s
    after_s = phases.get(FROM_HEALING)
    if after_s is not None and healed_s is not None:
        found.append(Step(phase=FROM_HEALING, from_s=healed_s, to_s=healed_s + after_s))
    return found


def waterfall_chart(
    phases: Mapping[str, float | None], *, name: str, title: str, healed_s: float | None = None
) -> Chart | None:
    """Draw every phase that was seen; None where none was."""
    shown = steps(phases, healed_s)
    if not shown:
        return None
    colour = {FROM_HEALING: colours.FAULT}
    return Chart(
        name=name,
        title=title,
        summary="; ".join(f"{each.name} after {span(each.to_s)} ({each.told})" for each in shown) + ".",
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "y": [each.name for each in shown],
                "base": [each.from_s for each in shown],
                "x": [each.to_s - each.from_s for each in shown],
                "text": [each.told for each in shown],
                "textposition": "outside",
                "textfont": {"size": TICK_SIZE},
                "cliponaxis": False,
                "customdata": [each.to_s for each in shown],
                "hovertemplate": "%{y} at %{customdata:.3f} s, %{text}<extra></extra>",
                "marker": {"color": [colour.get(each.phase, colours.KINDS["write"]) for each in shown]},
                "showlegend": False,
            }
        ],
        layout={
            "xaxis": {
                "range": [0, 1.2 * max(each.to_s for each in shown) or 1],
                "title": {"text": "seconds after injection", "font": {"size": TICK_SIZE}, "standoff": 6},
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"autorange": "reversed", "fixedrange": True, "showgrid": False, "tickfont": {"size": TICK_SIZE}},
            "annotations": [caption("a bar from each phase to the next", "y")],
            "bargap": 0.45,
            "dragmode": False,
            "margin": {"l": 78, "r": 24, "t": 24, "b": 46},
        },
        height=ROW * len(shown) + AROUND,
    )
