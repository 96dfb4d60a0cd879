"""How this package asks: over connections that everybody can tell from an application's, and by a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg

from drill.errors import ProbeError
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Rows, Session

MONITOR = "drill monitor"
"""The application_name of whoever only looks; such sessions are left out of what is seen."""

SAID = 300
"""Characters that are kept of an error or a query."""


class Monitor(Session):
    """A session that knows whether its connection is encrypted."""

    __slots__ = ()

    @property
    def encrypted(self) -> bool:
        """Whether libpq speaks TLS on it: the client's word, since TLS may end before the server."""
        return bool(self._connection.pgconn.ssl_in_use)


def monitor(address: Address) -> Address:
    """The same address, for one who only looks."""
    return replace(address, application_name=MONITOR)


class Conversation:
    """Statements over one connection, all of them within one deadline. `server` is who answers."""

    __slots__ = ("_ends", "_session", "encrypted", "in_recovery", "server")

    def __init__(self, session: Monitor, ends: float) -> None:
        """`ends` is on the running loop's clock."""
        self._session = session
        self._ends = ends
        self.server = session.server
        self.in_recovery = session.in_recovery
        self.encrypted = session.encrypted

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; none is less than a millisecond."""
        return max(0.001, self._ends - asyncio.get_running_loop().time())

    async def ask(self, sql: Any, params: Any = None) -> Rows:
        """One statement; raises psycopg.Error or DeadlinePassed."""
        return await self._session.fetch(sql, params, deadline_s=self.left_s)


@asynccontextmanager
async def conversing(
    address: Address, purpose: str, deadline_s: float, *, name: str | None = None
) -> AsyncIterator[Conversation]:
    """A conversation for the length of a block; what goes wrong is a ProbeError that says what could not be done."""
    ends = asyncio.get_running_loop().time() + deadline_s
    try:
        session = await Monitor.open(monitor(address), deadline_s, name=name)
        try:
            yield Conversation(session, ends)
        finally:
            await session.close()
    except (psycopg.Error, DeadlinePassed) as error:
        raise ProbeError(f"could not {purpose} at {address}: {first_line(error)}") from error


def read(address: Address, *questions: tuple[str, Any], purpose: str, deadline_s: float) -> list[Rows]:
    """The rows of each question, asked in order over one connection, where no event loop runs. Raises ProbeError."""

    async def once() -> list[Rows]:
        async with conversing(address, purpose, deadline_s) as conversation:
            return [await conversation.ask(sql, params) for sql, params in questions]

    return asyncio.run(once())


SCHEMA_EXISTS = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"


def present(found: Rows, schema: str, address: Address) -> None:
    """ProbeError where SCHEMA_EXISTS found none: nothing seen of a schema that is not there proves nothing."""
    if found != [(1,)]:
        raise ProbeError(f"there is no schema {schema} at {address}; is its name right, and was it made?")


def first_line(error: BaseException) -> str:
    """What an error says, in one line, cut to what is kept."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:SAID]
