"""Which stretch is judged: the steady state before a fault, all of the load where there was none, or the past."""

from __future__ import annotations

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.costs.from_calls import BUCKET_NS
from drill.costs.from_metrics import CONSUMED, IO
from drill.costs.items import BY_USE
from drill.errors import Undecided
from drill.history import Action, History

LONGEST_NS = 10 * SECOND_NS
"""So much of the steady state is judged: the more, the less chance; a bill knows no warm caches."""

LOOKED_BACK = "looked back"
"""The subject of `settings` under which stands what CloudWatch was asked about (drill/probes/consumption/past.py)."""

SHORTEST_NS = SECOND_NS
"""Less than this tells nothing of a month."""


def usual(history: History) -> Stretch:
    """What is usual: nothing that a fault has touched. `Undecided` where less than a second was measured.

    Before a fault it ends a period early, since a datapoint that is not over when the fault begins is of both; where
    metrics come by the minute, the steady state must have lasted for some.

        calls, metrics by the second      | . . | . . | . . | x . |
                                          |----- usual -----|   fault
    """
    began_ns, ended_ns = looked_back(history) or _measured(history)
    if history.only(Action.INJECT).is_empty():
        stretch = Stretch(name="in what was measured", from_ns=began_ns, to_ns=ended_ns)
    else:
        steady, period_ns = Stretch.steady(Moments.of(history)), _period_ns(history)
        first_ns = steady.to_ns - max(LONGEST_NS, 2 * period_ns)
        ends_ns = steady.to_ns - period_ns
        # The same goes for its beginning, where there is time enough: data may have been loaded just before.
        begins_ns = began_ns + period_ns if ends_ns - began_ns - period_ns >= SHORTEST_NS else began_ns
        stretch = Stretch(name=steady.name, from_ns=max(first_ns, begins_ns), to_ns=ends_ns)
    if stretch.to_ns - stretch.from_ns < SHORTEST_NS:
        raise Undecided(
            f"less than a second was measured {stretch.name}: that tells nothing of a month; "
            "make the steady state longer ([load] or [items] steady), on AWS by some minutes"
        )
    return stretch


def looked_back(history: History) -> tuple[int, int] | None:
    """From when to when CloudWatch was asked what users had used, where nobody loaded anything on purpose.

    What it has no datapoints of was not used then; after a load the same would be no evidence at all.
    """
    rows = history.tables.get("settings")
    if rows is None:
        return None
    own = rows.filter(pl.col("subject").cast(pl.String) == LOOKED_BACK)
    said = dict(own.select(pl.col("name").cast(pl.String), "value").iter_rows())
    return (int(said["FromNs"]), int(said["ToNs"])) if {"FromNs", "ToNs"} <= said.keys() else None


def _period_ns(history: History) -> int:
    """How long a datapoint of use is, at most."""
    found = [BUCKET_NS if "calls" in history.tables else 0]
    metrics = history.tables.get("metrics")
    if metrics is not None:
        used = metrics.filter(pl.col("name").cast(pl.String).is_in([*CONSUMED, *IO]))
        found.append(round(float(used["period_s"].max() or 0) * SECOND_NS))  # type: ignore[arg-type]  # Float64
    recorded = history.tables.get("consumption")
    if recorded is not None:
        looks = recorded.filter(pl.col("item").cast(pl.String).is_in(list(BY_USE)))
        usual_ns = looks.select((pl.col("to_ns") - pl.col("from_ns")).quantile(0.9, interpolation="lower")).item()
        found.append(int(usual_ns or 0))
    return max(found)


def _measured(history: History) -> tuple[int, int]:
    """From when to when there was a load, or, without one, from when to when anything was measured."""
    for table, first, last in (
        ("requests", "due_ns", "completed_ns"),
        ("calls", "sent_ns", "answered_ns"),
        ("consumption", "from_ns", "to_ns"),
        ("metrics", "at_ns", "at_ns"),
    ):
        rows = history.tables.get(table)
        if rows is not None and not rows.is_empty():
            low, high = rows.select(a=pl.col(first).min(), b=pl.col(last).max()).row(0)
            if low is not None and high is not None and high > low:
                return int(low), int(high)
    low, high = history.operations.select(a=pl.col("invoked_ns").min(), b=pl.col("completed_ns").max()).row(0)
    if low is None or high is None:
        raise Undecided("no load was measured: what is used is not known")
    return int(low), int(high)
