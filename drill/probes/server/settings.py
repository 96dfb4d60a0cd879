"""What a connection is told of itself: timeouts, slots, encryption; ours, and the application's own."""

from __future__ import annotations

import asyncio

import polars as pl
from psycopg import sql

from drill.errors import ProbeError
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.probes.server.reading import conversing, read
from drill.requests import Request, Statement
from drill.tables import typed_table
from drill.targets.postgres import Address

DEADLINE_S = 5.0

NAMES = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "deadlock_timeout",
    "max_connections",
    "superuser_reserved_connections",
    "reserved_connections",
    "autovacuum",
    "work_mem",
    "temp_file_limit",
    "ssl",
    "rds.force_ssl",
    "wal_level",
    "synchronous_commit",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "search_path",
    "server_version",
    "server_version_num",
)
"""Those that the server knows are told: transaction_timeout came with 17, reserved_connections with 16."""

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY 1"
_ENCRYPTION = "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
TOLD = "told_settings"


def connection_settings(address: Address, subject: str, *, deadline_s: float = DEADLINE_S) -> pl.DataFrame:
    """Table `settings` of a new connection: PostgreSQL's own names and values, timeouts in ms, 0: without end.

    Beside them: `ssl_in_use` on or off, by the client's word; `ssl_version` where the server itself ends TLS and so
    knows it (null: elsewhere, or none); `server`, who answers; `in_recovery` on or off. Raises ProbeError.
    """
    own = None if subject in {WRITER_ENDPOINT, READER_ENDPOINT} else subject

    async def once() -> dict[str, str | None]:
        async with conversing(address, "read the settings", deadline_s, name=own) as conversation:
            known: dict[str, str | None] = dict(await conversation.ask(_SETTINGS, (list(NAMES),)))
            encryption = await conversation.ask(_ENCRYPTION)
            return known | {
                "ssl_in_use": _on(flag=conversation.encrypted),
                "ssl_version": encryption[0][0] if encryption else None,
                "server": conversation.server,
                "in_recovery": _on(flag=conversation.in_recovery),
            }

    return _table(subject, asyncio.run(once()))


def telling(schema: str, *, key: str = "told-settings") -> Request:
    """A request that makes the application under test tell what its own connection is set to.

    Nobody sees another session's settings, and an `Answer` holds no rows: so the application writes them into a table
    of the run's own schema. What it wrote is read by `told`.
    """
    table = sql.Identifier(schema, TOLD)
    made = sql.SQL("CREATE TABLE IF NOT EXISTS {} (name text, value text)").format(table)
    written = sql.SQL("INSERT INTO {} SELECT name, setting FROM pg_settings WHERE name IN ({})").format(
        table, sql.SQL(", ").join(map(sql.Literal, NAMES))
    )
    statements = tuple(Statement(sql=each.as_string()) for each in (made, written))
    return Request(key=key, pattern="told-settings", statements=statements, reads_only=False)


def told(address: Address, schema: str, subject: str, *, deadline_s: float = DEADLINE_S) -> pl.DataFrame:
    """Table `settings` of what `telling` had the application write; ProbeError where it wrote nothing.

    Where it did so more than once, the last one counts.
    """
    question = sql.SQL("SELECT name, value FROM {} ORDER BY ctid").format(sql.Identifier(schema, TOLD)).as_string()
    (rows,) = read(address, (question, None), purpose="read what the application told", deadline_s=deadline_s)
    if not rows:
        raise ProbeError(f"the application has told nothing of its settings in {schema}.{TOLD}")
    return _table(subject, dict(rows))


def _table(subject: str, values: dict[str, str | None]) -> pl.DataFrame:
    rows = [{"subject": subject, "name": name, "value": value} for name, value in values.items()]
    return typed_table("settings", rows)


def _on(*, flag: bool) -> str:
    return "on" if flag else "off"
