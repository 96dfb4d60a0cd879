"""Whether every value that the application was told is stored is stored."""

import polars as pl

from drill.checks.items.truth.standing import standing
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling


def nothing_lost() -> Check:
    """Each value whose request ended OK stands in its item afterwards, or one there that may have come later.

    An application that says yes and stores nothing breaks it, as does a table that forgets; a table that is gone has
    lost all of it. Undecided where no request that writes ended OK, or nobody read the tables back.
    """

    @observation("nothing_lost", objective="0 lost")
    def judged(history: History) -> Finding:
        rows = standing(history).filter(pl.col("outcome") == str(Outcome.OK))
        if rows.is_empty():
            raise Undecided("no value was written with success")
        lost = rows.filter(~pl.col("there") & ~pl.col("overwritten"))
        overwritten = int(rows["overwritten"].sum())
        number = counted(rows.height, "value")
        lines = [
            f"{row['table']}, item {row['item']}: {row['value']} of {row['pattern']} ({row['request']}) is not there"
            for row in lost.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if lost.height else Ruling.HELD,
            because=f"{lost.height:,} of {number} that were acknowledged are not there"
            if lost.height
            else f"{number} were acknowledged, all are there"
            + (f", but {overwritten:,} that later ones replaced" if overwritten else ""),
            measured={
                "acknowledged_values": rows.height,
                "lost_values": lost.height,
                "overwritten_values": overwritten,
            },
            evidence=listed(lines, lost.height),
        )

    return judged
