"""The reference application, each time with one mistake that teams really make.

Named to the load as "tests.defects.applications:without_pool", and so on.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from drill.application import Reference, RetryPolicy, reference
from drill.application.connection import ApplicationConnection, connect
from drill.application.money import NOTE, asked, moved, moving, steps
from drill.application.pool import Loan, Pool, opened
from drill.application.work import Work
from drill.history import Outcome
from drill.requests import PoolState, Surroundings, Transfer
from drill.targets.outcomes import Ending
from drill.targets.postgres import Address

Opened = AbstractAsyncContextManager[Reference]


def pool_of_100(surroundings: Surroundings) -> Opened:
    """A pool for a load that never comes: most of its connections idle."""
    return reference(replace(surroundings, pool_size=100))


def without_statement_timeout(surroundings: Surroundings) -> Opened:
    """Statements may run for as long as they like."""
    return reference(replace(surroundings, statement_timeout_s=0))


def without_lock_timeout(surroundings: Surroundings) -> Opened:
    """Whoever waits for a lock waits until something else ends the statement."""
    return reference(replace(surroundings, lock_timeout_s=0))


def reads_at_the_writer(surroundings: Surroundings) -> Opened:
    """The readers are paid for, and never asked."""
    return reference(replace(surroundings, reader=None))


def hidden_queue(surroundings: Surroundings) -> Opened:
    """Everybody may wait for a connection, in a queue without bound, for as long as the request lasts."""
    return reference(replace(surroundings, max_waiting=0, pool_timeout_s=surroundings.deadline_s))


class _Unpooled:
    """Lends a new connection each time."""

    def __init__(self, endpoint: str, address: Address, surroundings: Surroundings) -> None:
        self._how = address, endpoint, surroundings

    @asynccontextmanager
    async def lent(self, patience_s: float) -> AsyncIterator[ApplicationConnection]:
        async with asyncio.timeout(max(patience_s, 0)):
            connection = await connect(*self._how)
        try:
            yield connection
        finally:
            await connection.close()

    async def distrust(self, connection: ApplicationConnection) -> None:
        """None of them is used twice."""

    def states(self) -> list[PoolState]:
        return []

    def checkouts(self) -> list[tuple[str, int, int | None]]:
        return []


@asynccontextmanager
async def _unpooled(endpoint: str, address: Address, surroundings: Surroundings) -> AsyncIterator[_Unpooled]:
    yield _Unpooled(endpoint, address, surroundings)


def without_pool(surroundings: Surroundings) -> Opened:
    """A new connection for each attempt, and as many at once as there are requests."""
    return reference(surroundings, lending=_unpooled)


LEAK_EVERY = 150
"""Each so many-th checkout is never returned: a pool that serves a hundred requests a second lasts some seconds."""


class _Leaking(Pool):
    """Forgets to return a connection now and then."""

    def __init__(self, endpoint: str, pool: object, surroundings: Surroundings) -> None:
        super().__init__(endpoint, pool, surroundings)
        self._numbers = itertools.count(1)
        self.leaked: list[ApplicationConnection] = []

    async def take_back(self, connection: ApplicationConnection, loan: Loan) -> None:
        if next(self._numbers) % LEAK_EVERY:
            await super().take_back(connection, loan)
        else:
            self.leaked.append(connection)


@asynccontextmanager
async def _leaking(endpoint: str, address: Address, surroundings: Surroundings) -> AsyncIterator[_Leaking]:
    async with opened(endpoint, address, surroundings) as pool:
        leaking = _Leaking(endpoint, pool, surroundings)
        try:
            yield leaking
        finally:
            for connection in leaking.leaked:
                await connection.close()


def leaks_connections(surroundings: Surroundings) -> Opened:
    """Some connections are taken and never given back, until the pool is empty for good."""
    return reference(surroundings, lending=_leaking)


def _whatever(ending: Ending, _work: Work) -> bool:
    return ending.outcome is not Outcome.OK


STORM = RetryPolicy(attempts=50, first_pause_s=0, longest_pause_s=0, budget_ratio=50, budget_reserve=1_000_000)


def retries_without_bound(surroundings: Surroundings) -> Opened:
    """Whatever failed is tried again at once, up to fifty times, also where it can only fail again."""
    return reference(surroundings, policy=STORM, worth=_whatever)


STUBBORN = RetryPolicy(attempts=10, budget_reserve=1000)
"""Whoever lost his connection gets another one, however many lost theirs."""

THINKS_S = 0.05
"""How long the application thinks in the middle of a transfer: at a hundred a second some are there at any moment."""

PATIENT = {"pool_size": 30, "deadline_s": 30.0, "pool_timeout_s": 30.0, "max_waiting": 0}
"""Connections for all who think, and time to try again after a failover."""


def _in_pieces(transfer: Transfer) -> Work:
    """The statements of a transfer, each for itself."""

    async def do(connection: ApplicationConnection, _ends_s: float) -> None:
        if (await connection.execute(NOTE, asked(transfer))).rowcount == 0:
            return
        for step in steps(transfer):
            await moved(connection, step)
            await asyncio.sleep(THINKS_S)

    return Work(do=do, reads_only=False, in_transaction=False, idempotent=True)


def transfer_without_transaction(surroundings: Surroundings) -> Opened:
    """Each statement of a transfer is committed by itself: one that is interrupted leaves half of it."""
    return reference(replace(surroundings, **PATIENT), moving=_in_pieces)


def _under_new_keys(transfer: Transfer) -> Work:
    """Once its COMMIT was sent, the next attempt calls itself `<key>/2`, and nobody can see that it is one.

    The receipt is part of the work: where it cannot be read, all is done again.
    """
    commits = 0

    async def do(connection: ApplicationConnection, ends_s: float) -> None:
        nonlocal commits
        key = f"{transfer.key}/{commits + 1}" if commits else transfer.key
        work = moving(replace(transfer, key=key))
        await connection.set_isolation_level(work.isolation)
        async with connection.transaction():
            await work.do(connection, ends_s)
            commits += 1
        await asyncio.sleep(THINKS_S)
        await connection.execute("SELECT balance FROM accounts WHERE id = %(source)s", asked(transfer))

    return Work(do=do, reads_only=False, in_transaction=False, idempotent=True)


def transfer_without_key(surroundings: Surroundings) -> Opened:
    """A transfer of which nobody knows whether it was done is done again, under a new key."""
    return reference(replace(surroundings, **PATIENT), policy=STUBBORN, moving=_under_new_keys)
