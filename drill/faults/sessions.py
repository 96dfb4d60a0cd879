"""Looks at the sessions of an application: whether one runs, waits, or sits idle in a transaction.

An ordinary role sees the sessions of its own role in full, and that is what culprits are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask

Look = Callable[[], str | None]

RUNS = """
    SELECT count(*), min(pid), max(extract(epoch FROM clock_timestamp() - query_start))::float8, min(left(query, 80))
    FROM pg_stat_activity
    WHERE application_name = %s AND state = 'active' AND query_start < clock_timestamp() - %s * interval '1 s'
    HAVING count(*) > 0
"""
IDLES = """
    SELECT a.pid, c.relname, l.mode
    FROM pg_stat_activity a JOIN pg_locks l USING (pid) JOIN pg_class c ON c.oid = l.relation
    WHERE a.application_name = %s AND a.state = 'idle in transaction' AND l.granted
      AND c.relnamespace = %s::regnamespace AND c.relkind = 'r'
    LIMIT 1
"""
WAITS = """
    SELECT pid, pg_blocking_pids(pid), left(query, 80) FROM pg_stat_activity
    WHERE application_name = %s AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0
    LIMIT 1
"""


def runs(address: Address, application: str, *, for_s: float = 0.2) -> Look:
    """Whether a statement of the application has been running for so long."""

    def look() -> str | None:
        found = _first(address, RUNS, [application, for_s])
        if found is None:
            return None
        count, pid, age_s, query = found
        return f"{count} of {application} run, for {age_s:.1f} s at most (pid {pid}): {_line(query)}"

    return look


def idles(address: Address, application: str, schema: str) -> Look:
    """Whether one of the application's sessions is idle in a transaction and holds a lock on a table of the schema."""

    def look() -> str | None:
        found = _first(address, IDLES, [application, f'"{schema}"'])
        if found is None:
            return None
        pid, relation, mode = found
        return f"{application} (pid {pid}) is idle in its transaction, and holds {mode} on {relation}"

    return look


def waits(address: Address, application: str) -> Look:
    """Whether one of the application's sessions waits for a lock that somebody holds."""

    def look() -> str | None:
        found = _first(address, WAITS, [application])
        if found is None:
            return None
        pid, blockers, query = found
        return f"{application} (pid {pid}) waits behind {', '.join(map(str, blockers))}: {_line(query)}"

    return look


def _first(address: Address, sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    """One row, or none; a server that does not answer at the moment has shown nothing yet."""
    try:
        rows = ask(address, sql, values, deadline_s=2.0)
    except (psycopg.OperationalError, DeadlinePassed):
        return None
    return rows[0] if rows else None


def _line(query: str) -> str:
    return " ".join(query.split())
