"""What keys and indexes save, against reading all there is."""

from __future__ import annotations

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.tables.patterns.called import answered, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table
from drill.verdict import Check, Ruling

BYTES_A_UNIT = 8192
"""What a read unit reads of a Scan, eventually consistent.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""


def key_saves(minimum: float = 0.6) -> Check:
    """Each pattern that reads by a key pays at least `minimum` less than a Scan of the same table or index would.

    What a Scan pays was measured where somebody carried one out (`settings`, ScanReadUnits), and is else reckoned from
    the size that DescribeTable tells. Undecided where neither is known: AWS counts sizes every six hours, so that a
    new table has none.
    """

    @observation("key_saves", objective=f"{minimum:.0%} less than a Scan")
    def judged(history: History) -> Finding:
        each = _compared(history)
        unknown = each.filter(pl.col("scan_units").is_null())
        known = each.join(unknown, on="pattern", how="anti").sort("saved", "pattern")
        wrong = known.filter(pl.col("saved") < minimum)
        if wrong.is_empty():
            require_all(history)
            if dead := sorted(set(known.filter(pl.col("returned") == 0)["pattern"])):
                raise Undecided(f"nothing came back to {', '.join(dead)}: to find nothing is cheap by any way")
            if unknown.height:
                patterns = ", ".join(sorted(set(unknown["pattern"])))
                raise Undecided(f"nobody knows what a Scan of what {patterns} reads takes: its size is not told (yet)")
        worst = known.row(0, named=True)
        lines = [
            f"{row['pattern']}: {row['units']:.2f} units a call, of a Scan {row['scan_units']:,.0f}; "
            f"saves {_pct(row['saved'])}"
            for row in known.rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=f"{worst['pattern']} saves {_pct(worst['saved'])} of what a Scan would read, the least of "
            f"{counted(known.height, 'pattern')}",
            measured={"least_saved_pct": 100 * worst["saved"]},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _compared(history: History) -> pl.DataFrame:
    """A row a pattern, table and index: units a call, scan_units, saved; `Undecided` where nobody reads by a key."""
    reads = answered(history).filter(
        pl.col("operation").is_in(["GetItem", "BatchGetItem", "TransactGetItems", "Query"])
        & pl.col("read_units").is_not_null()
    )
    if reads.is_empty():
        raise Undecided("nobody reads by a key, and tells what it consumed")
    each = reads.group_by("pattern", "table", "index").agg(
        units=pl.col("read_units").mean(), returned=pl.col("returned").sum()
    )
    reckoned = (pl.col("size_bytes").replace(0, None) / BYTES_A_UNIT).ceil()
    return (
        each.join(_keys(history), on=["table", "index"], how="left", nulls_equal=True)
        .with_columns(place=pl.concat_str("table", "index", separator="/", ignore_nulls=True))
        .join(_measured(history), on="place", how="left")
        .with_columns(scan_units=pl.coalesce("measured_units", reckoned))
        .with_columns(saved=1 - pl.col("units") / pl.col("scan_units"))
    )


def _keys(history: History) -> pl.DataFrame:
    texts = (pl.col("table").cast(pl.String), pl.col("index").cast(pl.String))
    return history.table("key_schemas").select(*texts, "size_bytes").unique(["table", "index"], keep="last")


def _measured(history: History) -> pl.DataFrame:
    """What somebody's Scan consumed, by "table" or "table/index"."""
    told = history.tables.get("settings", typed_table("settings", []))
    units = pl.col("value").cast(pl.Float64, strict=False).replace(0.0, None)
    rows = told.filter(pl.col("name").cast(pl.String) == "ScanReadUnits")
    return rows.select(place=pl.col("subject").cast(pl.String), measured_units=units).unique("place", keep="last")


def _pct(share: float) -> str:
    return f"{100 * share:.1f} %"
