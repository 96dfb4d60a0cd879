# ruff: noqa: INP001 - an example is no package
"""A team's own client under test: synchronous psycopg in threads, with its own pool, transactions and retries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from drill.history import Cause, Outcome
from drill.requests import Answer, PoolState, Request, Surroundings, Transfer
from drill.targets.outcomes import classify

Work = Callable[[psycopg.Connection], None]

ATTEMPTS = 3
CONFLICTS = {"40001", "40P01"}
LOST = {Cause.RESET, Cause.SHUTTING_DOWN}


class OwnApplication:
    """What drill's load talks to: two coroutines that raise nothing, and two plain methods."""

    def __init__(self, pool: ConnectionPool, threads: ThreadPoolExecutor, deadline_s: float) -> None:
        self._pool = pool
        self._threads = threads
        self._deadline_s = deadline_s

    async def perform(self, request: Request) -> Answer:
        """Run its statements in one transaction."""

        def work(connection: psycopg.Connection) -> None:
            for statement in request.statements:
                connection.execute(statement.sql, statement.parameters)

        return await self._in_a_thread(work, repeatable=request.reads_only)

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move the money once: whoever finds the key already there has nothing left to do."""
        values = {
            "key": transfer.key,
            "source": transfer.source,
            "destination": transfer.destination,
            "amount": transfer.amount,
        }

        def work(connection: psycopg.Connection) -> None:
            noted = connection.execute(
                "INSERT INTO transfers (key, source, destination, amount)"
                " VALUES (%(key)s, %(source)s, %(destination)s, %(amount)s) ON CONFLICT (key) DO NOTHING",
                values,
            )
            if noted.rowcount:
                connection.execute("UPDATE accounts SET balance = balance - %(amount)s WHERE id = %(source)s", values)
                connection.execute(
                    "UPDATE accounts SET balance = balance + %(amount)s WHERE id = %(destination)s", values
                )

        return await self._in_a_thread(work, repeatable=True)

    def pools(self) -> list[PoolState]:
        """How the pool stands: what says "never above its size" and "the queue is bounded" rests on this."""
        told = self._pool.get_stats()
        return [
            PoolState(
                endpoint="writer",
                size=told["pool_size"],
                in_use=told["pool_size"] - told["pool_available"],
                waiting=told["requests_waiting"],
                max_size=self._pool.max_size,
                max_waiting=self._pool.max_waiting,
            )
        ]

    def checkouts(self) -> list[tuple[str, int, int | None]]:
        """We do not note when a connection was out, so pool utilisation will be undecided."""
        return []

    async def _in_a_thread(self, work: Work, *, repeatable: bool) -> Answer:
        """Wait for the thread no longer than the deadline; what it is doing by then, nobody knows."""
        working = asyncio.get_running_loop().run_in_executor(self._threads, self._repeated, work, repeatable)
        try:
            return await asyncio.wait_for(asyncio.shield(working), self._deadline_s)
        except TimeoutError:
            return Answer(outcome=Outcome.UNKNOWN, cause=Cause.SILENT)

    def _repeated(self, work: Work, repeatable: bool) -> Answer:  # noqa: FBT001 - an executor takes no keywords
        """Try again after a conflict, after a loss before COMMIT, and after a loss of what may be done twice."""
        perhaps_done = False
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._attempted(work, attempt)
            perhaps_done |= answer.outcome is Outcome.UNKNOWN
            lost = answer.cause in LOST and (answer.outcome is Outcome.FAILED or repeatable)
            if not (lost or answer.code in CONFLICTS):
                break
        if answer.outcome is Outcome.FAILED and perhaps_done:
            return Answer(outcome=Outcome.UNKNOWN, code=answer.code, cause=answer.cause, attempts=answer.attempts)
        return answer

    def _attempted(self, work: Work, attempt: int) -> Answer:
        """One transaction; FAILED where COMMIT was never sent."""
        sent = False
        try:
            with self._pool.connection() as connection, connection.transaction():
                work(connection)
                sent = True
        except (PoolTimeout, TooManyRequests) as error:
            return Answer(outcome=Outcome.FAILED, code=type(error).__name__, cause=Cause.OTHER, attempts=attempt)
        except psycopg.Error as error:
            outcome, code, cause = classify(error, sent=True)
            return Answer(outcome=outcome if sent else Outcome.FAILED, code=code, cause=cause, attempts=attempt)
        return Answer(outcome=Outcome.OK, attempts=attempt)


@asynccontextmanager
async def own_application(surroundings: Surroundings) -> AsyncIterator[OwnApplication]:
    """Open it for the length of a block; everything that it may know is in `surroundings`."""

    def settle(connection: psycopg.Connection) -> None:
        connection.execute("SELECT set_config('search_path', %s, false)", [surroundings.schema])
        limits = {
            "statement_timeout": surroundings.statement_timeout_s,
            "lock_timeout": surroundings.lock_timeout_s,
            "idle_in_transaction_session_timeout": surroundings.idle_in_transaction_timeout_s,
        }
        for name, limit_s in limits.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, f"{limit_s * 1000:.0f}ms"])

    pool = ConnectionPool(
        surroundings.writer.conninfo(application_name="shop"),
        kwargs={"autocommit": True},
        min_size=surroundings.pool_size,
        max_size=surroundings.pool_size,
        max_waiting=surroundings.max_waiting,
        timeout=surroundings.pool_timeout_s,
        configure=settle,
        open=False,
    )
    # More threads than connections: it is the pool's queue that is measured, not the executor's.
    threads = ThreadPoolExecutor(surroundings.pool_size + min(surroundings.max_waiting, 64))
    try:
        await asyncio.to_thread(pool.open, wait=True)
        yield OwnApplication(pool, threads, surroundings.deadline_s)
    finally:
        await asyncio.to_thread(pool.close)
        threads.shutdown(wait=False, cancel_futures=True)
