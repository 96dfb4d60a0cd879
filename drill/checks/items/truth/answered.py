"""Whether the application says that a write is done because the database said so, and not before.

    user     asked |------------------------| told: done
    call             |------------| answered           well: the database had said so
    call             |-----------------------------|   too early: nobody knew yet
    (no call)                                          made up

What stands in the tables in the end does not show it: a write that was told too early is mostly done a moment later,
and is lost only where the application ends in between. One that was never sent is found among a few hundred by chance.
"""

import polars as pl

from drill.checks.items.calls import CANCELED, covered, sent
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling

CONDITION, CONDITION_OF_ITEM = "ConditionalCheckFailedException", "ConditionalCheckFailed"
"""A condition that failed says, too, that it is done: an earlier attempt did it. The second is a transaction's."""

_DONE_BEFORE = (pl.col("code") == CONDITION) | (
    (pl.col("code") == CANCELED) & pl.col("reasons").list.contains(CONDITION_OF_ITEM)
)


def acknowledged_after_the_database() -> Check:
    """Of each write that was told to be done, a call had been answered by then, and not with a refusal or an error.

    Judged are values and transfers that were acknowledged, and every call of theirs. It says nothing of whether all of
    a batch was done, nor of what stands in the table. Undecided where calls of too few requests were recorded, and
    where no write was acknowledged.
    """

    @observation("acknowledged_after_the_database", objective="each of them")
    def judged(history: History) -> Finding:
        covered(history)
        told = _told(history)
        if told.is_empty():
            raise Undecided("no write was acknowledged")
        calls = sent(history).filter(pl.col("writes")).drop_nulls("request").sort("request", "sent_ns")
        left_open = pl.col("unknown").cast(pl.Int8).cum_max().shift(fill_value=0).over("request") == 1
        calls = calls.with_columns(left_open=left_open)
        says_done = (~pl.col("failed") & pl.col("status").is_not_null()) | (
            _DONE_BEFORE.fill_null(value=False) & pl.col("left_open")
        )
        first = calls.group_by("request").agg(
            calls=pl.len(), answered_ns=pl.col("answered_ns").filter(says_done.fill_null(value=False)).min()
        )
        each = told.join(first, on="request", how="left")
        bare = each.filter(pl.col("answered_ns").is_null() | (pl.col("answered_ns") > pl.col("completed_ns")))
        made_up = bare["calls"].null_count()
        early = bare.height - bare["answered_ns"].null_count()
        number = counted(told.height, "write")
        return Finding(
            ruling=Ruling.BROKEN if bare.height else Ruling.HELD,
            because=f"of {number} that were acknowledged {bare.height:,} had not been by the database: {early:,} were "
            f"only later, {made_up:,} were never sent, {bare.height - early - made_up:,} had been refused or failed"
            if bare.height
            else f"{number} were acknowledged, each after the database had said so",
            measured={"acknowledged_writes": told.height, "told_too_early": early, "never_sent": made_up},
            evidence=listed([_line(row) for row in bare.head(SHOWN).rows(named=True)], bare.height),
        )

    return judged


def _told(history: History) -> pl.DataFrame:
    """The writes that the application acknowledged: request, what, completed_ns. A rival's are not its own."""
    asked = history.table("requests")["pattern"].cast(pl.String).unique()
    found = [pl.DataFrame(schema={"request": pl.String, "what": pl.String, "completed_ns": pl.Int64})]
    for table, key, what in (("written", "request", pl.col("pattern").cast(pl.String)), ("transfers", "key", None)):
        if table in history.tables:
            name = pl.lit("transfer") if what is None else what
            rows = history.table(table).filter(
                (pl.col("outcome").cast(pl.String) == str(Outcome.OK)) & name.is_in(asked.implode())
            )
            found.append(rows.select(request=pl.col(key).cast(pl.String), what=name, completed_ns="completed_ns"))
    return pl.concat(found).unique("request", keep="first", maintain_order=True)


def _line(row: dict[str, object]) -> str:
    if row["calls"] is None:
        how = "no call was sent for it"
    elif row["answered_ns"] is None:
        how = f"none of {counted(int(str(row['calls'])), 'call')} was answered so"
    else:
        late_ms = (int(str(row["answered_ns"])) - int(str(row["completed_ns"]))) / 1e6
        how = f"the database said so {late_ms:,.1f} ms later"
    return f"{row['what']} ({row['request']}): {how}"
