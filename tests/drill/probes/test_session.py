"""A call ends by its deadline, and the server never hears of it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psutil
import psycopg
import pytest

from drill.probes.tables import table
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Session, ask, ask_whom
from tests.drill.probes.server import NAME, Server, insertion, wait_until

DEADLINE_S = 0.2
LATE_S = 0.15
"""How much later than its deadline a call may end on a busy machine."""


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """Processes that keep their sockets open and answer nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def doorman(server: Server) -> AsyncIterator[tuple[Address, list[str]]]:
    """A way to the server that notes everybody who comes in: a cancel request would be one more."""
    came: list[str] = []

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append("somebody")
        inner = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(copy(reader, inner[1]), copy(inner[0], writer))

    door = await asyncio.start_server(enter, "127.0.0.1", 0)
    async with door:
        yield server.address.at("127.0.0.1", door.sockets[0].getsockname()[1]), came


def test_deadline_ends_a_call_in_time_and_sends_no_cancel_request(server: Server, schema: str) -> None:
    """A frozen server costs a call its deadline and not more, and gets no cancel request for it."""

    async def call() -> tuple[float, list[str]]:
        async with doorman(server) as (address, came):
            session = await Session.open(address, 5)
            ((pid,),) = await session.fetch("SELECT pg_backend_pid()", deadline_s=5)
            with frozen(pid):
                began = time.monotonic()
                with pytest.raises(DeadlinePassed):
                    await session.fetch(insertion(schema, "(1, 1)"), deadline_s=DEADLINE_S)
                took = time.monotonic() - began
                assert not session.alive
                await session.close()
            return took, came

    took, came = asyncio.run(call())
    assert DEADLINE_S <= took < DEADLINE_S + LATE_S
    assert came == ["somebody"]
    # The write was done after all: this is why silence proves nothing.
    wait_until(lambda: server.run(f"TABLE {table(schema)}") == [(1, 1)], "the thawed server writes")


def test_cancelled_task_sends_no_cancel_request(server: Server) -> None:
    """Not even a task's cancellation reaches the server, and it takes no longer than it must."""

    async def call() -> tuple[float, list[str]]:
        async with doorman(server) as (address, came):
            session = await Session.open(address, 5)
            task = asyncio.create_task(session.fetch("SELECT pg_sleep(3)", deadline_s=10))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), DEADLINE_S)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            took = time.monotonic() - began
            await session.close()
            return took, came

    took, came = asyncio.run(call())
    assert took < LATE_S
    assert came == ["somebody"]


def test_deadline_ends_an_attempt_to_connect(server: Server) -> None:
    """A server that accepts the connection and says no more is left at the deadline."""
    assert server.process is not None
    with frozen(server.process.pid):
        began = time.monotonic()
        with pytest.raises(DeadlinePassed, match=r"within 0\.2 s"):
            ask(server.address, "SELECT 1", deadline_s=DEADLINE_S)
        took = time.monotonic() - began
    assert DEADLINE_S <= took < DEADLINE_S + LATE_S


def test_deadlines_leak_nothing(server: Server) -> None:
    """After any number of passed deadlines, in calls and in connecting, no descriptor stays open."""
    assert server.process is not None
    postmaster = server.process.pid

    async def calls() -> None:
        for _ in range(5):
            session = await Session.open(server.address, 5)
            with pytest.raises(DeadlinePassed):
                await session.fetch("SELECT pg_sleep(2)", deadline_s=0.02)
            await session.close()
        with frozen(postmaster):
            for _ in range(5):
                with pytest.raises(DeadlinePassed):
                    await Session.open(server.address, 0.02)

    asyncio.run(calls())
    gc.collect()
    before = psutil.Process().num_fds()
    # The probes run without garbage collection, so nothing may depend on it.
    gc.disable()
    try:
        asyncio.run(calls())
        assert psutil.Process().num_fds() == before
    finally:
        gc.enable()


def test_call_in_time_cancels_its_timer(server: Server) -> None:
    """A deadline that was not needed does not cut the connection later."""

    async def call() -> None:
        session = await Session.open(server.address, 5)
        await session.fetch("SELECT 1", deadline_s=0.05)
        assert await session.fetch("SELECT pg_sleep(0.1), 2", deadline_s=5) == [("", 2)]
        assert session.alive
        await session.close()

    asyncio.run(call())


def test_answer_in_time_counts_though_read_late(server: Server) -> None:
    """When our own loop stalls past the deadline, an answer that lay in the socket still is one."""

    async def call() -> None:
        session = await Session.open(server.address, 5)
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, time.sleep, 0.1)  # a stall of the loop itself
        assert await session.fetch("SELECT pg_sleep(0.03), 2", deadline_s=0.05) == [("", 2)]
        assert not session.alive, "the deadline has passed all the same"
        await session.close()

        session = await Session.open(server.address, 5)
        loop.call_later(0.01, time.sleep, 0.1)
        refusal = "DO $$ BEGIN PERFORM pg_sleep(0.03); RAISE EXCEPTION USING ERRCODE = '25006'; END $$"
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await session.fetch(refusal, deadline_s=0.05)
        await session.close()

    asyncio.run(call())


def test_session_knows_who_answers(server: Server) -> None:
    """The server says who it is and in which role."""

    async def call() -> tuple[str, bool]:
        session = await Session.open(server.address, 5)
        await session.close()
        return session.server, session.in_recovery

    assert asyncio.run(call()) == (NAME, False)


def test_server_without_aurora_goes_by_the_given_name(server: Server) -> None:
    """Where nobody knows the function, the caller's name stands, or else the address."""
    function = "pg_catalog.aurora_db_instance_identifier"
    server.run(f"ALTER FUNCTION {function}() RENAME TO hidden")
    try:
        assert ask_whom(server.address, "SELECT 1", deadline_s=5, name="by another name") == ("by another name", [(1,)])
        assert ask_whom(server.address, "SELECT 1", deadline_s=5)[0] == f"127.0.0.1:{server.port}"
    finally:
        server.run("ALTER FUNCTION pg_catalog.hidden() RENAME TO aurora_db_instance_identifier")


def test_notices_are_those_of_the_last_call(server: Server) -> None:
    """Each call begins without notices, and keeps those that came with its own answer."""

    async def call() -> None:
        session = await Session.open(server.address, 5)
        await session.fetch("DO $$ BEGIN RAISE WARNING 'look out'; END $$", deadline_s=5)
        (notice,) = session.notices
        assert (notice.severity, notice.sqlstate, notice.message) == ("WARNING", "01000", "look out")
        await session.fetch("SELECT 1", deadline_s=5)
        assert session.notices == []
        await session.close()

    asyncio.run(call())


def test_ask_takes_parameters_and_raises_what_the_server_says(server: Server) -> None:
    """One question over a connection of its own: rows, or psycopg's own error."""
    assert ask(server.address, "SELECT %s::int + 1", (41,), deadline_s=5) == [(42,)]
    assert ask(server.address, "SET work_mem = '8MB'", deadline_s=5) == []
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(server.address, "SELECT 1 / 0", deadline_s=5)
