"""Put the shop into a database: one transaction, so that an end half-way leaves nothing behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from itertools import chain

import polars as pl
import psycopg

from drill.errors import TargetError
from drill.load import bank
from drill.load.dataset import rows, tables
from drill.load.dataset.sizes import Sizes
from drill.load.making import Connection, making
from drill.targets.postgres import Address
from drill.targets.schemas import drop_statement, quoted
from drill.targets.session import ask

DEADLINE_S = 300.0
_SLICE = 50_000
"""Rows of CSV in memory at a time: two to four megabytes."""


def load_shop(
    address: Address,
    schema: str,
    *,
    scale: float = 1.0,
    seed: int = 1,
    say: Callable[[str], None] = lambda _line: None,
    deadline_s: float = DEADLINE_S,
) -> None:
    """Make the schema and fill it; the same rows for the same scale and seed. Raises TargetError, in one line.

    Afterwards statistics are fresh and pages are settled, so that no vacuum comes in between what is measured.
    Nothing is left of a load that failed or was interrupted. Called where no event loop runs.
    """
    sizes = Sizes.at(scale)
    with making(address, schema, "load the shop", deadline_s=deadline_s) as connection:
        with connection.transaction():
            connection.execute(f"CREATE SCHEMA {quoted(schema)}")
            _fill(connection, sizes, seed, say)
        try:
            say("shop: vacuum, analyze, checkpoint")
            _settle(connection)
        except BaseException as error:
            # It is committed by now. The connection may be the very thing that failed: ask over another one.
            _remove(address, schema, error)
            raise


def _remove(address: Address, schema: str, error: BaseException) -> None:
    try:
        ask(address, drop_statement(schema), deadline_s=30.0)
    except (psycopg.Error, TargetError):
        raise TargetError(
            f"the shop in schema {schema} at {address} was loaded, then came {type(error).__name__}, and it was left "
            f"behind: remove it by: {drop_statement(schema)}"
        ) from error


def _fill(connection: Connection, sizes: Sizes, seed: int, say: Callable[[str], None]) -> None:
    say(f"shop: {sizes.customers:,} customers, {sizes.orders:,} orders with their lines and payments")
    connection.execute(tables.TABLES)
    for block in rows.customers(sizes, seed):
        _copy(connection, "customers", [block])
    done = 0
    for each in rows.orders(sizes, seed):
        _copy(connection, "orders", [each.orders])
        _copy(connection, "lines", [each.lines])
        _copy(connection, "payments", [each.payments])
        done += len(each.orders)
        say(f"shop: {done:,} of {sizes.orders:,} orders are there")
    bank.fill(connection)
    say("shop: keys and indexes")
    connection.execute("SET LOCAL maintenance_work_mem TO '128MB'")
    for statement in chain(tables.KEYS, tables.INDEXES, tables.FOREIGN_KEYS):
        connection.execute(statement)


def _copy(connection: Connection, table: str, blocks: Iterable[pl.DataFrame]) -> None:
    """Frozen at once: nobody else sees the table yet, and no vacuum has to visit its pages again."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, FREEZE)") as copy:
        for block in blocks:
            for part in block.iter_slices(_SLICE):
                copy.write(part.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.3f"))


def _settle(connection: Connection) -> None:
    """What would otherwise happen by itself a minute later, in the middle of an experiment."""
    # Counted before vacuum looks, or what was inserted seems to have come after it. PostgreSQL 15 has the function.
    with contextlib.suppress(psycopg.errors.UndefinedFunction):
        connection.execute("SELECT pg_stat_force_next_flush()")
    for table in tables.NAMES:
        connection.execute(f"VACUUM (ANALYZE) {table}")
    # After a bulk load a writer that rejoins would need WAL that is recycled by then (facts.md).
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("CHECKPOINT")
