"""The planner's statistics are out of date: what it knows to be rare has become common, and nobody told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg

from drill.faults.crowd import writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.shop import require_tables
from drill.faults.sql import execute, query
from drill.faults.stage import Stage
from drill.faults.undone import undone_by
from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.target import Target

SHARE_OF_TEN = 7
"""Seven of ten delivered orders are open again."""

# In batches, so that nobody who changes an order waits long. Ids above are of orders that the load has placed.
REOPEN = """
    DO $$BEGIN
        FOR low IN 1..(SELECT coalesce(max(id), 0) FROM {schema}.orders WHERE id < 4294967296) BY 5000 LOOP
            UPDATE {schema}.orders SET status = 'open'
            WHERE id BETWEEN low AND low + 4999 AND status = 'delivered' AND id % 10 < {share};
            COMMIT;
        END LOOP;
    END$$
"""
DELIVER = """
    DO $$BEGIN
        FOR low IN 1..(SELECT coalesce(max(id), 0) FROM {schema}.orders WHERE id < 4294967296) BY 5000 LOOP
            UPDATE {schema}.orders SET status = 'delivered'
            WHERE id BETWEEN low AND low + 4999 AND status = 'open' AND id % 10 < {share};
            COMMIT;
        END LOOP;
    END$$
"""
OPEN_PCT = "SELECT 100.0 * count(*) FILTER (WHERE status = 'open') / greatest(count(*), 1) FROM {schema}.orders"
COMMON_PCT = 10.0
BY_HAND = "ALTER TABLE {schema}.orders SET (autovacuum_enabled = false)"
HEAL = "ALTER TABLE {schema}.orders RESET (autovacuum_enabled); ANALYZE {schema}.orders"
# What the statistics say of open orders, against what has been changed since they were taken.
KNOWN = """
    SELECT t.n_mod_since_analyze, t.n_live_tup, coalesce(100 * (
        SELECT frequency FROM unnest(s.most_common_vals::text::text[], s.most_common_freqs) AS each (value, frequency)
        WHERE value = 'open'), 0)::float8
    FROM pg_stat_user_tables t LEFT JOIN pg_stats s
        ON s.schemaname = t.schemaname AND s.tablename = t.relname AND s.attname = 'status'
    WHERE t.schemaname = %s AND t.relname = 'orders'
"""


def stale_statistics(stage: Stage) -> Fault:
    """Open most orders again while autovacuum leaves the table alone; on healing it is analysed, and only that.

    It is the same data that is slow with the old statistics and fast with new ones, so the orders stay open until
    all was seen: `Injection.afterwards` delivers them again.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - nothing is started
        return _changing(target, stage)

    return fault


@contextmanager
def _changing(target: Target, stage: Stage) -> Iterator[Injection]:
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    require_tables(address, stage.schema, "orders")
    names = {"schema": psycopg.sql.Identifier(stage.schema).as_string(), "share": SHARE_OF_TEN}
    with undone_by(target, stage, HEAL.format(**names), what="the stale statistics of orders"):
        # Whatever an experiment that was broken off has left.
        ((open_pct,),) = query(address, OPEN_PCT.format(**names), None)
        if open_pct > COMMON_PCT:
            _deliver(address, names)
        execute(address, BY_HAND.format(**names))
        # Alone in its message: a block that commits may stand in no transaction, and several statements are one.
        query(address, REOPEN.format(**names), None, deadline_s=120.0)
        yield Injection(
            instance=writer,
            confirm=lambda: await_effect(lambda: _are_stale(address, stage.schema), what="stale statistics of orders"),
            afterwards=lambda: _deliver(address, names),
            tells={"cause": "stale statistics", "relation": "orders"},
        )


def _deliver(address: Address, names: Mapping[str, Any]) -> None:
    query(address, DELIVER.format(**names), None, deadline_s=120.0)
    execute(address, "ANALYZE {schema}.orders".format(**names))


def _are_stale(address: Address, schema: str) -> str | None:
    rows = query(address, KNOWN, [schema])
    if not rows:
        return None
    ((changed, live, open_pct),) = rows
    if not live or changed < live / 2:
        return None
    return f"{changed:,} changes to {live:,} orders since they were analysed; open are {open_pct:.1f} %, it says"
