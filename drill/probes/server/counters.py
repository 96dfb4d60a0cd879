"""PostgreSQL's own counters, in long form: a row a counter, relation (and index) and moment.

When a counter is true: a back end reports what it did at the end of a transaction, but at most once a second; one
that then falls idle reports what is left after ten seconds, or when its connection is closed
(src/backend/utils/activity/pgstat.c: PGSTAT_MIN_INTERVAL, PGSTAT_IDLE_INTERVAL). So under load counters are up to a
second late, after a pause up to ten, and exact once the load's connections are closed. Nobody can make another
session report (pg_stat_force_next_flush is for one's own): whoever needs exact figures waits for a condition, with
`await_counters`. All counters of one reading are of one snapshot. They are the instance's own: a reader counts what it
served itself. pg_stat_statements is left out, since it is not everywhere; who took which share of the time is told
by the sampled sessions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import polars as pl

from drill.errors import ProbeError
from drill.probes.server.reading import SCHEMA_EXISTS, conversing, present
from drill.tables import typed_table
from drill.targets.postgres import Address
from drill.targets.session import Rows

DEADLINE_S = 5.0

OF_TABLES = (
    "seq_scan",
    "seq_tup_read",
    "idx_scan",
    "idx_tup_fetch",
    "n_tup_ins",
    "n_tup_upd",
    "n_tup_del",
    "n_live_tup",
    "n_dead_tup",
    "n_mod_since_analyze",
    "n_ins_since_vacuum",
    "vacuum_count",
    "autovacuum_count",
    "analyze_count",
    "autoanalyze_count",
)
OF_TABLES_WHEN = ("last_vacuum", "last_autovacuum", "last_analyze", "last_autoanalyze")
"""Moments, as seconds since the epoch on the server's clock; null: never."""
OF_BLOCKS = ("heap_blks_read", "heap_blks_hit", "idx_blks_read", "idx_blks_hit")
OF_CLASSES = ("reltuples", "relpages")
"""What the planner believes, as of the last ANALYZE or VACUUM."""
OF_INDEXES = ("idx_scan", "idx_tup_read", "idx_tup_fetch")
OF_DATABASES = (
    "numbackends",
    "xact_commit",
    "xact_rollback",
    "blks_read",
    "blks_hit",
    "tup_returned",
    "tup_fetched",
    "tup_inserted",
    "tup_updated",
    "tup_deleted",
    "conflicts",
    "temp_files",
    "temp_bytes",
    "deadlocks",
    "blk_read_time",
    "blk_write_time",
    "active_time",
    "idle_in_transaction_time",
    "sessions",
    "sessions_abandoned",
    "sessions_fatal",
    "sessions_killed",
)
OF_DATABASES_WHEN = ("stats_reset",)


def _floats(view: str, names: tuple[str, ...], moments: tuple[str, ...] = ()) -> list[str]:
    plain = [f"{view}.{name}::float8" for name in names]
    return [*plain, *(f"extract(epoch FROM {view}.{name})::float8" for name in moments)]


_TABLES = f"""
    SELECT s.relname, NULL, {", ".join(_floats("s", OF_TABLES, OF_TABLES_WHEN) + _floats("b", OF_BLOCKS))},
           {", ".join(_floats("c", OF_CLASSES))}
    FROM pg_stat_user_tables AS s JOIN pg_statio_user_tables AS b USING (relid) JOIN pg_class AS c ON c.oid = s.relid
    WHERE s.schemaname = %s ORDER BY 1
"""  # noqa: S608 - our own names
_INDEXES = f"""
    SELECT s.relname, s.indexrelname, {", ".join(_floats("s", OF_INDEXES))}
    FROM pg_stat_user_indexes AS s WHERE s.schemaname = %s ORDER BY 1, 2
"""  # noqa: S608
_DATABASE = f"""
    SELECT NULL, NULL, {", ".join(_floats("d", OF_DATABASES, OF_DATABASES_WHEN))}
    FROM pg_stat_database AS d WHERE d.datname = current_database()
"""  # noqa: S608


def counters(
    address: Address, schema: str, *, moment: str, instance: str, deadline_s: float = DEADLINE_S
) -> pl.DataFrame:
    """Table `counters`: every table and index of the schema, and the whole database, as of one moment.

    Raises ProbeError where nobody answers, or where there is no such schema. To be called where no event loop runs.
    """

    async def once() -> tuple[int, list[Rows]]:
        async with conversing(address, f"read the counters of {schema}", deadline_s) as conversation:
            await conversation.ask("BEGIN READ ONLY")
            # The first look at any counter fixes all of them, until the transaction is over.
            await conversation.ask("SET LOCAL stats_fetch_consistency = snapshot")
            present(await conversation.ask(SCHEMA_EXISTS, (schema,)), schema, address)
            at_ns = time.monotonic_ns()
            found = [await conversation.ask(sql, (schema,)) for sql in (_TABLES, _INDEXES)]
            found.append(await conversation.ask(_DATABASE))
            await conversation.ask("COMMIT")
            return at_ns, found

    at_ns, (tables, indexes, database) = asyncio.run(once())
    rows = [
        *_long(tables, (*OF_TABLES, *OF_TABLES_WHEN, *OF_BLOCKS, *OF_CLASSES)),
        *_long(indexes, OF_INDEXES),
        *_long(database, (*OF_DATABASES, *OF_DATABASES_WHEN)),
    ]
    same = {"at_ns": at_ns, "moment": moment, "instance": instance}
    return typed_table("counters", [same | row for row in rows])


def await_counters(
    look: Callable[[], pl.DataFrame],
    until: Callable[[pl.DataFrame], bool],
    *,
    what: str,
    deadline_s: float = 12.0,
    every_s: float = 0.2,
    sleep: Callable[[float], None] = time.sleep,
) -> pl.DataFrame:
    """Read counters until they show what the caller knows to have happened; ProbeError after the deadline.

    For instance `until=lambda seen: value(seen, "orders", "n_tup_ins") >= 1000`. An idle session of others reports
    after ten seconds, so that a shorter deadline may be too short.
    """
    ends_at = time.monotonic() + deadline_s
    while not until(seen := look()):
        if time.monotonic() > ends_at:
            raise ProbeError(f"the counters did not show {what} within {deadline_s:g} s")
        sleep(every_s)
    return seen


def _long(rows: Rows, names: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {"relation": relation, "index": index, "name": name, "value": value}
        for relation, index, *values in rows
        for name, value in zip(names, values, strict=True)
    ]
