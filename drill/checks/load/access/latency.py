"""Whether each pattern is fast under load."""

from collections.abc import Mapping

import polars as pl

from drill.checks.load.arrivals import ENOUGH, by_pattern, figure, pattern_lines, told_ms, whole_load
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def p95_within(limit_ms: float = 10.0, *, own_ms: Mapping[str, float] | None = None) -> Check:
    """Of each pattern 95 % of the requests are answered within `limit_ms`, over the whole load but its first second.

    A pattern that has another objective stands in `own_ms`. One that fails is not fast. Undecided where a pattern had
    too few requests, unless another one breaks it.
    """

    @observation("p95_within", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History) -> Finding:
        found = whole_load(history).enough()
        limit = pl.col("pattern").replace_strict(dict(own_ms or {}), default=limit_ms, return_dtype=pl.Float64)
        each = by_pattern(found.rows).with_columns(limit_ms=limit)
        slow = each.filter((pl.col("number") >= ENOUGH) & (pl.col("p_ms") > pl.col("limit_ms")))
        rare = each.filter(each["number"] < ENOUGH)["pattern"].to_list()
        if rare and slow.is_empty():
            raise Undecided(f"fewer than {ENOUGH} requests were due of {', '.join(sorted(rare))}")
        worst = (slow if slow.height else each).row(0, named=True)
        number = counted(each.height, "pattern")
        because = f"p95 of {worst['pattern']}, the slowest of {number}, was {told_ms(worst['p_ms'])}"
        lines = pattern_lines(found.rows)
        return Finding(
            ruling=Ruling.BROKEN if slow.height else Ruling.HELD,
            because=f"{because}, of {worst['limit_ms']:g} ms allowed",
            measured={
                "worst_pattern_p95_ms": figure(worst["p_ms"]),
                "p95_ms": figure(found.latency_ms()),
                "p99_ms": figure(found.latency_ms(99)),
                "arrivals_per_s": found.per_s,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged
