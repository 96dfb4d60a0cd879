"""One connection of a crowd's client, in autocommit: opened, used, kept, and dropped without a word to anybody.

Ending a wait must not ask the server for anything (a cancel request would end what is to be watched), so a line
is cut at our own end of the socket; drill/targets/connection.py says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Self

from drill.targets.connection import CuttableConnection
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed


class Line:
    """An open connection; made by `open`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: CuttableConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, address: Address, deadline_s: float, settings: Mapping[str, str]) -> Self:
        """Connect and set the settings, within the deadline; raises psycopg.Error or DeadlinePassed."""
        connection: CuttableConnection | None = None
        try:
            async with asyncio.timeout(deadline_s):
                connection = await CuttableConnection.connect(
                    address.conninfo(), autocommit=True, prepare_threshold=None
                )
                if settings:
                    await connection.execute(_setting(settings), list(_flat(settings)))
        except TimeoutError as error:
            if connection is not None:
                await connection.close()
            raise DeadlinePassed(f"{address} let nobody in within {deadline_s:g} s") from error
        except BaseException:
            if connection is not None:
                await connection.close()
            raise
        return cls(connection)

    async def run(self, sql: str) -> None:
        """Run one statement to its end, however long that takes; raises psycopg.Error."""
        await self._connection.execute(sql.encode())

    async def spoken_to(self) -> None:
        """Wait, without asking for anything, until the server says something: it ends an idle connection so."""
        loop = asyncio.get_running_loop()
        heard = loop.create_future()
        descriptor = self._connection.fileno()
        loop.add_reader(descriptor, lambda: None if heard.done() else heard.set_result(None))
        try:
            await heard
        finally:
            loop.remove_reader(descriptor)

    def cut(self) -> None:
        """End every wait on it from our side; the server sees a client that is gone."""
        self._connection.cut()

    async def close(self) -> None:
        """Say goodbye without waiting for anybody."""
        await self._connection.close()


def _setting(settings: Mapping[str, str]) -> str:
    """One statement for all of them, for the length of the session."""
    return "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in settings)


def _flat(settings: Mapping[str, str]) -> list[str]:
    return [word for pair in settings.items() for word in pair]
