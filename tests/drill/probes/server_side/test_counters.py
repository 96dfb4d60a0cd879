"""Counters say what happened, once it was reported."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import polars as pl
import psycopg
import pytest

from drill.errors import ProbeError
from drill.probes.server.counters import OF_DATABASES, OF_INDEXES, OF_TABLES, await_counters, counters
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from tests.drill.probes.server_side.waiting import client


def look(address: Address, schema: str, moment: str = "before") -> pl.DataFrame:
    """All counters now."""
    return counters(address, schema, moment=moment, instance="a")


def value(seen: pl.DataFrame, relation: str | None, name: str, index: str | None = None) -> float | None:
    """One counter."""
    chosen = seen.filter(
        pl.col("relation").eq_missing(pl.lit(relation)),
        pl.col("index").eq_missing(pl.lit(index)),
        pl.col("name") == name,
    )
    found: float | None = chosen["value"].item()
    return found


def test_everything_has_its_row(address: Address, schema: str) -> None:
    """Each counter of each table, each index and the database stands there once, as of one moment."""
    seen = look(address, schema, "during")
    assert dict(seen.schema) == SCHEMAS["counters"]
    assert seen["at_ns"].n_unique() == 1
    assert set(seen.select("moment", "instance").rows()) == {("during", "a")}
    assert not seen.select("relation", "index", "name").is_duplicated().any()
    tables = seen.filter(pl.col("relation").is_not_null(), pl.col("index").is_null())
    assert set(tables["relation"]) == {"customers", "orders", "payments"}
    assert set(OF_TABLES) <= set(tables.filter(pl.col("relation") == "orders")["name"])
    indexes = seen.filter(pl.col("index") == "orders_customer_created")
    assert set(indexes["name"]) == set(OF_INDEXES)
    assert set(OF_DATABASES) <= set(seen.filter(pl.col("relation").is_null())["name"])


def test_scans_and_changes_are_counted_once_their_session_is_gone(address: Address, schema: str) -> None:
    """Sequential and index scans, rows written, and rows changed since ANALYZE; exact when the client has left."""
    before = look(address, schema)
    with client(address) as shop:
        for number in range(7):
            shop.execute(f"SELECT * FROM {schema}.orders WHERE customer_id = %s", (number,))  # noqa: S608
        for _ in range(3):
            shop.execute(f"SELECT count(total_cents) FROM {schema}.orders")  # noqa: S608
        shop.execute(f"UPDATE {schema}.orders SET status = 'open' WHERE id <= 50")  # noqa: S608
        shop.execute(f"INSERT INTO {schema}.payments SELECT n, n, n FROM generate_series(1, 20) AS n")  # noqa: S608

    def grown(seen: pl.DataFrame, *counter: str) -> float:
        return (value(seen, *counter) or 0) - (value(before, *counter) or 0)

    after = await_counters(
        lambda: look(address, schema, "after"),
        lambda seen: grown(seen, "payments", "n_tup_ins") == 20,
        what="20 payments",
    )
    assert grown(after, "orders", "seq_scan") == 3
    assert grown(after, "orders", "seq_tup_read") == 60_000
    assert grown(after, "orders", "idx_scan", "orders_customer_created") == 7
    assert grown(after, "orders", "n_tup_upd") == 50
    assert grown(after, "orders", "n_mod_since_analyze") == 50
    assert value(after, "orders", "n_live_tup") == 20_000
    assert value(after, "orders", "reltuples") == 20_000
    assert value(after, "payments", "reltuples") == 0, "the planner has not heard of them"
    assert grown(after, None, "xact_commit") >= 12


def test_analyze_is_dated(address: Address, schema: str) -> None:
    """When statistics were last taken stands there in seconds since the epoch; null is never."""
    began = time.time()
    with client(address) as shop:
        shop.execute(f"ANALYZE {schema}.orders")
    seen = await_counters(
        lambda: look(address, schema),
        lambda seen: (value(seen, "orders", "last_analyze") or 0) >= began - 1,
        what="the ANALYZE",
    )
    assert value(seen, "orders", "n_mod_since_analyze") == 0
    assert value(seen, "orders", "last_vacuum") is None


def test_a_deadlock_is_counted(address: Address, schema: str) -> None:
    """The database's own counters move, too."""
    before = value(look(address, schema), None, "deadlocks")
    lock = f"UPDATE {schema}.orders SET total_cents = 0 WHERE id = %s"  # noqa: S608
    with client(address) as one, client(address) as other:
        for each, order in ((one, 1), (other, 2)):
            each.execute("BEGIN")
            each.execute(lock, (order,))

        def cross(each: psycopg.Connection, order: int) -> None:
            # One of the two is the victim, and lets the other one go on.
            with suppress(psycopg.errors.DeadlockDetected):
                each.execute(lock, (order,))
            each.rollback()

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(cross, one, 2), threads.submit(cross, other, 1)]:
                done.result(30)
    await_counters(
        lambda: look(address, schema),
        lambda seen: value(seen, None, "deadlocks") == (before or 0) + 1,
        what="the deadlock",
    )


def test_what_never_shows_is_an_error(address: Address, schema: str) -> None:
    """The wait ends by its deadline, and says what it waited for."""
    with pytest.raises(ProbeError, match=r"did not show a miracle within 0\.05 s"):
        await_counters(lambda: look(address, schema), lambda _: False, what="a miracle", deadline_s=0.05, every_s=0.01)


def test_a_schema_that_is_not_there_has_no_counters(address: Address) -> None:
    """Nothing seen is told from nothing there."""
    with pytest.raises(ProbeError, match=r"no schema drill_nowhere at 127\.0\.0\.1"):
        look(address, "drill_nowhere")
