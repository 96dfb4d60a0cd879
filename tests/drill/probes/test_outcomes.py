"""Every row of the table of outcomes, from what a server really says."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import psycopg
import pytest

from drill.history import Cause, Outcome
from drill.probes.tables import table
from drill.targets.outcomes import Ending, classify
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Notice, Session
from tests.drill.probes.fake import HANG_UP, Error, saying
from tests.drill.probes.server import LOCKED, Server, free_port, insertion, wait_until

OK, FAILED, UNKNOWN = Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN


async def entering(address: Address, deadline_s: float = 5.0) -> Ending:
    """How an attempt to connect ends."""
    try:
        session = await Session.open(address, deadline_s)
    except (psycopg.Error, DeadlinePassed) as error:
        return classify(error, sent=False)
    await session.close()
    return classify(None, sent=False)


async def calling(address: Address, sql: str, deadline_s: float = 5.0) -> Ending:
    """How a statement ends."""
    session = await Session.open(address, 5)
    error: Exception | None = None
    try:
        await session.fetch(sql, deadline_s=deadline_s)
    except (psycopg.Error, DeadlinePassed) as failure:
        error = failure
    await session.close()
    return classify(error, sent=True, notices=session.notices)


def test_acknowledgement_is_ok(server: Server) -> None:
    """What the server acknowledged without a warning is OK."""
    assert asyncio.run(calling(server.address, "SELECT 1")) == Ending(OK)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("25006", Ending(FAILED, "25006", Cause.STALE_WRITER)),
        ("40001", Ending(FAILED, "40001", Cause.OTHER)),
        ("40P01", Ending(FAILED, "40P01", Cause.OTHER)),
        ("57014", Ending(FAILED, "57014", Cause.OTHER)),
        ("53100", Ending(FAILED, "53100", Cause.OTHER)),
        ("53300", Ending(FAILED, "53300", Cause.TOO_MANY_CONNECTIONS)),
        ("40003", Ending(UNKNOWN, "40003", Cause.RESET)),
        ("08007", Ending(UNKNOWN, "08007", Cause.RESET)),
        ("57P01", Ending(UNKNOWN, "57P01", Cause.SHUTTING_DOWN)),
        ("57P02", Ending(UNKNOWN, "57P02", Cause.SHUTTING_DOWN)),
        ("57P03", Ending(UNKNOWN, "57P03", Cause.STARTING_UP)),
    ],
)
def test_error_of_the_statement(server: Server, code: str, ending: Ending) -> None:
    """An error that the server reports for a statement proves what its SQLSTATE says, and no more."""
    raising = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"
    assert asyncio.run(calling(server.address, raising)) == ending


def test_read_only_transaction_is_a_stale_writer(server: Server, schema: str) -> None:
    """A server that only reads has not written."""
    server.run("ALTER ROLE postgres SET default_transaction_read_only = on")
    try:
        ending = asyncio.run(calling(server.address, insertion(schema, "(1, 1)")))
    finally:
        server.run("SET default_transaction_read_only = off", "ALTER ROLE postgres RESET default_transaction_read_only")
    assert ending == Ending(FAILED, "25006", Cause.STALE_WRITER)


def test_terminated_connection_is_unknown(server: Server) -> None:
    """57P01 ends the connection, perhaps after the commit."""
    ending = asyncio.run(calling(server.address, "SELECT pg_terminate_backend(pg_backend_pid())"))
    assert ending == Ending(UNKNOWN, "57P01", Cause.SHUTTING_DOWN)


def test_silence_is_unknown(server: Server) -> None:
    """A deadline proves nothing about what became of the statement."""
    assert asyncio.run(calling(server.address, "SELECT pg_sleep(2)", 0.05)) == Ending(UNKNOWN, None, Cause.SILENT)


def test_acknowledgement_without_replication_is_unknown(server: Server, schema: str) -> None:
    """A commit whose wait for its replicas was cancelled is acknowledged, with a warning, and perhaps lost later."""
    server.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
    waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    try:
        wait_until(lambda: server.run("SHOW synchronous_standby_names") == [("nobody",)], "the setting is there")

        async def write_and_cancel() -> Ending:
            write = asyncio.create_task(calling(server.address, insertion(schema, "(1, 1)")))
            await asyncio.to_thread(wait_until, lambda: server.run(waiting), "the write waits for a replica")
            return await write

        ending = asyncio.run(write_and_cancel())
    finally:
        server.run("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        wait_until(lambda: server.run("SHOW synchronous_standby_names") == [("",)], "the setting is gone")
    assert ending == Ending(UNKNOWN, "01000", Cause.UNREPLICATED)
    assert server.run(f"TABLE {table(schema)}") == [(1, 1)]


def test_other_warnings_are_no_reason_to_doubt() -> None:
    """Only the warning about replication takes an acknowledgement back, in whichever language it comes."""
    chatter = Notice("WARNING", "01000", "there is no transaction in progress", "EndTransactionBlock")
    doubt = Notice("WARNING", "01000", "Warten auf synchrone Replikation abgebrochen", "SyncRepWaitForLSN")
    assert classify(None, sent=True, notices=[chatter]) == Ending(OK)
    assert classify(None, sent=True, notices=[chatter, doubt]).cause is Cause.UNREPLICATED


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        (("FATAL", "57P01", "terminating connection"), Ending(UNKNOWN, "57P01", Cause.SHUTTING_DOWN)),
        (("FATAL", "57P02", "crash of another server process"), Ending(UNKNOWN, "57P02", Cause.SHUTTING_DOWN)),
        (("FATAL", "57P03", "the database system is starting up"), Ending(UNKNOWN, "57P03", Cause.STARTING_UP)),
        (("FATAL", "08006", "connection failure"), Ending(UNKNOWN, "08006", Cause.RESET)),
        (("PANIC", "53100", "could not write to WAL"), Ending(UNKNOWN, "53100", Cause.OTHER)),
        (("ERROR", "53100", "disk full"), Ending(FAILED, "53100", Cause.OTHER)),
        (HANG_UP, Ending(UNKNOWN, None, Cause.RESET)),
    ],
    ids=lambda each: "-".join(filter(None, map(str, each))) or "hang up",
)
def test_last_words_of_a_server(said: Error, ending: Ending) -> None:
    """What ends a connection in mid-statement proves nothing, unless it is an ERROR of the statement alone."""

    async def call() -> Ending:
        async with saying(answering=said) as address:
            return await calling(address, "INSERT INTO writes VALUES (1, 1)")

    assert asyncio.run(call()) == ending


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        (("FATAL", "57P03", "the database system is starting up"), ("57P03", Cause.STARTING_UP)),
        (("FATAL", "57P03", "the database system is in recovery mode"), ("57P03", Cause.STARTING_UP)),
        (("FATAL", "57P03", "the database system is not yet accepting connections"), ("57P03", Cause.STARTING_UP)),
        (("FATAL", "57P03", "the database system is shutting down"), ("57P03", Cause.SHUTTING_DOWN)),
        (("FATAL", "53300", "sorry, too many clients already"), ("53300", Cause.TOO_MANY_CONNECTIONS)),
        (
            ("FATAL", "53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute"),
            ("53300", Cause.TOO_MANY_CONNECTIONS),
        ),
        (("FATAL", "28000", 'no pg_hba.conf entry for host "10.0.0.1"'), ("28000", Cause.AUTHENTICATION)),
        (("FATAL", "28000", "PAM authentication failed"), (None, Cause.AUTHENTICATION)),
        (("FATAL", "57P01", "terminating connection due to administrator command"), ("57P01", Cause.SHUTTING_DOWN)),
        (("FATAL", "3D000", 'database "d" does not exist'), (None, Cause.OTHER)),
        (HANG_UP, (None, Cause.RESET)),
    ],
    ids=lambda each: "-".join(filter(None, map(str, each))) or "hang up",
)
def test_turned_away_at_the_door(said: Error, ending: tuple[str | None, Cause]) -> None:
    """Whoever is not let in has written nothing; the words tell why, since libpq keeps nothing else."""

    async def enter() -> Ending:
        async with saying(entering=said) as address:
            return await entering(address)

    assert asyncio.run(enter()) == Ending(FAILED, *ending)


def test_real_doors(server: Server) -> None:
    """A real server's words, and a real resolver's and kernel's, are those that the table knows."""
    server.run(
        f"CREATE ROLE {LOCKED} LOGIN PASSWORD 'right'",
        "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0",
        "CREATE ROLE nologin NOLOGIN",
    )
    here = server.address
    doors = {
        replace(here, user=LOCKED, password="wrong"): ("28P01", Cause.AUTHENTICATION),
        replace(here, user=LOCKED, password=""): (None, Cause.AUTHENTICATION),
        replace(here, user="crowded"): ("53300", Cause.TOO_MANY_CONNECTIONS),
        replace(here, user="nologin"): ("28000", Cause.AUTHENTICATION),
        replace(here, user="unheard-of"): ("28000", Cause.AUTHENTICATION),
        here.at("127.0.0.1", free_port()): (None, Cause.REFUSED),
        here.at("no-such-host.invalid", 5432): (None, Cause.NAME_RESOLUTION),
    }
    try:
        for door, (code, cause) in doors.items():
            assert asyncio.run(entering(door)) == Ending(FAILED, code, cause), door
    finally:
        server.run(f"DROP ROLE {LOCKED}", "DROP ROLE crowded", "DROP ROLE nologin")


def test_door_that_stays_silent() -> None:
    """A host that takes the connection and says nothing is silent, and nothing was sent to it."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = Address(host="127.0.0.1", port=nobody.getsockname()[1], user="u", password="", dbname="d")
        assert asyncio.run(entering(address, 0.1)) == Ending(FAILED, None, Cause.SILENT)
