"""The planner's statistics are out of date: what it knows to be rare has become common, and nobody told it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg import sql

from drill.faults.crowd import writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.shop import require_ours, require_tables
from drill.faults.sql import execute, execute_each, query
from drill.faults.stage import Stage
from drill.faults.undone import NEXT, undo, undone_later
from drill.history import WRITER_ENDPOINT
from drill.journal import healing
from drill.targets.postgres import Address
from drill.targets.target import Target

WHAT = "the stale statistics of orders"
SHARE_OF_TEN = 7
"""Seven of ten delivered orders are open again."""
REOPENED = "reopened"
"""The table of the schema that has the ids of the orders that were opened again, for as long as they are."""

# The table must not itself look like one whose statistics are stale, nor be vacuumed in the middle of it all.
NOTES = "CREATE TABLE IF NOT EXISTS {schema}.reopened (id bigint PRIMARY KEY) WITH (autovacuum_enabled = false)"
# In batches, so that nobody who changes an order waits long. Ids above are of orders that the load has placed.
REOPEN = """
    DO $$BEGIN
        FOR low IN 1..(SELECT coalesce(max(id), 0) FROM {schema}.orders WHERE id < 4294967296) BY 5000 LOOP
            WITH changed AS (
                UPDATE {schema}.orders SET status = 'open'
                WHERE id BETWEEN low AND low + 4999 AND status = 'delivered' AND id % 10 < {share} RETURNING id
            )
            INSERT INTO {schema}.reopened SELECT id FROM changed;
            COMMIT;
        END LOOP;
    END$$
"""
# What a session has changed is counted now, or it would seem to have come after the ANALYZE that follows.
FLUSH = "DO $$BEGIN PERFORM pg_stat_force_next_flush(); EXCEPTION WHEN undefined_function THEN NULL; END$$"
BY_HAND = "ALTER TABLE {schema}.orders SET (autovacuum_enabled = false)"
AUTOVACUUM = """
    SELECT option_value FROM pg_class, pg_options_to_table(reloptions)
    WHERE oid = %s::regclass AND option_name = 'autovacuum_enabled'
"""
# Whatever became of them since: an order that was delivered stays delivered when it is paid for.
DELIVER = """
    DO $$BEGIN
        IF to_regclass({reopened}) IS NULL THEN
            RETURN;
        END IF;
        FOR low IN 1..(SELECT coalesce(max(id), 0) FROM {schema}.reopened) BY 5000 LOOP
            UPDATE {schema}.orders SET status = 'delivered'
            WHERE id BETWEEN low AND low + 4999 AND status <> 'delivered'
              AND id IN (SELECT id FROM {schema}.reopened WHERE id BETWEEN low AND low + 4999);
            COMMIT;
        END LOOP;
    END$$
"""
# VACUUM alone leaves table and indexes twice as large, and the rows in another order: the next experiment would be
# slower than this one. So the table is written anew in its own order, which takes a second at scale 1.
SETTLE = (
    "CLUSTER {schema}.orders USING orders_pkey",
    "ALTER TABLE {schema}.orders SET WITHOUT CLUSTER",
    "VACUUM (ANALYZE) {schema}.orders",
)
FORGET = "DROP TABLE IF EXISTS {schema}.reopened"
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
    all was seen: `Injection.afterwards` delivers exactly those again, and until then it stands in the journal. Where
    the block is left by an error there is nothing to see, and that is done at once. Unsupported on a team's own data.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - nothing is started
        return _changing(target, stage)

    return fault


@contextmanager
def _changing(target: Target, stage: Stage) -> Iterator[Injection]:
    require_ours(stage)
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    require_tables(address, stage.schema, "orders")
    schema = sql.Identifier(stage.schema).as_string()
    watched = _autovacuum_as_it_is(address, schema)
    last = [each.format(schema=schema) for each in (*SETTLE, FORGET)]
    whole = NEXT.join((watched, _deliver(schema), FLUSH, *last))
    if query(address, "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s", [stage.schema, REOPENED]):
        undo(target, whole)  # whatever an experiment that was broken off has left
    with undone_later(target, stage, whole, what=WHAT) as put_away:
        try:
            execute_each(address, _reopening(schema))
            yield Injection(
                instance=writer,
                confirm=lambda: await_effect(lambda: _are_stale(address, stage.schema), what=WHAT),
                afterwards=put_away,
                tells={"cause": "stale statistics", "relation": "orders"},
            )
        finally:
            with healing(WHAT):
                execute(address, f"{watched}; ANALYZE {schema}.orders")


def _reopening(schema: str) -> list[str]:
    reopen = REOPEN.format(schema=schema, share=SHARE_OF_TEN)
    return [NOTES.format(schema=schema), BY_HAND.format(schema=schema), reopen, FLUSH, f"ANALYZE {schema}.reopened"]


def _autovacuum_as_it_is(address: Address, schema: str) -> str:
    """The statement that gives the table back the setting that it has now."""
    found = query(address, AUTOVACUUM, [f"{schema}.orders"])
    if not found:
        return f"ALTER TABLE {schema}.orders RESET (autovacuum_enabled)"
    return f"ALTER TABLE {schema}.orders SET (autovacuum_enabled = {sql.Literal(found[0][0]).as_string()})"


def _deliver(schema: str) -> str:
    return DELIVER.format(schema=schema, reopened=sql.Literal(f"{schema}.{REOPENED}").as_string())


def _are_stale(address: Address, schema: str) -> str | None:
    rows = query(address, KNOWN, [schema])
    if not rows:
        return None
    ((changed, live, open_pct),) = rows
    if not live or changed < live / 2:
        return None
    return f"{changed:,} changes to {live:,} orders since they were analysed; open are {open_pct:.1f} %, it says"
