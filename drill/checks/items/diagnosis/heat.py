"""Where the heat is: what each partition key of a table was asked, and how often it was throttled for itself.

A partition key takes 3,000 read and 1,000 write units a second (Developer Guide, "Best practices for designing and
using partition keys effectively"); over that a call is refused with a KeyRange reason, and whoever made it hot need not
be seen: its victims are. Of a throttled write to an index the hot key is the index's own, which the call does not name.
"""

import polars as pl

_KEY_RANGE = "^(TableRead|TableWrite|IndexRead)KeyRangeThroughputExceeded$"


def heat(calls: pl.DataFrame) -> pl.DataFrame:
    """One row a partition, the hottest first, by throttles and then by units.

    Columns table, partition, calls, units, throttles (for its own key range), and unit_share and throttle_share of the
    table's. Calls that name no partition, or several, are left out.
    """
    refused = pl.col("reasons").list.eval(pl.element().str.contains(_KEY_RANGE)).list.any().fill_null(value=False)
    units = pl.col("read_units").fill_null(0.0) + pl.col("write_units").fill_null(0.0)
    each = (
        calls.drop_nulls("partition")
        .group_by("table", "partition")
        .agg(calls=pl.len(), units=units.sum(), throttles=refused.sum().cast(pl.Int64))
    )
    return each.with_columns(
        unit_share=_share("units"),
        throttle_share=_share("throttles"),
    ).sort("throttles", "units", "table", "partition", descending=[True, True, False, False])


def _share(name: str) -> pl.Expr:
    whole = pl.col(name).sum().over("table")
    return pl.when(whole > 0).then(pl.col(name) / whole).otherwise(0.0)
