"""What one attempt does over one connection, and what may be done with it when that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from psycopg import IsolationLevel

from drill.application.connection import ApplicationConnection
from drill.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Statements to be run, by `do(connection, ends_s)`, as often as it takes until one attempt succeeds.

    `idempotent`: doing it twice does no more than doing it once, so that it may be repeated even where nobody
    knows whether it was done. `isolation` None is the server's default.
    """

    do: Callable[[ApplicationConnection, float], Awaitable[None]]
    reads_only: bool
    in_transaction: bool
    idempotent: bool
    isolation: IsolationLevel | None = None


def work_of(request: Request) -> Work:
    """Run its statements, in one transaction where they are several, or write, or have work between them."""
    return Work(
        do=partial(_statements, request),
        reads_only=request.reads_only,
        in_transaction=not request.reads_only or len(request.statements) > 1 or request.works_s > 0,
        idempotent=request.reads_only or carries_key(request),
    )


def carries_key(request: Request) -> bool:
    """Whether its key goes into the database, where a second attempt can find what a first one has done."""
    return any(request.key in statement.parameters.values() for statement in request.statements)


async def _statements(request: Request, connection: ApplicationConnection, ends_s: float) -> None:
    """One after the other; the application's own work is done after the first, and not beyond the deadline."""
    for number, statement in enumerate(request.statements):
        cursor = await connection.execute(statement.sql.encode(), statement.parameters)
        if cursor.description:
            await cursor.fetchall()
        if number == 0 and request.works_s > 0:
            await asyncio.sleep(min(request.works_s, ends_s - asyncio.get_running_loop().time()))
