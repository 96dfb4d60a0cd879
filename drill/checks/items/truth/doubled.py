"""Whether anything was done twice."""

import polars as pl

from drill.checks.items.truth.standing import astray
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def nothing_doubled() -> Check:
    """No transfer stands in the ledger twice, and no value in an item that its request did not write.

    A request that is repeated under a new key leaves two items with the same value. What was added twice to a balance
    is not seen here: `money_is_conserved` sees it. Undecided where neither what was written nor any transfer was held
    against what is there.
    """

    @observation("nothing_doubled", objective="0 doubled")
    def judged(history: History) -> Finding:
        looked: list[str] = []
        lines: list[str] = []
        stray = twice = 0
        if _both(history, "written", "found"):
            values = astray(history)
            stray = values.height
            looked.append(f"{history.table('written').height:,} values")
            lines += [
                f"{row['table']}, item {row['item']}: {row['value']}, which was written to another item"
                for row in values.head(SHOWN).rows(named=True)
            ]
        if _both(history, "transfers", "ledger"):
            times = history.table("ledger").group_by("key").len().filter(pl.col("len") > 1).sort("key")
            twice = times.height
            looked.append(f"{history.table('transfers').height:,} transfers")
            lines += [f"transfer {key}: {number} times in the ledger" for key, number in times.head(SHOWN).rows()]
        if not looked:
            raise Undecided("neither values nor transfers were held against what is there")
        what = " and ".join(looked)
        return Finding(
            ruling=Ruling.BROKEN if lines else Ruling.HELD,
            because=f"of {what}: {stray:,} values in items they were not written to, {twice:,} transfers twice"
            if lines
            else f"{what} were looked at, none is there twice",
            measured={"stray_values": stray, "duplicate_transfers": twice},
            evidence=listed(lines[:SHOWN], stray + twice),
        )

    return judged


def _both(history: History, *names: str) -> bool:
    """Whether both were recorded, and the first holds anything to be looked for."""
    return all(name in history.tables for name in names) and not history.table(names[0]).is_empty()
