"""What was written and what was found, and in which order the last writer wins.

A write takes effect at one moment within [begun_ns, completed_ns]; one whose end is unknown may do so until its region
is back, since a call that hangs there may still be carried out. Where two such intervals overlap nobody can tell which
write came last, and either may stand. Between regions the clocks that decide may differ a little, too: CLOCK_NS.

    W acknowledged in A   |--w--|
    F found                         |--f--|      f came later: w was overwritten, as it should be
    F found         |--f--|                      f came earlier: w should stand, and is lost
    F found            |--f--|                   either may stand

Last writer wins by the time of the write: Developer Guide, Global tables, "How DynamoDB global tables work".
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from drill.errors import Undecided
from drill.history import Action, History, Outcome

ITEM = ("table", "item")
CLOCK_NS = 50_000_000
"""So far apart the clocks of two regions may be: what lies closer together is in no order."""

SINCE_NS = 2**62
"""Later than anything."""


class Fate(StrEnum):
    """What became of a write, as one region shows it."""

    THERE = "there"
    OVERWRITTEN = "overwritten"  # by one that came surely later
    EITHER = "either"  # another one stands there that may have come later: nobody can tell
    OLDER = "older"  # one stands there that came surely earlier
    FOREIGN = "foreign"  # one stands there that nobody wrote, or that was refused
    GONE = "gone"  # nothing stands there


LOST = (Fate.OLDER, Fate.FOREIGN, Fate.GONE)
"""Nothing explains that the write does not stand."""


def written(history: History) -> pl.DataFrame:
    """Every write that was asked for: request, table, item, value, region, outcome, begun_ns, completed_ns.

    `until_ns` is when it had taken effect at the latest, if it ever did.
    """
    rows = _texts(history.table("written"), "pattern", *ITEM, "region", "outcome")
    healed = history.only(Action.HEAL, outcome=Outcome.OK)["completed_ns"]
    back_ns = SINCE_NS if healed.is_empty() else int(healed[-1])
    late = pl.max_horizontal(pl.col("completed_ns").fill_null(SINCE_NS), pl.lit(back_ns))
    unknown = pl.col("outcome") == str(Outcome.UNKNOWN)
    return rows.with_columns(until_ns=pl.when(unknown).then(late).otherwise(pl.col("completed_ns")))


def acknowledged(rows: pl.DataFrame) -> pl.DataFrame:
    """Those that ended OK; `Undecided` without any."""
    done = rows.filter(pl.col("outcome") == str(Outcome.OK))
    if done.is_empty():
        raise Undecided("no write was acknowledged: there is nothing that could be lost")
    return done


def standing(history: History, name: str = "found") -> pl.DataFrame:
    """What stands in each region: region, table, item, value."""
    return _texts(history.table(name), "region", *ITEM).select("region", *ITEM, "value")


def regions_of(found: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Every region where something stands, or was acknowledged."""
    both = pl.concat([found["region"], rows["region"]]).drop_nulls().unique()
    return sorted(both.to_list())


def fates(asked: pl.DataFrame, found: pl.DataFrame, rows: pl.DataFrame, regions: list[str]) -> pl.DataFrame:
    """What became of each of the writes `asked` about, in each of the regions; `rows` are all that were asked for.

    The columns of `written`, and shown_in, fate; stands, stands_region, stands_begun_ns, stands_until_ns of the value
    that stands there instead.
    """
    known = rows.filter(pl.col("outcome") != str(Outcome.FAILED)).select(
        *ITEM,
        pl.col("value").alias("stands"),
        pl.col("region").alias("stands_region"),
        pl.col("begun_ns").alias("stands_begun_ns"),
        pl.col("until_ns").alias("stands_until_ns"),
    )
    everywhere = pl.DataFrame({"shown_in": regions}, schema={"shown_in": pl.String})
    shown = found.select(shown_in=pl.col("region"), stands=pl.col("value"), **{each: pl.col(each) for each in ITEM})
    compared = (
        asked.join(everywhere, how="cross")
        .join(shown.unique(["shown_in", *ITEM], keep="first"), on=["shown_in", *ITEM], how="left")
        .join(known.unique([*ITEM, "stands"], keep="first"), on=[*ITEM, "stands"], how="left")
    )
    return compared.with_columns(fate=_fate())


def _fate() -> pl.Expr:
    later = pl.col("stands_begun_ns") > pl.col("until_ns") + _margin()
    return (
        pl.when(pl.col("stands").is_null())
        .then(pl.lit(str(Fate.GONE)))
        .when(pl.col("stands") == pl.col("value"))
        .then(pl.lit(str(Fate.THERE)))
        .when(pl.col("stands_begun_ns").is_null())
        .then(pl.lit(str(Fate.FOREIGN)))
        .when(pl.col("stands_until_ns") + _margin() < pl.col("begun_ns"))
        .then(pl.lit(str(Fate.OLDER)))
        .when(later)
        .then(pl.lit(str(Fate.OVERWRITTEN)))
        .otherwise(pl.lit(str(Fate.EITHER)))
    )


def _margin() -> pl.Expr:
    """Nothing within one region, whose clock is one; a write that nobody acknowledged may have been in either."""
    same = (pl.col("stands_region") == pl.col("region")).fill_null(value=False)
    return pl.when(same).then(0).otherwise(CLOCK_NS)


def _texts(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    return rows.with_columns(pl.col(*names).cast(pl.String))
