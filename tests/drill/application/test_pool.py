"""The pool keeps its size, its queue is bounded, and what is dead serves nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from drill.application import Reference, reference
from drill.application.attempt import POOL_QUEUE_FULL, POOL_TIMEOUT
from drill.application.connection import connect
from drill.errors import TargetError
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Cause, Outcome
from drill.requests import Answer, Application, Factory, Surroundings
from tests.drill.application.asking import note, opened, reading, request, transfer
from tests.drill.application.conftest import Shop
from tests.drill.probes.server import free_port


async def until(condition: Callable[[], bool], what: str, deadline_s: float = 15.0) -> None:
    """Wait until it holds, or fail saying what did not come about."""
    ends = time.monotonic() + deadline_s
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < ends, f"{what}: not within {deadline_s} s"
        await asyncio.sleep(0.01)


def most_at_once(checkouts: list[tuple[str, int, int | None]]) -> int:
    """How many connections were out at the same moment, at most."""
    changes = [(acquired, 1) for _, acquired, _ in checkouts]
    changes += [(released, -1) for _, _, released in checkouts if released is not None]
    count = most = 0
    for _, change in sorted(changes):
        count += change
        most = max(most, count)
    return most


def test_reference_is_an_application(shop: Shop) -> None:
    """It has the four methods that the load calls, and the factory is one that the load can name."""
    factory: Factory = reference

    async def ask() -> Outcome:
        async with factory(shop.surroundings) as opening:
            application: Application = opening
            return (await application.perform(reading())).outcome

    assert asyncio.run(ask()) is Outcome.OK


def test_pool_never_exceeds_its_size(shop: Shop) -> None:
    """However many requests come at once, no more connections are out, or open, than the pool may have."""

    async def crowd() -> tuple[Reference, set[int], list[Answer]]:
        async with opened(shop.surroundings) as application:
            asking = [asyncio.create_task(application.perform(reading("SELECT pg_sleep(0.02)"))) for _ in range(40)]
            seen = set()
            while not all(task.done() for task in asking):
                seen.add(await asyncio.to_thread(shop.connections))
            return application, seen, [task.result() for task in asking]

    application, seen, ended = asyncio.run(crowd())
    assert {each.outcome for each in ended} == {Outcome.OK}
    assert max(seen) == 2
    assert len(application.checkouts()) == 40
    assert most_at_once(application.checkouts()) == 2
    assert all(released is not None and acquired <= released for _, acquired, released in application.checkouts())
    assert max(each.waited_ns or 0 for each in ended) > 0


def test_pool_tells_how_it_stands(shop: Shop) -> None:
    """Size, use and queue are those of the moment."""

    async def look() -> tuple[object, object]:
        async with opened(replace(shop.surroundings, max_waiting=7)) as application:
            asking = [asyncio.create_task(application.perform(reading("SELECT pg_sleep(0.5)"))) for _ in range(3)]
            await until(lambda: application.pools()[0].waiting == 1, "the third waits")
            (during,) = application.pools()
            await asyncio.gather(*asking)
            return during, application.pools()[0]

    during, after = asyncio.run(look())
    assert repr(during) == ("PoolState(endpoint='writer', size=2, in_use=2, waiting=1, max_size=2, max_waiting=7)")
    assert repr(after) == "PoolState(endpoint='writer', size=2, in_use=0, waiting=0, max_size=2, max_waiting=7)"


def test_queue_is_bounded_in_length_and_in_time(shop: Shop) -> None:
    """Whoever finds the queue full is told at once; whoever waits in vain is told at the pool's timeout; clearly."""

    async def crowd() -> list[Answer]:
        surroundings = replace(shop.surroundings, pool_size=1, max_waiting=2, pool_timeout_s=0.3)
        async with opened(surroundings) as application:
            first = asyncio.create_task(application.perform(reading("SELECT pg_sleep(3)")))
            await until(lambda: application.pools()[0].in_use == 1, "the connection is out")
            others = await asyncio.gather(*(application.perform(reading()) for _ in range(5)))
            return [*others, await first]

    *others, first = asyncio.run(crowd())
    assert first.outcome is Outcome.OK
    told = sorted((each.outcome, each.code, each.cause, each.attempts) for each in others)
    full = (Outcome.FAILED, POOL_QUEUE_FULL, Cause.OTHER, 1)
    late = (Outcome.FAILED, POOL_TIMEOUT, Cause.OTHER, 1)
    assert told == [full] * 3 + [late] * 2
    assert all((each.waited_ns or 0) >= 0.3e9 for each in others if each.code == POOL_TIMEOUT)


