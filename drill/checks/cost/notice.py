"""How soon anybody who watches the spending would notice an overrun.

USD per month, by the last 3 s      . . . . . ' ' ' ' ' ' ' '
beyond budget, or twice the usual   - - - - - - - = = = = = =
                                        fault     noticed
"""

from __future__ import annotations

import polars as pl

from drill.checks.cost.overrun import BEYOND, CENT, NOTABLE, Overrun
from drill.checks.load.told import Told
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed
from drill.costs import PriceBook, shipped
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling

LASTING = 2
"""Looks in a row that must show it, one a second: one alone is jitter."""


def overrun_is_noticed_within(
    limit_s: float = 60.0, *, budget_usd: float | None = None, book: PriceBook | None = None
) -> Check:
    """Within `limit_s` of the fault spending is seen to be beyond the budget, or beyond twice what is usual.

    Watched is the rate of the last 3 s (on AWS: of the last datapoint), projected to a month: all of it against the
    budget and against twice the usual, and each line of the bill against twice its own where that adds a tenth. Noticed
    is the second look in a row. Where the fault tells its table, only what that one spends more counts. Undecided where
    it was beyond before the fault, or never: then there was nothing to notice.
    """
    prices = book or shipped()

    @promise("overrun_is_noticed_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        overrun = Overrun.of(history, moments, prices)
        seen = _beyond(overrun, budget_usd, table=Told.of(history).words.get("table"))
        before = seen.filter(pl.col("at_ns") <= overrun.steady.to_ns)
        if before["beyond"].sum() * 2 > before.height:
            raise Undecided("spending was beyond its limits before the fault, so that the fault shows nothing")
        under = seen.filter((pl.col("at_ns") > moments.injected_ns) & (pl.col("at_ns") <= overrun.under.to_ns))
        run = under.with_columns(lasting=pl.col("beyond").cast(pl.Int8).rolling_sum(LASTING) == LASTING)
        noticed = run.filter(pl.col("lasting").fill_null(value=False))
        if noticed.is_empty():
            at_most = "".join(f", {peak:,.2f} USD per month at most" for peak in under["usd"].sort()[-1:])
            raise Undecided(
                f"spending was never beyond its limits while the fault lasted{at_most}, "
                f"{overrun.usual_usd:,.2f} before: there was nothing to notice"
            )
        first = noticed.row(0, named=True)
        placed_ns = int(history.only(Action.INJECT, outcome=Outcome.OK)["completed_ns"][0])
        after_s = max(0, first["at_ns"] - placed_ns) / SECOND_NS
        return Finding(
            ruling=Ruling.HELD if after_s <= limit_s else Ruling.BROKEN,
            because=f"{first['usd']:,.2f} USD per month, {overrun.usual_usd:,.2f} before: noticed {after_s:.2f} s "
            f"after the fault was in place, of {allowed(limit_s)} allowed",
            measured={
                "noticed_after_s": after_s,
                "resolution_ms": overrun.spending.window_ns / 1_000_000,
                "usual_usd_per_month": overrun.usual_usd,
                "noticed_usd_per_month": first["usd"],
            },
            evidence=tuple(each.told() for each in overrun.grown[:SHOWN] if each.more_usd >= CENT),
        )

    return judged


def _beyond(overrun: Overrun, budget_usd: float | None, *, table: str | None) -> pl.DataFrame:
    """At each second: at_ns, usd, beyond. Where the fault tells its table, others count with what is usual at most."""
    usual = overrun.usual_usd
    lines = pl.DataFrame(
        [(line.resource, line.item, line.usd_per_month) for line in overrun.usual_lines],
        schema={"resource": pl.String, "item": pl.String, "usual": pl.Float64},
        orient="row",
    )
    series = overrun.spending.series(overrun.steady.from_ns, overrun.under.to_ns)
    known = series.join(lines, on=["resource", "item"], how="left").with_columns(pl.col("usual").fill_null(0.0))
    if table is not None:
        own = pl.col("resource").str.split("@").list.first() == table
        most = pl.when(own).then(pl.col("usd_per_month")).otherwise(pl.min_horizontal("usd_per_month", "usual"))
        known = known.with_columns(usd_per_month=most)
    more = pl.col("usd_per_month") - pl.col("usual")
    doubled = (pl.col("usd_per_month") > BEYOND * pl.col("usual")) & (more > NOTABLE * usual)
    whole = known.group_by("at_ns").agg(usd=pl.col("usd_per_month").sum(), doubled=doubled.any()).sort("at_ns")
    beyond = pl.col("doubled") | (pl.col("usd") > BEYOND * usual)
    if budget_usd is not None and usual <= budget_usd:
        beyond |= pl.col("usd") > budget_usd
    return whole.with_columns(beyond=beyond)
