"""What was acknowledged in a region that fell silent, and was not yet in the other one: items, and seconds."""

from __future__ import annotations

import polars as pl

from drill.checks.load.told import Told
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.replication.told import lost_lines
from drill.checks.replication.writes import ITEM, LOST, acknowledged, fates, standing, written
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

AT_WORK_NS = SECOND_NS
"""A region that acknowledged nothing in the second before it fell silent had nothing to leave behind."""


def recovery_point_within(limit_s: float) -> Check:
    """What the silent region had acknowledged, and the other one did not show at the end of the silence.

    Counted in writes, and in seconds from the first of them to the region's last acknowledgement: so far back the
    other region was. A write that was overwritten meanwhile is none of them. Undecided where nobody looked under the
    fault, and where the region acknowledged nothing in the second before it fell silent.
    """

    @promise("recovery_point_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        rows, seen = written(history), standing(history, "found_during")
        silent = Told.of(history).words.get("region") or moments.old_writer
        done = acknowledged(rows).filter((pl.col("region") == silent) & (pl.col("begun_ns") < moments.confirmed_ns))
        last_ns = done["completed_ns"].max()
        if not isinstance(last_ns, int) or last_ns < moments.injected_ns - AT_WORK_NS:
            raise Undecided(f"{silent} acknowledged nothing in the second before it fell silent")
        others = [each for each in seen["region"].unique().sort().to_list() if each != silent]
        if not others:
            raise Undecided("the other region was not read under the fault")
        missing = (
            fates(done, seen, rows, others)
            .filter(pl.col("fate").is_in([str(each) for each in LOST]))
            .unique(["request", "value", *ITEM], keep="first")
            .sort("completed_ns")
        )
        back_ns = last_ns - int(missing["begun_ns"].sort()[0]) if missing.height else 0
        span_ns = int(missing["completed_ns"][-1] - missing["completed_ns"][0]) if missing.height else 0
        number = counted(done.height, "write")
        return Finding(
            ruling=Ruling.HELD if back_ns <= limit_s * SECOND_NS else Ruling.BROKEN,
            because=f"{missing.height:,} of {number} that {silent} had acknowledged were not in {', '.join(others)} at "
            f"the end of the silence: the last {back_ns / SECOND_NS:.3f} s",
            measured={
                "acknowledged_writes": done.height,
                "recovery_point_writes": missing.height,
                "recovery_point_items": missing.unique(list(ITEM)).height,
                "recovery_point_s": back_ns / SECOND_NS,
                "recovery_point_span_s": span_ns / SECOND_NS,
            },
            evidence=listed(lost_lines(missing.head(SHOWN), moments), missing.height),
        )

    return judged
