"""Whether what was acknowledged in either region stands in both, unless a later write took its place."""

from __future__ import annotations

import polars as pl

from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.replication.told import conflict_lines, lost_lines
from drill.checks.replication.writes import ITEM, LOST, Fate, acknowledged, fates, regions_of, standing, written
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def every_acknowledged_write_is_there_or_overwritten() -> Check:
    """Each acknowledged write stands in every region in the end, or one that came later by the last writer's rule.

    Each conflict is shown: the last write of one region to an item gave way to a write of the other region. Where both
    came at nearly the same time either may stand, and that is said. Undecided where nothing was acknowledged, nothing
    was read back, or only one region was; and where only one region was written to, so that nobody could be the last.
    """

    @promise("every_acknowledged_write_is_there_or_overwritten", objective="0 lost")
    def judged(history: History, moments: Moments) -> Finding:
        rows = written(history)
        done, found = acknowledged(rows), standing(history)
        regions = regions_of(found, rows)
        if len(regions) < 2:
            raise Undecided(
                f"values were seen in {', '.join(regions) or 'no region'} only; two regions were to be read"
            )
        seen = fates(done, found, rows, regions)
        lost = seen.filter(pl.col("fate").is_in([str(each) for each in LOST]))
        if not lost.height and done["region"].n_unique() < 2:
            raise Undecided("only one region acknowledged writes: that the last writer wins was not tried")
        conflicts = _conflicts(seen)
        either = int((conflicts["fate"] == str(Fate.EITHER)).sum())
        number, places = counted(done.height, "write"), lost.unique(["request", "value", *ITEM]).height
        overwritten = _number(seen, Fate.OVERWRITTEN, Fate.EITHER)
        found_words = f"{overwritten:,} gave way to later ones, {counted(conflicts.height, 'conflict')} between regions"
        lines = [*lost_lines(lost.head(SHOWN), moments), *conflict_lines(conflicts.head(SHOWN), moments)]
        return Finding(
            ruling=Ruling.BROKEN if lost.height else Ruling.HELD,
            because=f"{places:,} of {number} that were acknowledged are lost"
            if lost.height
            else f"{number} were acknowledged; each stands in {' and '.join(regions)}, or gave way: {found_words}",
            measured={
                "acknowledged_writes": done.height,
                "lost_writes": places,
                "overwritten_writes": overwritten,
                "conflicts": conflicts.height,
                "conflicts_in_no_order": either,
            },
            evidence=listed(lines, lost.height + conflicts.height),
        )

    return judged


def _number(seen: pl.DataFrame, *fate: Fate) -> int:
    """How many writes had one of these fates in any region."""
    return seen.filter(pl.col("fate").is_in([str(each) for each in fate])).unique(["request", "value", *ITEM]).height


def _conflicts(seen: pl.DataFrame) -> pl.DataFrame:
    """The last acknowledged write of a region to an item, where a write of another region stands instead; each once."""
    given_way = pl.col("fate").is_in([str(Fate.OVERWRITTEN), str(Fate.EITHER)])
    last = pl.col("begun_ns") == pl.col("begun_ns").max().over([*ITEM, "region"])
    other = pl.col("stands_region").ne_missing(pl.col("region"))
    return seen.filter(last & given_way & other).unique(["request", "value", *ITEM], keep="first").sort("begun_ns")
