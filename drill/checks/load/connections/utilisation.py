"""How much of the pool is used: connections in use, weighed by time, over connections there."""

from math import ceil, floor

import polars as pl

from drill.checks.load.arrivals import TOLD, told_pct, whole_load
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS
from drill.checks.promise import Finding, observation
from drill.checks.words import causes
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LEAST_S = 2.0
MORE_THAN_ALL = 1.05
"""No more can be in use than there is, but for what lies between two samples of the pool."""


def pool_utilisation(minimum: float = 0.8) -> Check:
    """At the load it was made for, more than `minimum` of the pool's connections are in use, weighed by time.

    Measured over the whole load but its first second, from every checkout. The offered load in Erlang is how many
    connections were in use on average. A pool that is full of requests which fail is not used: 99 % must be answered
    OK. Undecided where the application tells of no pool or of no checkout.
    """

    @observation("pool_utilisation", objective=f"more than {minimum:.0%} in use")
    def judged(history: History) -> Finding:
        load = whole_load(history).enough()
        stretch = load.stretch
        if stretch.length_s < LEAST_S:
            raise Undecided(
                f"the load lasted {stretch.length_s:.1f} s beyond its first second, of {LEAST_S:g} s needed"
            )
        each = _used(history, stretch).join(_there(history, stretch), on="endpoint", how="full", coalesce=True)
        each = each.fill_null(0).sort("endpoint")
        used, there = float(each["used"].sum()), float(each["there"].sum())
        if not there:
            raise Undecided("the application's pool had no connection")
        share = used / there
        if share > MORE_THAN_ALL:
            raise Undecided(f"{used:.1f} connections were out of a pool of {there:.1f}: that cannot be")
        fitting = max(ceil(used), floor(used / minimum), 1)
        because = f"{told_pct(share)} of {there:.1f} connections were in use, {used:.2f} on average"
        if share <= minimum:
            because += f", more than {minimum:.0%} wanted: a pool of {fitting} would do"
        served = load.ok_share >= TOLD
        if not served:
            because = (
                f"only {told_pct(load.ok_share)} of the requests were answered OK ({causes(load.failed)}): {because}"
            )
        return Finding(
            ruling=Ruling.HELD if share > minimum and served else Ruling.BROKEN,
            because=because,
            measured={
                "pool_utilisation_pct": 100 * share,
                "offered_load_erlang": used,
                "pool_size": there,
                "fitting_pool_size": fitting,
                "failed_requests_pct": 100 * (1 - load.ok_share),
            },
            evidence=tuple(
                f"{row['endpoint']}: {row['used']:.2f} of {row['there']:.1f} connections in use on average"
                for row in each.rows(named=True)
            ),
        )

    return judged


def _used(history: History, stretch: Stretch) -> pl.DataFrame:
    """For each endpoint the connections in use on average: the sum of all checkouts over the length."""
    checkouts = history.table("checkouts")
    if checkouts.is_empty():
        raise Undecided("the application tells of no connection that was taken from its pool")
    began = pl.max_horizontal("acquired_ns", pl.lit(stretch.from_ns))
    ended = pl.min_horizontal(pl.col("released_ns").fill_null(stretch.to_ns), pl.lit(stretch.to_ns))
    in_use_ns = (ended - began).clip(lower_bound=0).sum()
    return checkouts.group_by(pl.col("endpoint").cast(pl.String)).agg(used=in_use_ns / stretch.length_s / SECOND_NS)


def _there(history: History, stretch: Stretch) -> pl.DataFrame:
    """For each endpoint the pool's size on average: each sample holds until the next, the first since the start."""
    pool = history.table("pool").sort("at_ns", maintain_order=True).filter(pl.col("at_ns") < stretch.to_ns)
    if pool.is_empty():
        raise Undecided("the application tells of no pool")
    at = pl.col("at_ns")
    began = pl.when(at.shift().over("endpoint").is_null()).then(stretch.from_ns).otherwise(at).clip(stretch.from_ns)
    until = at.shift(-1).over("endpoint").fill_null(stretch.to_ns).clip(stretch.from_ns, stretch.to_ns)
    weighed = pool.with_columns(there_ns=(until - began).clip(lower_bound=0) * pl.col("size").cast(pl.Int64))
    return weighed.group_by(pl.col("endpoint").cast(pl.String)).agg(
        there=pl.col("there_ns").sum() / stretch.length_s / SECOND_NS
    )
