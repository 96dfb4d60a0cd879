"""From when until when an endpoint did not serve the application, for all lucky answers in between.

Served is a second, or as long as twenty requests take to come, of which nine in ten are, by what was usual before the
fault. What the database refuses because of the request itself (data, constraints, conflicts) it did serve, but half of
what is usual must end OK even then.
"""

import polars as pl

from drill.checks.load.arrivals import ANSWERED
from drill.checks.moments import SECOND_NS, Moments
from drill.history import History

WINDOW_NS = SECOND_NS
PER_WINDOW = 20
SERVED = 0.9
ENDED_OK = 0.5
CALM_NS = 10 * SECOND_NS
"""For good is for so long, or to the end of the load: who fails over and back is without service twice."""
OF_THE_REQUEST = r"^(22|23|40)...$"
"""SQLSTATE classes: data exceptions, integrity violations, conflicts of transactions."""


def unserved(history: History, moments: Moments) -> pl.DataFrame:
    """One row an endpoint that was not served at some time: from its first such request to the end of the last.

    The columns are those of `outages`. An endpoint of which nothing is known from before has no row.
    """
    code = pl.col("code").cast(pl.String).fill_null("")
    served = ANSWERED | (pl.col("completed_ns").is_not_null() & code.str.contains(OF_THE_REQUEST))
    requests = (
        history.table("requests")
        .select(pl.col("endpoint").cast(pl.String), "due_ns", ok=ANSWERED, served=served)
        .sort("due_ns", maintain_order=True)
    )
    injected = pl.col("due_ns") >= moments.injected_ns
    before = (
        requests.filter(~injected)
        .group_by("endpoint")
        .agg(
            usual=pl.col("served").mean(),
            usual_ok=pl.col("ok").mean(),
            per_ns=pl.len() / (pl.col("due_ns").max() - pl.col("due_ns").min()).clip(1),
            span_ns=pl.col("due_ns").max() - pl.col("due_ns").min(),
        )
        .filter(pl.col("span_ns") > 0)
        .with_columns(
            window_ns=pl.max_horizontal(pl.lit(float(WINDOW_NS)), PER_WINDOW / pl.col("per_ns")).cast(pl.Int64)
        )
    )
    since = requests.filter(injected).join(before, on="endpoint", how="inner")
    window = (pl.col("due_ns") - moments.injected_ns) // pl.col("window_ns")
    unserved_ns = pl.col("due_ns").filter(~pl.col("served") | ~pl.col("ok"))
    windows = (
        since.with_columns(window=window)
        .group_by("endpoint", "window", "window_ns", maintain_order=True)
        .agg(
            bad=(pl.col("served").mean() < SERVED * pl.col("usual").first())
            | (pl.col("ok").mean() < ENDED_OK * pl.col("usual_ok").first()),
            complete=pl.len() >= PER_WINDOW // 2,
            first_ns=unserved_ns.min(),
            last_ns=unserved_ns.max(),
        )
    )
    return _episodes(windows.filter(pl.col("bad") & pl.col("complete")), since)


def _episodes(bad: pl.DataFrame, since: pl.DataFrame) -> pl.DataFrame:
    """The longest time without service of each endpoint: what lies closer together than `CALM_NS` is one."""
    ends = since.group_by("endpoint").agg(end_ns=pl.col("due_ns").max())
    apart = pl.col("first_ns") - pl.col("last_ns").shift().over("endpoint") > CALM_NS
    return (
        bad.sort("endpoint", "window")
        .with_columns(episode=apart.fill_null(value=False).cum_sum().over("endpoint"))
        .group_by("endpoint", "episode")
        .agg(from_ns=pl.col("first_ns").min(), until_ns=pl.col("last_ns").max(), window_ns=pl.col("window_ns").first())
        .join(ends, on="endpoint", how="left")
        .with_columns(
            length_ns=pl.col("until_ns") - pl.col("from_ns"),
            floor_ns=pl.lit(0, dtype=pl.Int64),
            # It is served again when a window follows that is not bad; at the end of the load nobody knows.
            open=(pl.col("until_ns") > pl.col("end_ns") - pl.col("window_ns")).any().over("endpoint"),
        )
        .sort("length_ns", descending=True)
        .unique("endpoint", keep="first", maintain_order=True)
        .select("endpoint", "from_ns", "length_ns", "floor_ns", "open")
    )
