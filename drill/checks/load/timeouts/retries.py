"""Whether clients that fail make things worse by trying again and again."""

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, telling
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import causes
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def retries_are_bounded(most: float = 1.2) -> Check:
    """Before the fault, from injection on, and from when healing began there are at most `most` attempts a request.

    Undecided where the application does not tell the attempts of nearly all, and where nothing was due under the fault.
    """

    @promise("retries_are_bounded", objective=f"{most:g} attempts a request")
    def judged(history: History, moments: Moments) -> Finding:
        under = Stretch.under(history, moments)
        stretches = [Stretch.steady(moments), under]
        if moments.healed_ns is not None:
            stretches.append(Stretch.since_healing(history))
        found = {each.name: _told(seen) for each in stretches if (seen := arrivals(history, each)).number}
        if under.name not in found:
            raise Undecided("no request was due under the fault")
        name, (rate, worst, _) = max(found.items(), key=lambda each: each[1][0])
        since = arrivals(history, Stretch.since(moments)).rows
        because = f"{rate:.2f} attempts a request {name}, {worst} for the worst, of {most:g} allowed"
        return Finding(
            ruling=Ruling.HELD if rate <= most else Ruling.BROKEN,
            because=because if rate <= most else f"{because}: {causes(since)}",
            measured={"attempts_per_request": rate, "most_attempts": max(each[1] for each in found.values())},
            evidence=tuple(
                f"{stretch}: {rate:.3f} attempts a request, of {number:,}"
                for stretch, (rate, _, number) in found.items()
            ),
        )

    return judged


def _told(found: Arrivals) -> tuple[float, int, int]:
    """Attempts a request, those of the worst, and how many requests told theirs."""
    told = telling(found, "attempts", "how often it tried")
    total, worst = told.select(pl.col("attempts").sum(), pl.col("attempts").max().alias("most")).row(0)
    return total / told.height, worst, told.height
