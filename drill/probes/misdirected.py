"""Writes that go where they must not."""

from __future__ import annotations

import time

import polars as pl
import psycopg
from psycopg import sql

from drill.history import READER_ENDPOINT, Action, typed
from drill.targets.outcomes import ACKNOWLEDGED, classify
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask_whom

DEADLINE_S = 5.0


def misdirected(address: Address, schema: str, *, times: int) -> pl.DataFrame:
    """Try to write through the reader endpoint, over so many connections: `write` rows of a history.

    What is accepted changes nothing: the statement would update no row. Called where no event loop runs.
    """
    table = sql.Identifier(schema, "accounts").as_string()
    statement = f"UPDATE {table} SET balance = balance WHERE id = -1"  # noqa: S608 - quoted
    rows = []
    for _ in range(times):
        invoked_ns, server, ending = time.monotonic_ns(), None, ACKNOWLEDGED
        try:
            server, _nothing = ask_whom(address, statement, deadline_s=DEADLINE_S)
        except (psycopg.Error, DeadlinePassed) as error:
            ending = classify(error, sent=getattr(error, "sqlstate", None) is not None)
        rows.append(
            {
                "client": "auditor",
                "action": str(Action.WRITE),
                "endpoint": READER_ENDPOINT,
                "server": server,
                "invoked_ns": invoked_ns,
                "completed_ns": time.monotonic_ns(),
                "outcome": str(ending.outcome),
                "code": ending.code,
                "cause": ending.cause and str(ending.cause),
            }
        )
    return typed(pl.DataFrame(rows, schema_overrides={"server": pl.String, "code": pl.String, "cause": pl.String}))
