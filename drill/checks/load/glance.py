"""An experiment under load at a glance: what is shown of it in a row of a table. It judges nothing."""

from drill.checks.load.arrivals import arrivals, figure
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Figure


def at_a_glance(history: History) -> dict[str, Figure]:
    """How many requests, and before, during and after the fault: the share served and p95 of latency.

    A figure that the evidence does not give is None; without a load there is none at all.
    """
    requests = history.tables.get("requests")
    if requests is None or requests.is_empty():
        return {}
    found: dict[str, Figure] = {"requests": requests.height}
    try:
        moments = Moments.of(history)
        stretches = {
            "before": Stretch.steady(moments),
            "during": Stretch.under(history, moments),
            "after": Stretch.after(moments),
        }
    except Undecided:
        return found
    for name, stretch in stretches.items():
        seen = arrivals(history, stretch)
        found[f"served_{name}_pct"] = 100 * seen.ok_share if seen.number else None
        found[f"p95_{name}_ms"] = figure(seen.latency_ms()) if seen.number else None
    return found
