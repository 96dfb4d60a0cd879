"""How far readers are behind while nothing is broken."""

from collections.abc import Iterable
from math import inf

import polars as pl

from drill.checks.load.arrivals import percentile
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, allowed, counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

ENOUGH = 20
"""With fewer looks at a reader its 95th percentile is the worst of them."""


def readers_lag_within(limit_s: float = 1.0, *, readers: Iterable[str] = ()) -> Check:
    """In 95 % of all looks at it each reader answers, and is no more than `limit_s` behind the writer.

    `readers` are those that the cluster has. Undecided where one of them, or any, was not looked at often enough, and
    where one answers and does not tell how far behind it is so often that it may be more.
    """
    wanted = sorted(readers)

    @observation("readers_lag_within", objective=allowed(limit_s))
    def judged(history: History) -> Finding:
        lags = history.table("lags").with_columns(pl.col("instance").cast(pl.String))
        # One that does not answer shows nothing: it is as far behind as can be.
        behind = pl.when("answers").then(pl.col("lag_ms")).otherwise(inf)
        each = (
            lags.with_columns(behind_ms=behind, at_least_ms=behind.fill_null(0.0), at_most_ms=behind.fill_null(inf))
            .group_by("instance")
            .agg(
                looks=pl.len(),
                told=pl.col("behind_ms").is_not_null().sum(),
                # What it does not tell may be nothing, or without end.
                p95_ms=percentile("at_least_ms", 95),
                unknown_ms=percentile("at_most_ms", 95),
                worst_ms=pl.col("behind_ms").max(),
            )
            .sort("instance")
        )
        unseen = sorted(set(wanted) - set(each.filter(pl.col("looks") >= ENOUGH)["instance"]))
        if unseen:
            raise Undecided(f"not looked at {ENOUGH} times: {', '.join(unseen)}")
        if each.is_empty() or int(each["looks"].min()) < ENOUGH:  # type: ignore[arg-type]  # UInt32
            raise Undecided(f"no reader, or one of them, was looked at {ENOUGH} times")
        late = each.filter(pl.col("p95_ms") > 1000 * limit_s)
        blind = each.filter(pl.col("unknown_ms") > 1000 * limit_s)
        if late.is_empty() and blind.height:
            told = [_told(*row) for row in blind.select("instance", "told", "looks").rows()]
            raise Undecided("; ".join(told))
        lines = tuple(
            f"{row['instance']}: p95 {row['p95_ms']:,.0f} ms, at worst {row['worst_ms'] or 0:,.0f} ms behind "
            f"in {row['looks']} looks"
            for row in each.head(SHOWN).rows(named=True)
        )
        worst_ms = float(each["p95_ms"].max())  # type: ignore[arg-type]  # Float64
        return Finding(
            ruling=Ruling.BROKEN if late.height else Ruling.HELD,
            because=f"{late.height} of {counted(each.height, 'reader')} lagged by more than {allowed(limit_s)}"
            if late.height
            else f"{counted(each.height, 'reader')} lagged by {worst_ms:,.0f} ms at most in 95 % of all looks",
            measured={"lag_p95_ms": worst_ms if worst_ms < inf else None, "readers": each.height},
            evidence=lines,
        )

    return judged


def _told(instance: str, told: int, looks: int) -> str:
    how_often = f"told {counted(told, 'time')} in {counted(looks, 'look')}" if told else "never told"
    return f"{instance} {how_often} how far behind it is"
