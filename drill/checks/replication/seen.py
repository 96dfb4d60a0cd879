"""Whether what the region that was left showed during the fault still stands afterwards."""

from __future__ import annotations

import polars as pl

from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.replication.told import lost_lines
from drill.checks.replication.writes import ITEM, LOST, fates, regions_of, standing, written
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling


def nothing_else_is_lost() -> Check:
    """What the other region showed under the fault stands in both afterwards, or gave way to a later one.

    A write that was seen is known, acknowledged or not: a region that comes back must not undo it. Undecided where
    nobody looked under the fault, and where nothing of the run was seen then.
    """

    @promise("nothing_else_is_lost", objective="0 lost")
    def judged(history: History, moments: Moments) -> Finding:
        rows, found = written(history), standing(history)
        seen = standing(history, "found_during")
        known = rows.filter(pl.col("outcome") != str(Outcome.FAILED)).join(
            seen.select(*ITEM, "value").unique(), on=[*ITEM, "value"], how="semi"
        )
        if known.is_empty():
            raise Undecided("nothing that was written was seen under the fault")
        regions = regions_of(found, rows)
        # Seen, so it had taken effect by then, whatever was said of its end.
        looked = known.with_columns(until_ns=pl.col("completed_ns").fill_null(pl.col("until_ns")))
        lost = fates(looked, found, rows, regions).filter(pl.col("fate").is_in([str(each) for each in LOST]))
        number = counted(known.height, "write")
        return Finding(
            ruling=Ruling.BROKEN if lost.height else Ruling.HELD,
            because=f"{lost.unique(['request', 'value', *ITEM]).height:,} of {number} seen under the fault are lost"
            if lost.height
            else f"{number} were seen under the fault; each stands, or gave way to a later one",
            measured={"seen_writes": known.height, "lost_writes": lost.unique(["request", "value", *ITEM]).height},
            evidence=listed(lost_lines(lost.head(SHOWN), moments), lost.height),
        )

    return judged
