"""One connection whose every call ends by its deadline, whatever the server does.

A frozen host keeps its sockets open and answers nothing. Ending the wait on our side is not enough;
drill/targets/connection.py says why, and what we do instead.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, Self

import psycopg
from psycopg.errors import Diagnostic, UndefinedFunction

from drill.errors import TargetError
from drill.targets.connection import CuttableConnection
from drill.targets.postgres import Address

Rows = list[tuple[Any, ...]]

WHO_AND_ROLE = "SELECT aurora_db_instance_identifier(), pg_is_in_recovery()"
ROLE = "SELECT pg_is_in_recovery()"


class DeadlinePassed(TargetError, TimeoutError):
    """The call's own deadline passed without an answer; what it asked for may have been done."""


class Notice(NamedTuple):
    """A message that came with an answer; `source` is the server's C function, the same in every language."""

    severity: str
    sqlstate: str
    message: str
    source: str

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Self:
        """What psycopg hands to a notice handler; what the server left out is empty."""
        said = diagnostic.severity_nonlocalized, diagnostic.sqlstate
        told = diagnostic.message_primary, diagnostic.source_function
        return cls(*(each or "" for each in said + told))


class Session:
    """A connection in autocommit, for one call at a time; `server` and `in_recovery` are as of connecting."""

    __slots__ = ("_connection", "_cursor", "in_recovery", "notices", "server")

    def __init__(self, connection: CuttableConnection, name: str) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self.server = name
        self.in_recovery = False
        self.notices: list[Notice] = []
        connection.add_notice_handler(self._note)

    @classmethod
    async def open(cls, address: Address, deadline_s: float, *, name: str | None = None) -> Self:
        """Connect and ask who answers, all within the deadline.

        `name` is who it is where the server cannot tell (no Aurora, and no function by that name); by default
        host:port. Raises psycopg.Error or DeadlinePassed; a connection that failed half-way is closed.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + deadline_s
        try:
            async with asyncio.timeout(deadline_s):
                connection = await CuttableConnection.connect(address.conninfo(), autocommit=True)
        except TimeoutError as error:
            raise DeadlinePassed(f"{address} let nobody in within {deadline_s:g} s") from error
        session = cls(connection, name or str(address))
        try:
            await session._introduce(ends)
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def alive(self) -> bool:
        """Whether another call makes sense: nothing has closed, lost or cut the connection."""
        return not (self._connection.was_cut or self._connection.closed)

    async def fetch(self, sql: Any, params: Any = None, *, deadline_s: float) -> Rows:
        """Run one statement; its rows, none for a statement without any. `notices` are then this call's.

        Raises psycopg.Error, or DeadlinePassed, after which the session is dead and the statement may or may
        not have been done. Sends no cancel request, not even when the task is cancelled.
        """
        self.notices = []
        cursor = self._cursor
        timer = asyncio.get_running_loop().call_later(deadline_s, self._connection.cut)
        try:
            await cursor.execute(sql, params)
            return await cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            # An answer that lay in the socket before the deadline still is an answer: only silence is ours.
            if self._connection.was_cut and error.sqlstate is None:
                raise DeadlinePassed(f"{self.server} gave no answer within {deadline_s:g} s") from error
            raise
        finally:
            timer.cancel()

    async def close(self) -> None:
        """Say goodbye without waiting for anybody: safe on a frozen server."""
        await self._connection.close()

    async def _introduce(self, ends: float) -> None:
        """Ask who answers and in which role; a server without Aurora's function keeps its given name."""
        remaining = asyncio.get_running_loop().time
        try:
            ((self.server, self.in_recovery),) = await self.fetch(WHO_AND_ROLE, deadline_s=ends - remaining())
        except UndefinedFunction:
            ((self.in_recovery,),) = await self.fetch(ROLE, deadline_s=ends - remaining())

    def _note(self, diagnostic: Diagnostic) -> None:
        self.notices.append(Notice.of(diagnostic))


def ask(address: Address, sql: Any, params: Any = None, *, deadline_s: float) -> Rows:
    """One statement over a connection of its own, all within the deadline, where no event loop runs.

    Raises psycopg.Error or DeadlinePassed. A resolver that hangs can hold it for longer than the deadline.
    """
    return ask_whom(address, sql, params, deadline_s=deadline_s)[1]


def ask_whom(
    address: Address, sql: Any, params: Any = None, *, deadline_s: float, name: str | None = None
) -> tuple[str, Rows]:
    """Do as `ask` does, and tell who answered; `name` as in `Session.open`."""

    async def once() -> tuple[str, Rows]:
        loop = asyncio.get_running_loop()
        ends = loop.time() + deadline_s
        session = await Session.open(address, deadline_s, name=name)
        try:
            return session.server, await session.fetch(sql, params, deadline_s=ends - loop.time())
        finally:
            await session.close()

    return asyncio.run(once())
