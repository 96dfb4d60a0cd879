"""A pool of a fixed size for one endpoint, whose dead connections never serve another request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from drill.application.connection import ApplicationConnection, connect, conninfo, introduce
from drill.application.lender import Checkout
from drill.errors import TargetError
from drill.requests import PoolState, Surroundings
from drill.targets.postgres import Address

OPEN_DEADLINE_S = 15.0

RECONNECT_S = 1.0
"""How long one lost connection is tried again before the pool shrinks by it; the next request that waits makes the
pool grow again. psycopg_pool doubles its pauses for as long as it tries (1, 2, 4, ... s), so that a pool which
tried for minutes would sleep through the end of the outage; so one of ours is never more than a second late."""


class Pool:
    """Lends from psycopg's pool, on a record of every checkout; opened by `pooled`.

    It bounds its queue itself: psycopg_pool 3.3 goes on counting those who have given up until a connection comes
    in, so that in an outage its queue is soon full of them, and whoever finds it full does not make it grow again.
    A pool that had lost all of its connections was seen to stay without any for good.
    """

    def __init__(
        self, endpoint: str, pool: AsyncConnectionPool[ApplicationConnection], surroundings: Surroundings
    ) -> None:
        """Take a pool that is open."""
        self._endpoint = endpoint
        self._pool = pool
        self._max_waiting = surroundings.max_waiting
        self._checkouts: list[Loan] = []
        self._waiting = 0
        self._in_use = 0
        self._trusted_from_s = float("-inf")

    @asynccontextmanager
    async def lent(self, patience_s: float) -> AsyncIterator[ApplicationConnection]:
        """One connection for the length of a block; a TooManyRequests or PoolTimeout ends the wait for one."""
        connection = await self._awaited(patience_s)
        loan = Loan()
        self._checkouts.append(loan)
        self._in_use += 1
        try:
            yield connection
        finally:
            await self.take_back(connection, loan)

    async def _awaited(self, patience_s: float) -> ApplicationConnection:
        """A connection at once, or after a wait in the queue if there is room in it."""
        if self._max_waiting and self._waiting >= self._max_waiting:
            raise TooManyRequests(f"{self._waiting} requests wait for a connection to the {self._endpoint} endpoint")
        self._waiting += 1
        try:
            return await self._pool.getconn(timeout=patience_s)
        finally:
            self._waiting -= 1

    async def take_back(self, connection: ApplicationConnection, loan: Loan) -> None:
        """Close what was cut, and give the rest to whoever waits."""
        # Before the next one gets it, or there would seem to be more in use than there are.
        loan.released_ns = time.monotonic_ns()
        self._in_use -= 1
        if connection.was_cut:
            # It may look idle: an answer that came in together with the deadline was still read.
            await connection.close()
        await self._pool.putconn(connection)

    async def distrust(self, connection: ApplicationConnection) -> None:
        """Replace all connections of its age, once: what killed one has most likely killed the others.

        Those in use are replaced when they come back. What another one of the old ones reports later is no news.
        """
        if connection.born_s >= self._trusted_from_s:
            self._trusted_from_s = asyncio.get_running_loop().time()
            await self._pool.drain()

    def states(self) -> list[PoolState]:
        """How it stands; `size` counts those that are being made, too."""
        told = self._pool.get_stats()
        return [
            PoolState(
                endpoint=self._endpoint,
                size=told["pool_size"],
                in_use=self._in_use,
                waiting=self._waiting,
                max_size=self._pool.max_size,
                max_waiting=self._max_waiting,
            )
        ]

    def checkouts(self) -> list[Checkout]:
        """Every one so far, oldest first."""
        return [(self._endpoint, each.acquired_ns, each.released_ns) for each in self._checkouts]


class Loan:
    """From when to when a connection was out, on the machine's monotonic clock."""

    __slots__ = ("acquired_ns", "released_ns")

    def __init__(self) -> None:
        """From now on."""
        self.acquired_ns = time.monotonic_ns()
        self.released_ns: int | None = None


@asynccontextmanager
async def pooled(endpoint: str, address: Address, surroundings: Surroundings) -> AsyncIterator[Pool]:
    """A pool with all of its connections; TargetError where they are not to be had."""
    async with opened(endpoint, address, surroundings) as pool:
        yield Pool(endpoint, pool, surroundings)


@asynccontextmanager
async def opened(
    endpoint: str, address: Address, surroundings: Surroundings
) -> AsyncIterator[AsyncConnectionPool[ApplicationConnection]]:
    """The pool that `Pool` wants, filled; whoever has a `Pool` of another kind begins here."""
    size = surroundings.pool_size
    pool = AsyncConnectionPool(
        conninfo(address, endpoint, surroundings),
        connection_class=ApplicationConnection,
        kwargs={"autocommit": True},
        min_size=size,
        max_size=size,
        timeout=surroundings.pool_timeout_s,
        configure=partial(introduce, surroundings=surroundings),
        reconnect_timeout=RECONNECT_S,
        name=endpoint,
        open=False,
    )
    try:
        # A pool only says that it took too long; a connection says why.
        await (await connect(address, endpoint, surroundings)).close()
        await pool.open(wait=True, timeout=OPEN_DEADLINE_S)
    except PoolTimeout as error:
        raise TargetError(
            f"the application got fewer than its {size} connections to the {endpoint} endpoint {address} within"
            f" {OPEN_DEADLINE_S:g} s; look at max_connections, the user and the password"
        ) from error
    except psycopg.Error as error:
        raise TargetError(f"the application does not get in at the {endpoint} endpoint {address}: {error}") from error
    try:
        yield pool
    finally:
        await pool.close()
