"""Whether anything stands in the tables that nobody wrote."""

from __future__ import annotations

import polars as pl

from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.replication.writes import ITEM, standing, written
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling


def no_foreign_value() -> Check:
    """Each value that stands in a table was written to that item, and was not refused.

    One whose end is unknown may stand there. Undecided where nothing stands in the tables that were written to.
    """

    @promise("no_foreign_value", objective="none")
    def judged(history: History, moments: Moments) -> Finding:  # noqa: ARG001 - that the fault had an effect
        rows = written(history)
        found = standing(history).filter(pl.col("table").is_in(rows["table"].unique().to_list()))
        if found.is_empty():
            raise Undecided("no value stands in the tables that were written to")
        refused = rows.filter(pl.col("outcome") == str(Outcome.FAILED)).select(*ITEM, "value")
        known = rows.filter(pl.col("outcome") != str(Outcome.FAILED)).select(*ITEM, "value")
        foreign = found.join(known, on=[*ITEM, "value"], how="anti").sort(*ITEM, "region")
        resurrected = foreign.join(refused, on=[*ITEM, "value"], how="semi").height
        number = counted(found.height, "value")
        lines = [
            f"{row['table']}, {row['item']} in {row['region']}: {row['value']}"
            for row in foreign.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if foreign.height else Ruling.HELD,
            because=f"{foreign.height:,} of {number} were written by nobody, {resurrected:,} of them refused"
            if foreign.height
            else f"{number} stand in the tables, each as it was written",
            measured={"values": found.height, "foreign_values": foreign.height, "resurrected_values": resurrected},
            evidence=listed(lines, foreign.height),
        )

    return judged
