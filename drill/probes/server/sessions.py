"""One look at pg_stat_activity: who is connected, doing what, for how long, and waiting for whom.

The server puts a whole look into one JSON text, a list a column, which polars takes apart outside of Python: of a
thousand sessions that costs us a few ms, where a row each would cost tens.
"""

from __future__ import annotations

import polars as pl

from drill.probes.server.reading import MONITOR, SAID
from drill.tables import typed_table

ASKED_FOR_BLOCKERS = 100
"""Of so many waiting sessions, those that have waited longest, we ask who blocks them."""

_COLUMNS = {
    "pid": pl.Int32(),
    "application": pl.String(),
    "address": pl.String(),
    "user": pl.String(),
    "state": pl.String(),
    "state_age_s": pl.Float64(),
    "query_age_s": pl.Float64(),
    "transaction_age_s": pl.Float64(),
    "wait_type": pl.String(),
    "wait_event": pl.String(),
    "blocked_by": pl.List(pl.Int32()),
    "query": pl.String(),
}
_LOOK = pl.Struct({name: pl.List(kind) for name, kind in _COLUMNS.items()})

_LISTS = ", ".join(f"'{name}', json_agg(traced.{name})" for name in _COLUMNS)

# pg_blocking_pids "needs exclusive access to the lock manager's shared state for a short time" (PostgreSQL's manual,
# 9.27 System Information Functions), and its work grows with the queue: so it is called for those alone that wait for
# a lock, and not for all of a long queue.
SESSIONS = f"""
    WITH seen AS (
        SELECT pid, application_name AS application, host(client_addr) AS address, usename AS "user", state,
               extract(epoch FROM clock_timestamp() - state_change) AS state_age_s,
               extract(epoch FROM clock_timestamp() - query_start) AS query_age_s,
               extract(epoch FROM clock_timestamp() - xact_start) AS transaction_age_s,
               wait_event_type AS wait_type, wait_event, left(query, {SAID}) AS query,
               coalesce(wait_event_type = 'Lock', false) AS waits,
               row_number() OVER (PARTITION BY wait_event_type ORDER BY query_start) AS place
        FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND application_name IS DISTINCT FROM '{MONITOR}'
    ), traced AS (
        SELECT *, CASE WHEN NOT waits THEN '{{}}' WHEN place <= {ASKED_FOR_BLOCKERS} THEN pg_blocking_pids(pid) END
                  AS blocked_by
        FROM seen
    )
    SELECT pg_is_in_recovery(), count(*),
           json_build_object({_LISTS})::text
    FROM traced
"""  # noqa: S608 - our own names
"""One row: in recovery?, how many sessions, all of them."""

ROLE_ALONE = "SELECT pg_is_in_recovery(), NULL, NULL"
"""In its place where nobody's sessions are asked for."""


def sessions(look: str, *, instance: str, at_ns: int) -> pl.DataFrame:
    """The rows of table `sessions` for one look; `blocked_by` is empty for whoever waits for no lock.

    It is null for those waiting whose blockers were not asked for.
    """
    rows = pl.Series([look]).str.json_decode(_LOOK).struct.unnest().explode(*_COLUMNS)
    return typed_table("sessions", rows.with_columns(at_ns=pl.lit(at_ns), instance=pl.lit(instance)))
