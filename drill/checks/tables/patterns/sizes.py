"""How large items are, by what goes over the wire."""

from __future__ import annotations

import polars as pl

from drill.checks.load.arrivals import percentile
from drill.checks.promise import Finding, observation
from drill.checks.tables.patterns.called import answered, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LARGEST_KB = 400
"""An item is no larger.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""
KB = 1024


def item_sizes_within(limit_kb: float = 40.0) -> Check:
    """Of each pattern 95 % of the items are no larger than `limit_kb`, a tenth of what DynamoDB takes by default.

    An item of that size costs 40 units to write and 5 to read, however little of it changes or is wanted; one that
    grows on ends at 400 KB, where writes are refused. Measured is what goes over the wire for each item, which is a
    little more than the item: held is certain. Undecided where no call names a size.
    """

    @observation("item_sizes_within", objective=f"{limit_kb:g} KB, of {LARGEST_KB} KB that DynamoDB takes")
    def judged(history: History) -> Finding:
        each = sizes(history)
        wrong = each.filter(pl.col("p95_bytes") > limit_kb * KB)
        if wrong.is_empty():
            require_all(history)
        worst = each.row(0, named=True)
        lines = [
            f"{row['pattern']}: p95 {row['p95_bytes'] / KB:,.1f} KB, largest {row['largest_bytes'] / KB:,.1f} KB; "
            f"{_units(row['p95_bytes'], 1):,} units to write, {_units(row['p95_bytes'], 4) / 2:g} to read"
            for row in each.rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=f"p95 of {worst['pattern']}, the largest of {counted(each.height, 'pattern')}: "
            f"{worst['p95_bytes'] / KB:,.1f} KB an item",
            measured={
                "worst_p95_bytes": worst["p95_bytes"],
                "largest_bytes": float(each["largest_bytes"].max() or 0),  # type: ignore[arg-type]  # Float64
                "share_of_largest_pct": 100 * worst["p95_bytes"] / KB / LARGEST_KB,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def sizes(history: History) -> pl.DataFrame:
    """A row a pattern: p95_bytes and largest_bytes of an item, the largest first; `Undecided` where none is known.

    Of what reads the answer over the items that came back, of what writes the request over the items that it names.
    """
    read = pl.col("response_bytes") / pl.col("returned")
    written = pl.col("request_bytes") / pl.col("asked")
    # An update's request names what changes; the units tell how large the item is (1 KB each, 2 in a transaction).
    twice = pl.when(pl.col("operation") == "TransactWriteItems").then(2).otherwise(1)
    own_units = pl.col("write_units") - pl.col("index_units").fill_null(0) - pl.col("asked") * twice
    paid = own_units.clip(lower_bound=0) * KB / (pl.col("asked") * twice)
    size = (
        pl.when(pl.col("returned") > 0)
        .then(read)
        .when(pl.col("returned").is_null())
        .then(pl.when(written.is_not_null()).then(pl.max_horizontal(written, paid)))
    )
    each = (
        answered(history)
        .with_columns(size=size)
        .filter(pl.col("size").is_not_null() & pl.col("size").is_finite())
        .group_by("pattern")
        .agg(p95_bytes=percentile("size", 95), largest_bytes=pl.col("size").max())
        .sort("p95_bytes", "pattern", descending=[True, False])
    )
    if each.is_empty():
        raise Undecided("no call tells how large its items are")
    return each


def _units(size: float, kilobytes: int) -> int:
    """Units for an item of that size, at so many kilobytes a unit."""
    return max(1, -int(-size // (kilobytes * KB)))