def test_reads_go_to_the_readers(shop: Shop) -> None:
    """What only reads uses the reader endpoint where there is one; everything else the writer endpoint."""

    async def ask() -> list[str]:
        surroundings = replace(shop.surroundings, reader=shop.server.address)
        async with opened(surroundings) as application:
            for asked in (reading(), note("a")):
                assert (await application.perform(asked)).outcome is Outcome.OK
            assert (await application.transfer(transfer())).outcome is Outcome.OK
            assert [each.endpoint for each in application.pools()] == [WRITER_ENDPOINT, READER_ENDPOINT]
            return [endpoint for endpoint, _, _ in sorted(application.checkouts(), key=lambda each: each[1])]

    assert asyncio.run(ask()) == [READER_ENDPOINT, WRITER_ENDPOINT, WRITER_ENDPOINT]


def test_dead_connections_serve_nobody(shop: Shop) -> None:
    """When all connections were ended behind its back, one request meets that and is repeated; no other one does."""

    async def ask() -> list[Answer]:
        async with opened(replace(shop.surroundings, pool_size=4)) as application:
            await asyncio.to_thread(shop.terminate)
            return [await application.perform(note(str(number))) for number in range(8)]

    ended = asyncio.run(ask())
    assert {each.outcome for each in ended} == {Outcome.OK}
    assert [each.attempts for each in ended] == [2, 1, 1, 1, 1, 1, 1, 1]
    assert len(shop.notes()) == 8


def test_cut_connection_serves_nobody(shop: Shop) -> None:
    """A connection that was cut when its work was just done looks idle, and is not lent again."""

    async def ask() -> Answer:
        async with opened(replace(shop.surroundings, pool_size=1)) as application:
            async with application.lenders[WRITER_ENDPOINT].lent(5) as connection:
                connection.cut()
            return await application.perform(note("next"))

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 1)


def test_stale_writer_is_left(shop: Shop) -> None:
    """A writer that only reads (25006) is left for whoever writes now, and connections to readers are not taken."""
    read_only = "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"
    writing = "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"

    def reads_only() -> bool:
        return shop.run("SHOW default_transaction_read_only") == [("on",)]

    async def ask() -> tuple[Answer, Answer]:
        async with opened(replace(shop.surroundings, pool_timeout_s=0.5)) as application:
            try:
                await asyncio.to_thread(shop.server.run, *read_only)
                await until(reads_only, "the server only reads")
                demoted = await application.perform(note("early"))
            finally:
                await asyncio.to_thread(shop.server.run, *writing)
            await until(lambda: not reads_only(), "the server writes again")
            ends = time.monotonic() + 15
            while (after := await application.perform(note("later"))).outcome is not Outcome.OK:
                assert time.monotonic() < ends, after
            return demoted, after

    demoted, _ = asyncio.run(ask())
    # The second attempt got no connection, where it could have met nothing but another 25006.
    assert (demoted.outcome, demoted.code, demoted.attempts) == (Outcome.FAILED, POOL_TIMEOUT, 2)
    assert shop.notes() == ["later"]


def test_service_returns_with_the_server(shop: Shop) -> None:
    """While the server is down requests fail clearly, bounded in number and time; soon after, they are served."""

    async def outage() -> tuple[list[Answer], int]:
        # More requests give up than the queue has places: those who have left take none.
        surroundings = replace(shop.surroundings, pool_timeout_s=0.2, max_waiting=3)
        async with opened(surroundings) as application:
            await asyncio.to_thread(shop.server.kill)
            down = [await application.perform(note("down")) for _ in range(12)]
            await asyncio.to_thread(shop.server.start)
            ends = time.monotonic() + 15
            while (await application.perform(note("up"))).outcome is not Outcome.OK:
                assert time.monotonic() < ends
            size = application.pools()[0].size
        return down, size

    down, size = asyncio.run(outage())
    assert {each.outcome for each in down} == {Outcome.FAILED}
    assert {each.code for each in down[2:]} == {POOL_TIMEOUT}
    assert sum(each.attempts or 0 for each in down) <= 10 + 1.1 * len(down)
    assert size <= 2
    assert set(shop.notes()) == {"up"}


