"""Sessions that are really in the state that a test wants to see."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg

from drill.history import Cause
from drill.targets.outcomes import classify
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, wait_until


@contextmanager
def client(address: Address, name: str = "shop") -> Iterator[psycopg.Connection]:
    """A session of an application, in autocommit."""
    with psycopg.connect(address.conninfo(application_name=name), autocommit=True) as connection:
        yield connection


@contextmanager
def busy(server: Server, connection: psycopg.Connection, sql: str, *, state: str) -> Iterator[int]:
    """The session is amid a statement, as pg_stat_activity has it (`state` is a condition); its pid.

    It is ended with the block, whether it has got an answer or not.
    """
    pid = connection.info.backend_pid

    def execute() -> None:
        with suppress(psycopg.Error):
            connection.execute(sql)

    thread = threading.Thread(target=execute)
    thread.start()
    try:
        condition = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND {state}"  # noqa: S608 - a test's own words
        wait_until(lambda: server.run(condition) == [(1,)], state)
        yield pid
    finally:
        server.run(f"SELECT pg_terminate_backend({pid})")
        thread.join(10)


@contextmanager
def flooded(address: Address) -> Iterator[int]:
    """As many sessions as the server lets in, and how many they are."""
    with ExitStack() as stack:
        held = 0
        while True:
            try:
                stack.enter_context(client(address, "drill flood"))
            except psycopg.OperationalError as error:
                if classify(error, sent=False).cause is not Cause.TOO_MANY_CONNECTIONS:
                    raise
                break
            held += 1
        yield held
