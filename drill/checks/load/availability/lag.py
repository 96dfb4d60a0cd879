"""How far readers are behind while nothing is broken."""

import polars as pl

from drill.checks.load.arrivals import percentile
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, allowed, counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

ENOUGH = 20
"""With fewer looks at a reader its 95th percentile is the worst of them."""


def readers_lag_within(limit_s: float = 1.0) -> Check:
    """In 95 % of all looks at it each reader answers, and is no more than `limit_s` behind the writer.

    Undecided where no reader was looked at often enough, or one never told how far behind it is.
    """

    @observation("readers_lag_within", objective=allowed(limit_s))
    def judged(history: History) -> Finding:
        lags = history.table("lags").with_columns(pl.col("instance").cast(pl.String))
        # One that does not answer shows nothing: it is as far behind as can be.
        behind = pl.when("answers").then(pl.col("lag_ms")).otherwise(float("inf"))
        each = (
            lags.with_columns(behind_ms=behind)
            .group_by("instance")
            .agg(
                looks=pl.len(),
                told=pl.col("behind_ms").is_not_null().sum(),
                p95_ms=percentile("behind_ms", 95),
                worst_ms=pl.col("behind_ms").max(),
            )
            .sort("instance")
        )
        if each.is_empty() or int(each["looks"].min()) < ENOUGH:  # type: ignore[arg-type]  # UInt32
            raise Undecided(f"no reader, or one of them, was looked at {ENOUGH} times")
        blind = each.filter(pl.col("told") == 0)["instance"].to_list()
        if blind:
            raise Undecided(f"{', '.join(blind)} never told how far behind it is")
        late = each.filter(pl.col("p95_ms") > 1000 * limit_s)
        lines = tuple(
            f"{row['instance']}: p95 {row['p95_ms']:,.0f} ms, at worst {row['worst_ms']:,.0f} ms behind "
            f"in {row['looks']} looks"
            for row in each.head(SHOWN).rows(named=True)
        )
        worst_ms = float(each["p95_ms"].max())  # type: ignore[arg-type]  # Float64
        return Finding(
            ruling=Ruling.BROKEN if late.height else Ruling.HELD,
            because=f"{late.height} of {counted(each.height, 'reader')} lagged by more than {allowed(limit_s)}"
            if late.height
            else f"{counted(each.height, 'reader')} lagged by {worst_ms:,.0f} ms at most in 95 % of all looks",
            measured={"lag_p95_ms": worst_ms if worst_ms < float("inf") else None, "readers": each.height},
            evidence=lines,
        )

    return judged
