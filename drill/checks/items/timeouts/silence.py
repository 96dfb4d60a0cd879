"""Whether the evidence tells late answers from none, and the application says the same."""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.items.diagnosis.reason import Reason
from drill.checks.items.diagnosis.service import hindrances, told
from drill.checks.load.arrivals import ENOUGH, arrivals, told_pct
from drill.checks.load.stretches import Stretch
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import causes
from drill.errors import Undecided
from drill.history import Cause, History
from drill.verdict import Check, Ruling

MISTAKEN = 0.1
"""Of the requests that failed so many may be told another cause: a fault that ends cuts what it held."""

SAYS = {Reason.SILENT: (Cause.SILENT,), Reason.CUT: (Cause.RESET, Cause.REFUSED), Reason.FAILING: (Cause.SERVER_ERROR,)}
"""What an application tells its users of each; of what is only slow it has nothing to tell."""


def slow_is_told_from_silent(expected: str | None = None) -> Check:
    """What hindered most calls is what the fault did: answered late, not at all, cut the connection, or erred.

    `expected` is a word of drill/checks/items/diagnosis/reason.py; without it the fault's own counts. And the
    application tells its users the same: silence where calls went unanswered, and never where all were answered. Of few
    failures nothing is said. Undecided where no calls were hindered in any of these ways, or nothing tells which.
    """

    @promise("slow_is_told_from_silent", objective=expected)
    def judged(history: History, moments: Moments) -> Finding:
        truth = expected or Told.of(history).words.get("cause")
        if truth not in {str(each) for each in (Reason.SLOW, *SAYS)}:
            raise Undecided(f"the fault is {truth or 'not told'}: neither slow nor silent")
        found = hindrances(history, moments)
        if found.is_empty():
            raise Undecided("no more calls than before were late or went unanswered during the fault")
        first = found.row(0, named=True)
        wrong = [] if first["kind"] == truth else [f"it was {truth}"]
        failed = arrivals(history, Stretch.under(history, moments)).failed
        wrong += _mistaken(history, moments, failed, Reason(truth))
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join([f"{first['kind']}: {told(first)}", *wrong]),
            measured={"ways_hindered": found.height, "failed_requests": failed.height},
            evidence=tuple(f"{row['kind']}: {told(row)}" for row in found.rows(named=True)),
        )

    return judged


def _mistaken(history: History, moments: Moments, failed: pl.DataFrame, truth: Reason) -> list[str]:
    """What the application says that its own calls do not show."""
    cause = pl.col("cause").cast(pl.String).fill_null("")
    if truth is Reason.SLOW:
        unanswered = int(sent(history, Stretch.under(history, moments))["unanswered"].sum())
        silent = failed.filter(cause == str(Cause.SILENT)).height
        if silent > unanswered:
            return [f"{silent:,} requests were told silent, and {unanswered:,} calls were not answered"]
        return []
    right = failed.filter(cause.is_in([str(each) for each in SAYS[truth]])).height
    if failed.height >= ENOUGH and right < (1 - MISTAKEN) * failed.height:
        return [f"{told_pct(right / failed.height)} of those that failed were told so: {causes(failed)}"]
    return []