def test_server_is_told_of_every_limit(shop: Shop) -> None:
    """Connections look into the schema first, and the server knows how long everything may take."""
    surroundings = replace(
        shop.surroundings, statement_timeout_s=1.5, lock_timeout_s=0.25, idle_in_transaction_timeout_s=2
    )

    async def look() -> list[object]:
        connection = await connect(surroundings.writer, WRITER_ENDPOINT, surroundings)
        try:
            shown = []
            for name in (
                "search_path",
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "application_name",
            ):
                shown += await (await connection.execute(f"SHOW {name}".encode())).fetchone() or ()
            return [*shown, connection.server]
        finally:
            await connection.close()

    assert asyncio.run(look()) == [f'"{shop.schema}", public', "1500ms", "250ms", "2s", "shop", "a"]


@pytest.mark.parametrize(
    ("given", "sql", "code"),
    [
        ({"statement_timeout_s": 0.2}, "SELECT pg_sleep(20)", "57014"),
        ({"lock_timeout_s": 0.2}, "UPDATE accounts SET balance = 0 WHERE id = 1", "55P03"),
    ],
    ids=["statement", "lock"],
)
def test_timeouts_of_the_server_end_a_request(shop: Shop, given: dict[str, float], sql: str, code: str) -> None:
    """Statement and lock timeouts end a request with their SQLSTATE, in one attempt, and leave no half of it."""

    async def ask() -> tuple[Answer, Answer]:
        async with opened(replace(shop.surroundings, **given)) as application:
            with shop.server.connect() as other:
                other.execute(f"BEGIN; LOCK {shop.schema}.accounts IN EXCLUSIVE MODE")
                ended = await application.perform(request("INSERT INTO notes (words) VALUES ('half')", sql))
            return ended, await application.perform(note("next"))

    ended, after = asyncio.run(ask())
    assert (ended.outcome, ended.code, ended.attempts) == (Outcome.FAILED, code, 1)
    assert after.outcome is Outcome.OK
    assert shop.notes() == ["next"]


def test_idle_transaction_is_ended_by_the_server(shop: Shop) -> None:
    """An application that works for too long with its transaction open is thrown out (25P03), and nothing was done."""
    slow = request("INSERT INTO notes (words) VALUES ('slow')", "SELECT 1", works_s=1.5)

    async def ask() -> tuple[Answer, Answer]:
        async with opened(replace(shop.surroundings, idle_in_transaction_timeout_s=0.2)) as application:
            return await application.perform(slow), await application.perform(note("next"))

    ended, after = asyncio.run(ask())
    assert (ended.outcome, ended.code, ended.attempts) == (Outcome.FAILED, "25P03", 1)
    assert after.outcome is Outcome.OK
    assert shop.notes() == ["next"]


@pytest.mark.parametrize(
    "asked",
    [
        request("SELECT %(missing)s", reads_only=True),
        request("SELECT %(odd)s", reads_only=True, parameters={"odd": object()}),
    ],
    ids=["missing", "odd"],
)
def test_mistakes_of_the_caller_become_answers(shop: Shop, asked: object) -> None:
    """A request that cannot even be sent has failed, and raises nothing."""

    async def ask() -> Answer:
        async with opened(shop.surroundings) as application:
            return await application.perform(asked)

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.code, ended.attempts) == (Outcome.FAILED, "ProgrammingError", 1)


def test_door_that_does_not_open(shop: Shop) -> None:
    """An application that gets no connection at the start says where and why, at once, and without the password."""
    nowhere = shop.server.address.at("127.0.0.1", free_port())

    async def enter(surroundings: Surroundings) -> None:
        async with reference(surroundings):
            raise AssertionError

    with pytest.raises(TargetError, match=r"writer endpoint 127\.0\.0\.1:\d+: .*refused") as told:
        asyncio.run(enter(replace(shop.surroundings, writer=nowhere)))
    assert "secret-word" not in str(told.value)
