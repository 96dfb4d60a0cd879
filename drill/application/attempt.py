"""One attempt at one piece of work: a connection, a transaction, an ending. Repeats nothing, raises nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from drill.application.connection import ApplicationConnection
from drill.application.deadline import cut_at
from drill.application.lender import Lender
from drill.application.work import Work
from drill.history import Cause, Outcome
from drill.targets.outcomes import Ending, classify
from drill.targets.session import DeadlinePassed

POOL_TIMEOUT = "pool timeout"
POOL_QUEUE_FULL = "pool queue full"

SUSPICIOUS = frozenset({Cause.RESET, Cause.SILENT, Cause.SHUTTING_DOWN, Cause.STARTING_UP, Cause.STALE_WRITER})
"""Causes after which the other connections of the pool are no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How it ended, how long it waited for a connection, and who answered."""

    ending: Ending
    waited_ns: int
    server: str | None = None


async def attempted(work: Work, lender: Lender, *, ends_s: float, patience_s: float) -> Attempt:
    """Do the work once, with no more than `patience_s` of waiting for a connection, until `ends_s` on the loop's clock.

    FAILED where nothing can have been done: no connection, an error of the server, or the end of a connection
    on which no COMMIT was sent.
    """
    asked_ns = time.monotonic_ns()
    try:
        async with lender.lent(patience_s) as connection:
            waited_ns = time.monotonic_ns() - asked_ns
            ending = await _done(work, connection, ends_s)
            if ending.cause in SUSPICIOUS and not (work.reads_only and ending.cause is Cause.STALE_WRITER):
                await lender.distrust(connection)
            return Attempt(ending=ending, waited_ns=waited_ns, server=connection.server)
    except (psycopg.Error, OSError) as error:
        return Attempt(ending=_unserved(error), waited_ns=time.monotonic_ns() - asked_ns)


def _unserved(error: psycopg.Error | OSError) -> Ending:
    """There was no connection; what a pool says of that has no SQLSTATE."""
    if isinstance(error, TooManyRequests):
        return Ending(Outcome.FAILED, POOL_QUEUE_FULL, Cause.OTHER)
    if isinstance(error, PoolTimeout):
        return Ending(Outcome.FAILED, POOL_TIMEOUT, Cause.OTHER)
    return classify(error, sent=False)


async def _done(work: Work, connection: ApplicationConnection, ends_s: float) -> Ending:
    # Without a transaction the first statement may take effect; with one, nothing does before COMMIT is sent.
    sent = not work.in_transaction
    connection.notices.clear()
    try:
        with cut_at(connection, ends_s):
            if work.in_transaction:
                await connection.set_isolation_level(work.isolation)
                async with connection.transaction():
                    await work.do(connection, ends_s)
                    sent = True
            else:
                await work.do(connection, ends_s)
    except psycopg.Error as error:
        return _failed(error, connection, sent=sent)
    except Exception as error:  # noqa: BLE001 - whatever the work trips over ends the request, and nothing else
        return Ending(Outcome.UNKNOWN if sent else Outcome.FAILED, type(error).__name__, Cause.OTHER)
    return classify(None, sent=True, notices=connection.notices)


def _failed(error: psycopg.Error, connection: ApplicationConnection, *, sent: bool) -> Ending:
    """What the table says of a statement that was sent, but that nothing can have been done without a COMMIT."""
    if error.sqlstate is None and connection.was_cut:
        ending = classify(DeadlinePassed("cut at the deadline"), sent=True)
    elif error.sqlstate is None and not isinstance(error, psycopg.OperationalError):
        # psycopg's own refusal, of a parameter for example: it has sent nothing.
        return Ending(Outcome.FAILED, type(error).__name__, Cause.OTHER)
    else:
        ending = classify(error, sent=True)
    return ending if sent else ending._replace(outcome=Outcome.FAILED)
