"""Whether it is known in the end what became of a write that nobody answered.

    call lost in flight --repeated, safely--> answered        settled: OK or FAILED, and the table says the same
                        --given up----------> UNKNOWN         honest, but nobody knows
                        --taken for failed--> FAILED          a lie where it stands in the table

A write whose connection is lost, or that meets an error of the server, may have been applied (Developer Guide, "Error
handling with DynamoDB").
"""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.items.truth.standing import standing
from drill.checks.load.arrivals import told_pct
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling


def unknown_outcomes_are_settled(share: float = 0.8) -> Check:
    """Of the writes that a call left open, `share` end OK or FAILED, and each that does is as it says.

    Acknowledged: it is there, or what may have come later is. FAILED: it is not there. None is there twice, whatever
    its user was told. Looked up are values and transfers; of other writes nothing can be said. Undecided where no such
    write met a call whose end is unknown.
    """

    @promise("unknown_outcomes_are_settled", objective=f"{share:.0%} settled, none untrue")
    def judged(history: History, moments: Moments) -> Finding:
        calls = sent(history, Stretch.since(moments)).filter(pl.col("unknown") & pl.col("writes"))
        keys = calls.select("request").drop_nulls().unique()
        rows = _looked_up(history, keys)
        if rows.is_empty():
            raise Undecided(
                f"{counted(keys.height, 'request')} met a write whose end is unknown, none of which can be looked up"
            )
        outcome, applied = pl.col("outcome"), pl.col("times") > 0
        wrong = {
            "lost": rows.filter((outcome == str(Outcome.OK)) & ~applied & ~pl.col("overwritten")),
            "said to have failed, and applied": rows.filter((outcome == str(Outcome.FAILED)) & applied),
            "applied more than once": rows.filter(pl.col("times") > 1),
        }
        open_ = rows.filter(outcome == str(Outcome.UNKNOWN))
        settled = 1 - open_.height / rows.height
        told = [f"{each.height:,} {what}" for what, each in wrong.items() if each.height]
        if settled < share:
            told.append(f"{told_pct(settled)} settled, of {share:.0%} wanted")
        number = counted(rows.height, "write")
        lines = [
            f"{row['what']} ({row['request']}): {what}"
            for what, each in wrong.items()
            for row in each.head(SHOWN).rows(named=True)
        ]
        total = sum(each.height for each in wrong.values())
        return Finding(
            ruling=Ruling.BROKEN if told else Ruling.HELD,
            because=f"of {number} that a call left open: {', '.join(told)}"
            if told
            else f"of {number} that a call left open {told_pct(settled)} were settled, each truly",
            measured={
                "unknown_calls": calls.height,
                "unknown_writes": rows.height,
                "settled_pct": 100 * settled,
                "lost_writes": wrong["lost"].height,
                "resurrected_writes": wrong["said to have failed, and applied"].height,
                "duplicate_writes": wrong["applied more than once"].height,
            },
            evidence=listed(lines[:SHOWN], total),
        )

    return judged


def _looked_up(history: History, keys: pl.DataFrame) -> pl.DataFrame:
    """One row a write of these requests: request, what, outcome, times (it is there), overwritten."""
    found = []
    if "written" in history.tables and "found" in history.tables:
        values = standing(history).join(keys, on="request", how="semi")
        found.append(
            values.select(
                "request",
                pl.format("{} to item {}", pl.col("pattern").fill_null("a value"), "item").alias("what"),
                pl.col("outcome").cast(pl.String),
                pl.col("there").cast(pl.Int64).alias("times"),
                "overwritten",
            )
        )
    if "transfers" in history.tables and "ledger" in history.tables:
        times = history.table("ledger").group_by("key").agg(times=pl.len().cast(pl.Int64))
        moved = history.table("transfers").join(keys, left_on="key", right_on="request", how="semi")
        found.append(
            moved.join(times, on="key", how="left").select(
                pl.col("key").alias("request"),
                pl.lit("transfer").alias("what"),
                pl.col("outcome").cast(pl.String),
                pl.col("times").fill_null(0),
                pl.lit(value=False).alias("overwritten"),
            )
        )
    if not found:
        raise Undecided("neither values nor transfers were held against what is there")
    return pl.concat(found)
