"""The calls of a load by the pattern that they serve.

served      GetItem, BatchGetItem, TransactGetItems, Query, and every write: by a key
searched    Scan
untold      PartiQL: a statement does not tell whether it is carried out as a query or as a scan
"""

from __future__ import annotations

import polars as pl

from drill.checks.moments import SECOND_NS
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table

READS = ("GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
UNTOLD = ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction")
NOBODY = "(no pattern)"
"""What the application does by itself, or in a thread that does not know for whom."""
SEEN = 0.9
"""Of the requests that were served, the share that must have made a call."""
OK = pl.col("code").is_null() & pl.col("status").is_not_null()


def calls(history: History) -> pl.DataFrame:
    """All that were sent, with texts for categories; `Undecided` where there is none."""
    found = history.table("calls").with_columns(
        pl.col("pattern").cast(pl.String).fill_null(NOBODY),
        *(pl.col(name).cast(pl.String) for name in ("operation", "table", "index")),
    )
    if found.is_empty():
        raise Undecided("no call was recorded")
    return found


def answered(history: History) -> pl.DataFrame:
    """Those that were answered OK; `Undecided` where none was."""
    found = calls(history).filter(OK)
    if found.is_empty():
        raise Undecided("no call was answered OK")
    return found


def require_all(history: History) -> None:
    """`Undecided` where a pattern was asked for of which no call is known, or of too few of whose requests one is.

    What an application sends through clients of its own nobody sees: it may be anything.
    """
    heard = answered(history).group_by("pattern").agg(seen=pl.col("request").n_unique())
    requests = history.tables.get("requests", typed_table("requests", []))
    asked = (
        requests.group_by(pl.col("pattern").cast(pl.String))
        .agg(served=(pl.col("outcome") == "ok").sum())
        .drop_nulls("pattern")
        .join(heard, on="pattern", how="left")
        .sort("pattern")
    )
    missing = asked.filter(pl.col("seen").is_null())["pattern"].to_list()
    if missing:
        raise Undecided(f"no call was answered OK of {', '.join(missing)}, which was asked for")
    hidden = asked.filter(pl.col("seen") < SEEN * pl.col("served"))
    if hidden.height:
        row = hidden.row(0, named=True)
        raise Undecided(
            f"of {row['served']:,} requests of {row['pattern']} that were served only {row['seen']:,} made a call that "
            "was seen; the application must make its clients by what it is given (drill/items.py)"
        )


def length_s(found: pl.DataFrame) -> float:
    """From the first call's sending to the last one's."""
    ends: tuple[int | None, int | None] = found.select(first=pl.col("sent_ns").min(), last=pl.col("sent_ns").max()).row(
        0
    )
    first, last = ends
    return 0.0 if first is None or last is None else (last - first) / SECOND_NS


def place(table: str | None, index: str | None) -> str:
    """As a sentence wants it: `index by-status of shop`."""
    return f"index {index} of {table}" if index else str(table or "several tables")
