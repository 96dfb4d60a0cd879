"""Whether clients that fail make things worse by trying again and again."""

import polars as pl

from drill.checks.load.arrivals import arrivals
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import causes
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def retries_are_bounded(most: float = 1.2) -> Check:
    """Before, during and after the fault there are at most `most` attempts a request.

    Undecided where the application does not tell its attempts.
    """

    @promise("retries_are_bounded", objective=f"{most:g} attempts a request")
    def judged(history: History, moments: Moments) -> Finding:
        stretches = [Stretch.steady(moments), Stretch.during(history, moments)]
        if moments.healed_ns is not None:
            stretches.append(Stretch.after(moments))
        found: dict[str, tuple[float, int, int]] = {}
        for stretch in stretches:
            told = arrivals(history, stretch).rows.drop_nulls("attempts")
            if told.height:
                total, worst = told.select(pl.col("attempts").sum(), pl.col("attempts").max().alias("most")).row(0)
                found[stretch.name] = (total / told.height, worst, told.height)
        if "during the fault" not in found:
            raise Undecided("the application does not tell how often it tried")
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
