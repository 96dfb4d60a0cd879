"""Whether both regions show the same again, and how soon."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.replication.writes import ITEM, acknowledged, regions_of, standing, written
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

SUBJECT, EQUAL_AT, UNEQUAL_AT = "regions", "equal_at_ns", "unequal_at_ns"
"""How drill/probes/items/regions.py writes down when both were seen to be equal, and last seen not to be."""


def regions_converge_within(limit_s: float) -> Check:
    """Once the region is back, every item has the same value in both, within the limit after healing.

    They were looked at only when the load had stopped, so that they may have been equal before. Undecided where only
    one region was read, nothing was acknowledged, or they were first looked at after the limit.
    """

    @promise("regions_converge_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        if moments.healed_ns is None:
            raise Undecided("the fault was never healed")
        rows, found = written(history), standing(history)
        acknowledged(rows)
        regions = regions_of(found, rows)
        if len(regions) < 2:
            raise Undecided(f"only {', '.join(regions) or 'no region'} was read; two regions were to be compared")
        if found.is_empty():
            raise Undecided("nothing stands in either region: that is equal, and no convergence")
        apart = pl.concat([_apart(found, *pair) for pair in pairwise(regions)])
        equal_ns, unequal_ns = (_moment(history, name) for name in (EQUAL_AT, UNEQUAL_AT))
        after_s = None if equal_ns is None else (equal_ns - moments.healed_ns) / SECOND_NS
        lines = [
            f"{row['table']}, {row['item']}: {row['value'] or 'nothing'} in {row['here']}, "
            f"{row['value_right'] or 'nothing'} in {row['there']}"
            for row in apart.head(SHOWN).rows(named=True)
        ]
        measured = {"items": found.unique(list(ITEM)).height, "different_items": apart.height, "converged_s": after_s}
        if apart.height:
            words = f"{counted(apart.height, 'item')} differ between {' and '.join(regions)} in the end"
            return Finding(ruling=Ruling.BROKEN, because=words, measured=measured, evidence=listed(lines, apart.height))
        if after_s is None:
            raise Undecided("both regions are equal, and when they were seen to be was not recorded")
        words = f"both regions were seen to be equal {after_s:.2f} s after healing"
        if after_s <= limit_s:
            return Finding(ruling=Ruling.HELD, because=words, measured=measured)
        # Until the last write was made there was always something on its way.
        since_ns = max(moments.healed_ns, int(acknowledged(rows)["completed_ns"].max() or 0))  # type: ignore[arg-type]  # Int64
        if unequal_ns is not None and unequal_ns - since_ns > limit_s * SECOND_NS:
            return Finding(
                ruling=Ruling.BROKEN, because=f"{words}, and not yet after {allowed(limit_s)}", measured=measured
            )
        raise Undecided(f"{words}; they were not looked at before, and may have been equal after {allowed(limit_s)}")

    return judged


def _apart(found: pl.DataFrame, here: str, there: str) -> pl.DataFrame:
    """Items whose value differs: table, item, value, value_right, here, there."""
    one, other = (found.filter(pl.col("region") == each).drop("region") for each in (here, there))
    joined = one.join(other, on=list(ITEM), how="full", coalesce=True)
    differing = joined.filter(pl.col("value").ne_missing(pl.col("value_right")))
    return differing.with_columns(here=pl.lit(here), there=pl.lit(there)).sort(*ITEM)


def _moment(history: History, name: str) -> int | None:
    rows = history.tables.get("settings")
    if rows is None:
        return None
    own = rows.filter((pl.col("subject") == SUBJECT) & (pl.col("name") == name))["value"]
    said = [each for each in own if each is not None and each.isdigit()]
    return int(said[-1]) if said else None
