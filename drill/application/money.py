"""A transfer of money, in one transaction, done once however often it is tried."""

from __future__ import annotations

from functools import partial

from psycopg import IsolationLevel

from drill.application.connection import ApplicationConnection
from drill.application.work import Work
from drill.requests import Transfer

NOTE = """
INSERT INTO transfers (key, source, destination, amount)
VALUES (%(key)s, %(source)s, %(destination)s, %(amount)s) ON CONFLICT (key) DO NOTHING
"""
FIND = "SELECT source, destination, amount FROM transfers WHERE key = %(key)s FOR UPDATE"
MOVE = "UPDATE accounts SET balance = balance + %(amount)s WHERE id = %(id)s"


class NoSuchAccount(LookupError):
    """A transfer names an account that is not there; no money moves."""


class KeyTaken(ValueError):
    """Another transfer was done under the same key."""


def moving(transfer: Transfer) -> Work:
    """Note the key and move the money, all or nothing; a second attempt finds the key, and has nothing left to do.

    REPEATABLE READ, so that whoever meets a concurrent change of an account is told to start again (40001).
    """
    return Work(
        do=partial(_moved, transfer),
        reads_only=False,
        in_transaction=True,
        idempotent=True,
        isolation=IsolationLevel.REPEATABLE_READ,
    )


async def _moved(transfer: Transfer, connection: ApplicationConnection, _ends_s: float) -> None:
    values = asked(transfer)
    if (await connection.execute(NOTE, values)).rowcount == 0:
        # FOR UPDATE leaves a trace, so that our commit waits for its replication, and with it for that of the
        # commit which we found: the connection that was lost may have taken the wait for it along.
        found = await (await connection.execute(FIND, values)).fetchone()
        if found != (transfer.source, transfer.destination, transfer.amount):
            raise KeyTaken(f"another transfer was done under the key of {transfer}: {found}")
        return
    for step in steps(transfer):
        await moved(connection, step)


def asked(transfer: Transfer) -> dict[str, str | int]:
    """The values of the note."""
    return {
        "key": transfer.key,
        "source": transfer.source,
        "destination": transfer.destination,
        "amount": transfer.amount,
    }


def steps(transfer: Transfer) -> list[dict[str, int]]:
    """Both changes, in the order of the accounts: two transfers between the same two never wait for each other."""
    changes = (
        {"id": transfer.source, "amount": -transfer.amount},
        {"id": transfer.destination, "amount": transfer.amount},
    )
    return sorted(changes, key=lambda change: change["id"])


async def moved(connection: ApplicationConnection, step: dict[str, int]) -> None:
    """Change one account, which must be there."""
    if (await connection.execute(MOVE, step)).rowcount != 1:
        raise NoSuchAccount(f"there is no account {step['id']}")
