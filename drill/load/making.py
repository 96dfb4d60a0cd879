"""A connection that makes or asks things before and after a load: every call ends by one deadline for all."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import psycopg

from drill.targets.postgres import Address
from drill.targets.schemas import not_made, quoted
from drill.targets.session import DeadlinePassed

Connection = psycopg.Connection[tuple[Any, ...]]
CONNECT_S = 10


@contextlib.contextmanager
def connected(address: Address, *schemas: str, deadline_s: float) -> Iterator[Connection]:
    """A connection in autocommit, whose times are UTC; names without a schema are looked for in these.

    Raises psycopg.Error, or DeadlinePassed. Called where no event loop runs. A transaction that
    was left open is rolled back.
    """
    passed = threading.Event()
    try:
        with psycopg.connect(address.conninfo(connect_timeout=CONNECT_S), autocommit=True) as connection:
            timer = threading.Timer(deadline_s, _cut, (connection, passed))
            timer.daemon = True
            timer.start()
            try:
                connection.execute(f"SET search_path TO {', '.join(map(quoted, schemas))}; SET timezone TO 'UTC'")
                yield connection
            finally:
                timer.cancel()
    except psycopg.Error as error:
        if not passed.is_set():
            raise
        raise DeadlinePassed(f"{address} gave no answer within {deadline_s:g} s") from error


@contextlib.contextmanager
def making(address: Address, schema: str, what: str, *, deadline_s: float) -> Iterator[Connection]:
    """Connect as `connected` does, to "load the shop" or the like; all that goes wrong is a TargetError of one line."""
    try:
        with connected(address, schema, deadline_s=deadline_s) as connection:
            yield connection
    except (psycopg.Error, DeadlinePassed) as error:
        raise not_made(error, address, schema, what) from error


def _cut(connection: Connection, passed: threading.Event) -> None:
    """End the stream both ways, through a copy of the descriptor, since a frozen server would hold us for good."""
    passed.set()
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as copy:
        copy.shutdown(socket.SHUT_RDWR)
