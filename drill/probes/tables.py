"""The probes' own table, in a schema of the run's own: made before, read back after, dropped in the end.

The table has no unique index, without which a duplicate cannot be seen. The index that it has lets a read find
a stream's highest value without looking at the rest. All of this is called where no event loop runs.
"""

from __future__ import annotations

import time

import polars as pl
import psycopg
from psycopg import sql

from drill.errors import ProbeError
from drill.history import Action, Cause, Outcome, typed
from drill.targets.postgres import Address
from drill.targets.schemas import drop_statement
from drill.targets.session import DeadlinePassed, Rows, ask_whom

__all__ = ["AUDITOR", "create", "digest", "drop", "drop_statement", "no_digest", "read_back", "table"]

AUDITOR = "auditor"
UNDEFINED_TABLE = "42P01"


def table(schema: str) -> str:
    """The table's full name, quoted."""
    return sql.Identifier(schema, "writes").as_string()


def create(address: Address, schema: str, *, deadline_s: float = 10.0) -> None:
    """Make schema, table and index, all or none; the schema must not exist yet. Raises ProbeError."""
    statement = (
        f"CREATE SCHEMA {sql.Identifier(schema).as_string()};"
        f" CREATE TABLE {table(schema)} (stream int NOT NULL, value bigint NOT NULL);"
        f" CREATE INDEX ON {table(schema)} (stream, value)"
    )
    _ask(address, statement, f"create the probes' table in schema {schema}", deadline_s)


def drop(address: Address, schema: str, *, deadline_s: float = 30.0) -> None:
    """Remove the schema with all that is in it; none is fine. Raises ProbeError."""
    _ask(address, drop_statement(schema), f"drop the schema {schema}", deadline_s)


def read_back(address: Address, schema: str, *, endpoint: str, deadline_s: float = 60.0) -> pl.DataFrame:
    """Everything in the table as `readback` rows of a history; `endpoint` is the instance asked: the writer.

    Beside a row for each row of the table there is one header row, whose key is null and whose value counts
    them, so that an empty table can be told from no evidence. A table that is gone is a header row that FAILED
    with 42P01. Anything else that goes wrong raises ProbeError.
    """
    # An array a stream: a tenth of the time that a row of the answer for each row of the table takes.
    question = f"SELECT stream, array_agg(value) FROM {table(schema)} GROUP BY stream"  # noqa: S608 - quoted
    invoked = time.monotonic_ns()
    try:
        server, rows = _ask(address, question, f"read {table(schema)} back", deadline_s, name=endpoint)
    except ProbeError as error:
        if not isinstance(error.__cause__, psycopg.errors.UndefinedTable):
            raise
        gone = {"outcome": Outcome.FAILED, "code": UNDEFINED_TABLE, "cause": Cause.OTHER}
        return _audit(_HEADER, Action.READBACK, endpoint=endpoint, invoked_ns=invoked, **gone)
    read = pl.DataFrame(
        {"key": [stream for stream, _ in rows], "value": [values for _, values in rows]},
        schema={"key": pl.Int32, "value": pl.List(pl.Int64)},
    ).explode("value")
    header = _HEADER.with_columns(value=pl.lit(len(read), dtype=pl.Int64))
    return _audit(pl.concat([header, read]), Action.READBACK, endpoint=endpoint, server=server, invoked_ns=invoked)


def no_digest(endpoint: str) -> pl.DataFrame:
    """The `digest` row of an instance that could not give one."""
    now_ns = time.monotonic_ns()
    return _audit(_HEADER, Action.DIGEST, endpoint=endpoint, invoked_ns=now_ns, outcome=Outcome.FAILED)


def digest(address: Address, schema: str, *, endpoint: str, deadline_s: float = 60.0) -> pl.DataFrame:
    """One `digest` row: a hash of all rows of the instance `endpoint`, whatever their order. Raises ProbeError.

    The sum, modulo 2^64, of PostgreSQL's own hash of each value, seeded with its stream: a duplicate counts.
    """
    question = f"SELECT coalesce(sum(hashint8extended(value, stream)), 0) FROM {table(schema)}"  # noqa: S608 - quoted
    invoked = time.monotonic_ns()
    server, ((total,),) = _ask(address, question, f"hash {table(schema)}", deadline_s, name=endpoint)
    wrapped = (int(total) + 2**63) % 2**64 - 2**63
    row = _HEADER.with_columns(value=pl.lit(wrapped, dtype=pl.Int64))
    return _audit(row, Action.DIGEST, endpoint=endpoint, server=server, invoked_ns=invoked)


_HEADER = pl.DataFrame({"key": [None], "value": [None]}, schema={"key": pl.Int32, "value": pl.Int64})


def _ask(
    address: Address, statement: str, purpose: str, deadline_s: float, *, name: str | None = None
) -> tuple[str, Rows]:
    try:
        return ask_whom(address, statement, deadline_s=deadline_s, name=name)
    except (psycopg.Error, DeadlinePassed) as error:
        raise ProbeError(f"could not {purpose} at {address}: {error}") from error


def _audit(rows: pl.DataFrame, action: Action, **same: object) -> pl.DataFrame:
    """The rows with the columns of a history; what is the `same` for all of them is given once."""
    known = {"client": AUDITOR, "action": action, "completed_ns": time.monotonic_ns(), "outcome": Outcome.OK, **same}
    words = {name: str(each) if isinstance(each, str) else each for name, each in known.items()}
    return typed(rows.with_columns(pl.lit(each).alias(name) for name, each in words.items()))
