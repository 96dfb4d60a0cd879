"""How many calls a request costs while the database refuses."""

import polars as pl

from drill.checks.items.calls import ended, hindered, sent
from drill.checks.load.arrivals import arrivals
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def attempts_are_bounded(mean: float = 2.5, worst: int = 10) -> Check:
    """While the fault lasts a request sends `mean` calls on average, and none more than `worst`.

    Counted is what was really sent, by whomever it was repeated: the application, or boto3 beneath it. Where a share p
    of calls is refused, who repeats until it succeeds sends 1 / (1 - p). Undecided where calls of too few requests were
    recorded, and where hardly any met the fault.
    """

    @promise("attempts_are_bounded", objective=f"{mean:g} calls a request, {worst} at most")
    def judged(history: History, moments: Moments) -> Finding:
        under = Stretch.under(history, moments)
        rows = hindered(history, moments)
        each = _each(sent(history), under)
        nobody = rows["request"].null_count()
        if nobody > 0.1 * rows.height:
            raise Undecided(
                f"{nobody:,} of {rows.height:,} calls belong to no request: whose repeats they are is not known"
            )
        rate, most = float(each["calls"].mean() or 0.0), int(each["calls"].max() or 0)  # type: ignore[arg-type]
        usual = _each(sent(history), Stretch.steady(moments))["calls"].mean()
        served = int(arrivals(history, under).rows["ok"].sum())
        beyond = each.filter(pl.col("calls") > worst)
        held = rate <= mean and beyond.is_empty()
        because = f"{rate:.2f} calls a request during the fault, of {mean:g} allowed; {most} for the worst, of {worst}"
        lines = [f"{request}: {calls:,} calls" for request, calls in beyond.head(SHOWN).rows()]
        return Finding(
            ruling=Ruling.HELD if held else Ruling.BROKEN,
            because=because if held else f"{because}: {ended(rows)}",
            measured={
                "calls_per_request": rate,
                "most_calls": most,
                "steady_calls_per_request": float(usual or 0.0),  # type: ignore[arg-type]
                "calls_sent": rows.height,
                "goodput_per_call_pct": 100 * served / max(1, rows.height),
            },
            evidence=listed(lines, beyond.height)
            or (f"{counted(each.height, 'request')}: {ended(rows)}; {served:,} were served",),
        )

    return judged


def _each(calls: pl.DataFrame, stretch: Stretch) -> pl.DataFrame:
    """For each request that sent its first call in the stretch, how many it sent in all; the worst first."""
    return (
        calls.drop_nulls("request")
        .group_by("request")
        .agg(first_ns=pl.col("sent_ns").min(), calls=pl.len())
        .filter(pl.col("first_ns").is_between(stretch.from_ns, stretch.to_ns, closed="left"))
        .sort("calls", "request", descending=[True, False])
        .select("request", "calls")
    )
