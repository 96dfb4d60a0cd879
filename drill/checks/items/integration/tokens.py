"""Whether every transaction can be sent again without being done again.

A ClientRequestToken makes a TransactWriteItems idempotent for ten minutes (API reference, TransactWriteItems), if it is
the same each time; so does a condition that fails the second time.
"""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.load.arrivals import TOLD
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

OPERATION = "TransactWriteItems"


def tokens_are_used() -> Check:
    """Every TransactWriteItems that was sent, first or repeated, carries a token or a condition that makes it once.

    The token must be the application's own: that which boto3 makes up is another one for each call. Undecided where
    none was sent, and where too few calls tell it.
    """

    @observation("tokens_are_used", objective="all of them")
    def judged(history: History) -> Finding:
        calls = sent(history).filter(pl.col("operation") == OPERATION)
        told = calls.drop_nulls("once")
        if calls.is_empty():
            raise Undecided(f"no {OPERATION} was sent")
        if told.height < TOLD * calls.height:
            raise Undecided(
                f"of {counted(calls.height, 'transaction')} {told.height:,} tell whether they carry a token"
            )
        bare = told.filter(~pl.col("once"))
        number = counted(calls.height, "transaction")
        each = bare["pattern"].fill_null("no pattern").value_counts(sort=True).sort("count", descending=True)
        lines = [f"{pattern}: {count:,} without" for pattern, count in each.rows()]
        return Finding(
            ruling=Ruling.BROKEN if bare.height else Ruling.HELD,
            because=f"{bare.height:,} of {number} carried neither a token nor a condition: {', '.join(lines[:3])}"
            if bare.height
            else f"{number} were sent, each with a token or a condition",
            measured={"transactions_sent": calls.height, "without_token": bare.height},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged
