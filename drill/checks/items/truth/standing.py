"""What became of every value that was written: whether it stands where it was put, or another one that may be later.

    W1 acknowledged        |-----|
    W2 acknowledged                 |-----|      W2 stands: both are well. W1 stands: W2 is lost, it came surely later
    W3 acknowledged   |---------------------|    W3 stands: both may be well, nobody knows which was the last

Compared are closed intervals [begun, completed] on the clock of the load. A write whose end is unknown may be applied
long after it was given up, and so may stand in the place of any.
"""

from typing import Final

import polars as pl

from drill.history import History, Outcome

_KEY: Final = ("table", "item")


def standing(history: History) -> pl.DataFrame:
    """One row a value written: request, pattern, table, item, value, outcome, there, overwritten.

    `there`: the value stands in the region that acknowledged it, or in any where it is not known which did.
    `overwritten`: another value of the load stands there, which was not said to have failed and may have come later.
    """
    written = _text(history.table("written"), "pattern", "region", *_KEY).with_row_index("place")
    found = _text(history.table("found"), "region", *_KEY).select("region", *_KEY, stands="value")
    regions = found["region"].drop_nulls().unique().sort().to_list()
    known = pl.col("region").is_in(regions).fill_null(value=False)
    anywhere = pl.DataFrame({"at": regions or [None]}, schema={"at": pl.String})
    looked = pl.concat(
        [
            written.filter(known).with_columns(at=pl.col("region")),
            written.filter(~known).join(anywhere, how="cross"),
        ]
    )
    rival = written.select(*_KEY, stands="value", rival="outcome", rival_ns="completed_ns")
    there = (pl.col("stands") == pl.col("value")).fill_null(value=False)
    later = (pl.col("rival") == str(Outcome.UNKNOWN)) | (
        (pl.col("rival") == str(Outcome.OK)) & (pl.col("rival_ns") >= pl.col("begun_ns")).fill_null(value=True)
    )
    return (
        looked.join(found, left_on=["at", *_KEY], right_on=["region", *_KEY], how="left")
        .join(rival, on=[*_KEY, "stands"], how="left")
        .with_columns(there=there, overwritten=~there & later.fill_null(value=False))
        .group_by("place")
        .agg(
            pl.col("request", "pattern", *_KEY, "value", "outcome").first(),
            there=pl.col("there").any(),
            overwritten=pl.col("overwritten").any(),
        )
        .with_columns(overwritten=pl.col("overwritten") & ~pl.col("there"))
        .sort("place")
        .drop("place")
    )


def astray(history: History) -> pl.DataFrame:
    """Values of the load that stand where no request put them: region, table, item, value."""
    written = _text(history.table("written"), *_KEY)
    found = _text(history.table("found"), "region", *_KEY)
    ours = found.join(written.select("table", "value").unique(), on=["table", "value"], how="semi")
    return ours.join(written.select(*_KEY, "value"), on=[*_KEY, "value"], how="anti").sort(*_KEY)


def _text(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    return rows.with_columns(pl.col(*names).cast(pl.String))
