"""How evenly the load is spread over partition keys.

All items of one partition key stand in one partition, which takes so much and no more, whatever the table has. Reads
and writes are told apart, since they are limited apart. The units of an index that a write consumes go to other
partitions, of keys that no call names, and are left out.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from drill.checks.moments import SECOND_NS
from drill.checks.promise import Finding, observation
from drill.checks.tables.patterns.called import answered, calls, place, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LIMITS = {"read": 3000.0, "write": 1000.0}
"""Units a second that one partition takes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
"""
KEY_RANGE = "KeyRangeThroughputExceeded"
ENOUGH = 100
"""With fewer calls one key's share is chance."""
OFTEN = 10
"""Calls to a key, below which a large share is one large batch and no habit."""
NAMED = 0.3
"""Of the units at least this share must be of calls that name their key; batches name many, and spread them."""
LEAST = 0.001
"""Of what a partition takes: a key below this thousandth is not hot, whatever its share of a small load."""
NEAR = 0.5
"""Of what a partition takes: from here on a key is hot, whatever its share."""


def keys_spread_the_load(most: float = 0.1) -> Check:
    """No partition key of a table takes more than `most` of its units, and none is near what a partition takes.

    A share does not change when the load grows, so that such a key is the first that throttles. In an index many items
    share a key by design; there only the units count. A throttle for a key's sake breaks it at once. Undecided where
    too few calls name their key.
    """

    @observation("keys_spread_the_load", objective=f"no key above {most:.0%} of a table's units")
    def judged(history: History) -> Finding:
        throttled = _throttled(history)
        each = heat(history)
        hottest = each.group_by("table", "index", "kind", maintain_order=True).first()
        limit = pl.col("kind").replace_strict(LIMITS, return_dtype=pl.Float64)
        load = pl.col("peak_per_s") / limit
        greedy = (
            pl.col("index").is_null()
            & (pl.col("share") > most)
            & (load >= LEAST)
            & pl.col("is_enough")
            & (pl.col("key_calls") >= OFTEN)
        )
        # An index has few keys by design, so that its share would always stand first.
        judged_keys = hottest.with_columns(limit=limit, is_hot=greedy | (load > NEAR)).sort(
            "is_hot", pl.col("index").is_null(), "share", descending=True
        )
        hot = judged_keys.filter("is_hot")
        lines = [*throttled, *(_line(row) for row in judged_keys.rows(named=True))]
        if hot.is_empty() and not throttled:
            _require_enough(judged_keys)
            require_all(history)
        choices = (hot, judged_keys.filter("is_enough"), judged_keys)
        worst = next((rows.row(0, named=True) for rows in choices if rows.height), None)
        because = throttled[0] if throttled and hot.is_empty() else _line(worst or {})
        keys = each.filter(pl.col("index").is_null())["partition"].n_unique()
        return Finding(
            ruling=Ruling.BROKEN if hot.height or throttled else Ruling.HELD,
            because=because if hot.height or throttled else f"of {counted(keys, 'key')} the hottest: {because}",
            measured={
                "keys": keys,
                "hot_keys": hot.height,
                "hottest_share_pct": None if worst is None else 100 * worst["share"],
                "hottest_units_per_s": None if worst is None else worst["peak_per_s"],
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def heat(history: History) -> pl.DataFrame:
    """A row a table, index, kind ("read", "write") and partition key: units, share, peak_per_s, the hottest first.

    `share` is of the units of all keys that calls name there, `key_calls` counts its own; `peak_per_s` is the fullest
    second's. `is_enough` says whether calls that name their key are enough of all. Empty where no call names one.
    """
    found = answered(history)
    own = (pl.col("write_units") - pl.col("index_units").fill_null(0)).clip(lower_bound=0)
    rows = pl.concat(
        found.filter(pl.col(column).fill_null(0) > 0).select(
            "table", "index", "partition", "sent_ns", kind=pl.lit(kind), units=units
        )
        for kind, column, units in (("read", "read_units", pl.col("read_units")), ("write", "write_units", own))
    )
    where = ["table", "index", "kind"]
    second = (pl.col("sent_ns") - pl.col("sent_ns").min()) // SECOND_NS
    named = rows.with_columns(second=second).drop_nulls("partition")
    sums = rows.group_by(where).agg(all_units=pl.col("units").sum())
    whole = named.group_by(where).agg(named_units=pl.col("units").sum(), calls=pl.len())
    peaks = (
        named.group_by([*where, "partition", "second"])
        .agg(pl.col("units").sum(), calls=pl.len())
        .group_by([*where, "partition"])
        .agg(units=pl.col("units").sum(), peak_per_s=pl.col("units").max(), key_calls=pl.col("calls").sum())
    )
    return (
        peaks.join(whole, on=where, nulls_equal=True)
        .join(sums, on=where, nulls_equal=True)
        .with_columns(
            share=pl.col("units") / pl.col("named_units"),
            named=pl.col("named_units") / pl.col("all_units"),
        )
        .with_columns(is_enough=(pl.col("calls") >= ENOUGH) & (pl.col("named") >= NAMED))
        .sort("share", "table", "index", "kind", "partition", descending=[True, False, False, False, False])
    )


def _require_enough(hottest: pl.DataFrame) -> None:
    if hottest.is_empty():
        raise Undecided("no call names its partition key and what it consumed")
    if not hottest["is_enough"].any():
        row = hottest.row(0, named=True)
        raise Undecided(
            f"only {counted(row['calls'], 'call')} of {place(row['table'], row['index'])} with "
            f"{100 * row['named']:.0f} % of its {row['kind']} units name their key, of {ENOUGH} and {NAMED:.0%} needed"
        )


def _throttled(history: History) -> list[str]:
    """A line for each key that was refused for its own sake, the most often first."""
    refused = calls(history).filter(pl.col("reasons").list.eval(pl.element().str.ends_with(KEY_RANGE)).list.any())
    each = refused.group_by("table", "index", "partition").len().sort("len", "partition", descending=[True, False])
    return [
        f"{partition or 'an unnamed key'} of {place(table, index)} throttled {number:,} x for {KEY_RANGE}"
        for table, index, partition, number in each.rows()
    ]


def _line(row: dict[str, Any]) -> str:
    if not row:
        return "no key was measured"
    room = row["limit"] / max(1e-9, row["peak_per_s"])
    return (
        f"{row['partition']} of {place(row['table'], row['index'])} takes {100 * row['share']:.1f} % of {row['kind']} "
        f"units, {row['peak_per_s']:,.1f} a second at most of {row['limit']:,.0f} that a key takes: room for "
        f"{room:,.1f} times the load"
    )
