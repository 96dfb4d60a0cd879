"""Whether reads by a key are fast, as the application's client saw the service answer them."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import polars as pl

from drill.checks.load.arrivals import ENOUGH, WARM_UP_NS, figure, percentile, told_ms
from drill.checks.promise import Finding, observation
from drill.checks.tables.patterns.called import OK, READS, calls, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

BY_KEY = tuple(each for each in READS if each != "Scan")


def reads_answered_within(limit_ms: float = 10.0, *, own_ms: Mapping[str, float] | None = None) -> Check:
    """Of each pattern that reads by a key 95 % of the calls are answered within `limit_ms`, the first second left out.

    From when a call is sent until its answer is there: the query's own time, and the network's. What the application
    adds, by waiting for a thread or by trying again, is the business of `p95_within`. A call that fails is not fast. A
    pattern with another objective stands in `own_ms`. Undecided where a pattern had too few calls, or none was one.
    """

    @observation("reads_answered_within", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History) -> Finding:
        limit = pl.col("pattern").replace_strict(dict(own_ms or {}), default=limit_ms, return_dtype=pl.Float64)
        each = call_latency(history).with_columns(limit_ms=limit)
        slow = each.filter((pl.col("number") >= ENOUGH) & (pl.col("p95_ms") > pl.col("limit_ms")))
        if slow.is_empty():
            require_all(history)
            rare = sorted(each.filter(pl.col("number") < ENOUGH)["pattern"])
            if rare:
                raise Undecided(f"fewer than {ENOUGH} calls were sent of {', '.join(rare)}")
        worst = (slow if slow.height else each).row(0, named=True)
        lines = [
            f"{row['pattern']}: p50 {told_ms(row['p50_ms'])}, p95 {told_ms(row['p95_ms'])} of {row['number']:,} calls"
            for row in each.rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if slow.height else Ruling.HELD,
            because=f"p95 of {worst['pattern']}, the slowest of {counted(each.height, 'pattern')} that read by a key, "
            f"was {told_ms(worst['p95_ms'])}, of {worst['limit_ms']:g} ms allowed",
            measured={"worst_read_p95_ms": figure(worst["p95_ms"]), "worst_read_p50_ms": figure(worst["p50_ms"])},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def call_latency(history: History) -> pl.DataFrame:
    """A row a pattern that reads by a key: number, p50_ms, p95_ms, the slowest first; `Undecided` without any."""
    found = calls(history)
    late = pl.col("sent_ns") >= pl.col("sent_ns").min() + WARM_UP_NS
    ms = pl.when(OK).then((pl.col("answered_ns") - pl.col("sent_ns")) / 1e6).otherwise(inf)
    each = (
        found.filter(late & pl.col("operation").is_in(BY_KEY))
        .with_columns(ms=ms)
        .group_by("pattern")
        .agg(number=pl.len(), p50_ms=percentile("ms", 50), p95_ms=percentile("ms", 95))
        .sort("p95_ms", "pattern", descending=[True, False])
    )
    if each.is_empty():
        raise Undecided("no pattern reads by a key")
    return each
