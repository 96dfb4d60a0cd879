"""A connection of the application: how it is opened, what it tells the server about its patience."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from psycopg.errors import UndefinedFunction
from psycopg.sql import Identifier

from drill.application.deadline import cut_at
from drill.history import WRITER_ENDPOINT
from drill.requests import Surroundings
from drill.targets.connection import CuttableConnection
from drill.targets.postgres import Address
from drill.targets.session import Notice

APPLICATION_NAME = "shop"

CONNECT_DEADLINE_S = 2
"""For connecting, and again for the first statements; libpq knows whole seconds, and no fewer than two."""

_SETTINGS = """
SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS given(name, value)
"""
_WHO = "SELECT aurora_db_instance_identifier()"

# What an outage does to connections is told by the answers; the pool's own words would only fill the terminal.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class ApplicationConnection(CuttableConnection):
    """A connection in autocommit that knows when it was made, who is at its other end, and what was noticed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Known by nobody until `introduce` has asked."""
        super().__init__(*args, **kwargs)
        self.born_s = asyncio.get_running_loop().time()
        self.server: str | None = None
        self.notices: list[Notice] = []
        self.add_notice_handler(lambda diagnostic: self.notices.append(Notice.of(diagnostic)))


def conninfo(address: Address, endpoint: str, surroundings: Surroundings) -> str:
    """How the application connects to an endpoint; never to be printed.

    Through the writer endpoint only an instance that lets us write is good enough: right after a failover the
    name may still lead to the old one. Whoever stops answering in the kernel, too, is given up after the deadline.
    """
    return address.conninfo(
        application_name=APPLICATION_NAME,
        connect_timeout=CONNECT_DEADLINE_S,
        target_session_attrs="read-write" if endpoint == WRITER_ENDPOINT else "any",
        keepalives=1,
        keepalives_idle=2,
        keepalives_interval=1,
        keepalives_count=3,
        tcp_user_timeout=round(surroundings.deadline_s * 1000),
    )


async def introduce(connection: ApplicationConnection, surroundings: Surroundings) -> None:
    """Tell the server where to look and how long it may take, and ask who it is, all within a deadline.

    By a statement, since proxies and poolers (RDS Proxy, PgBouncer) refuse `options` at the start of a connection.
    """
    settings = {
        "search_path": f"{Identifier(surroundings.schema).as_string(connection)}, public",
        "statement_timeout": _milliseconds(surroundings.statement_timeout_s),
        "lock_timeout": _milliseconds(surroundings.lock_timeout_s),
        "idle_in_transaction_session_timeout": _milliseconds(surroundings.idle_in_transaction_timeout_s),
    }
    with cut_at(connection, asyncio.get_running_loop().time() + CONNECT_DEADLINE_S):
        await connection.execute(_SETTINGS, [list(settings), list(settings.values())])
        connection.server = await _who(connection)


async def connect(address: Address, endpoint: str, surroundings: Surroundings) -> ApplicationConnection:
    """One connection outside any pool, as a pool would have made it."""
    connection = await ApplicationConnection.connect(conninfo(address, endpoint, surroundings), autocommit=True)
    try:
        await introduce(connection, surroundings)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _who(connection: ApplicationConnection) -> str | None:
    """The instance's name; a server that is no Aurora has none."""
    try:
        found = await (await connection.execute(_WHO)).fetchone()
    except UndefinedFunction:
        return None
    return found[0] if found else None


def _milliseconds(seconds: float) -> str:
    """As PostgreSQL's timeouts are set; 0 is none at all, so anything else is at least 1."""
    return str(max(1, round(seconds * 1000)) if seconds else 0)
