"""Each defective application does what its name says, and the reference does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from inspect import isfunction, signature

import pytest

from drill.application import Reference, reference
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Outcome
from drill.requests import Answer
from tests.defects import applications as defects
from tests.drill.application.asking import note, reading, request, transfer
from tests.drill.application.conftest import Shop
from tests.drill.application.relay import relayed
from tests.drill.application.test_pool import until
from tests.drill.probes.server import SETTINGS


def each_of(*factories: object) -> pytest.MarkDecorator:
    """Run with the sound application first, then with the defective one."""
    return pytest.mark.parametrize("factory", factories, ids=lambda each: each.__name__)


@each_of(reference, defects.without_pool)
def test_without_pool(shop: Shop, factory: object) -> None:
    """As many connections as there are requests, and no pool to tell of."""

    async def crowd() -> tuple[int, int, set[Outcome]]:
        async with factory(shop.surroundings) as application:
            asking = [asyncio.create_task(application.perform(reading("SELECT pg_sleep(1)"))) for _ in range(6)]
            await until(lambda: shop.connections() >= (6 if factory is defects.without_pool else 2), "they have come")
            count = shop.connections()
            return count, len(application.pools()), {(await each).outcome for each in asking}

    expected = (2, 1) if factory is reference else (6, 0)
    assert asyncio.run(crowd()) == (*expected, {Outcome.OK})


@pytest.fixture
def roomy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A server with room for more than a hundred clients."""
    shop.server.stop()
    monkeypatch.setitem(SETTINGS, "max_connections", "150")
    shop.server.start()
    yield shop
    shop.server.stop()
    monkeypatch.undo()
    shop.server.start()


def test_pool_of_100(roomy: Shop) -> None:
    """A hundred connections are open, whatever was asked for."""

    async def look() -> tuple[int, int]:
        async with defects.pool_of_100(roomy.surroundings) as application:
            return application.pools()[0].max_size, roomy.connections()

    assert asyncio.run(look()) == (100, 100)


async def setting(opened: AbstractAsyncContextManager[Reference], name: str) -> object:
    """What the server was told, as one of its connections shows it."""
    async with opened as application, application.lenders[WRITER_ENDPOINT].lent(5) as connection:
        return await (await connection.execute(f"SHOW {name}".encode())).fetchone()


def test_without_timeouts(shop: Shop) -> None:
    """The server was told to wait for ever; of all other limits it was told."""
    given = shop.surroundings
    shown = {
        (factory.__name__, name): asyncio.run(setting(factory(given), name))
        for factory in (reference, defects.without_statement_timeout, defects.without_lock_timeout)
        for name in ("statement_timeout", "lock_timeout")
    }
    none = {key for key, value in shown.items() if value == ("0",)}
    assert none == {("without_statement_timeout", "statement_timeout"), ("without_lock_timeout", "lock_timeout")}
    assert set(shown.values()) == {("0",), ("10s",)}


@each_of(reference, defects.retries_without_bound)
def test_retries_without_bound(shop: Shop, factory: object) -> None:
    """What can only fail again is tried again, fifty times."""

    async def ask() -> Answer:
        async with factory(shop.surroundings) as application:
            return await application.perform(request("INSERT INTO nowhere VALUES (1)"))

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.code) == (Outcome.FAILED, "42P01")
    assert ended.attempts == (1 if factory is reference else 50)


@each_of(reference, defects.transfer_without_transaction)
def test_transfer_without_transaction(shop: Shop, factory: object) -> None:
    """A transfer that is interrupted between its two halves leaves the first, and says that all is well."""

    async def interrupted() -> Answer:
        async with (
            relayed(shop.server.address) as relay,
            factory(replace(shop.surroundings, writer=relay.address)) as bank,
        ):
            relay.lose(b"UPDATE accounts")
            return await bank.transfer(transfer())

    ended = asyncio.run(interrupted())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)
    assert shop.balances() == ({1: 995, 2: 1005} if factory is reference else {1: 995})


@each_of(reference, defects.transfer_without_key)
def test_transfer_without_key(shop: Shop, factory: object) -> None:
    """A transfer whose acknowledgement was lost is done twice."""

    async def interrupted() -> Answer:
        async with (
            relayed(shop.server.address) as relay,
            factory(replace(shop.surroundings, writer=relay.address)) as bank,
        ):
            relay.lose(b"COMMIT")
            return await bank.transfer(transfer())

    ended = asyncio.run(interrupted())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)
    if factory is reference:
        assert shop.ledger() == ["t"]
        assert shop.balances() == {1: 995, 2: 1005}
    else:
        assert shop.ledger() == ["t", "t/2"]
        assert shop.balances() == {1: 990, 2: 1010}


@pytest.mark.parametrize("factory", [defects.transfer_without_transaction, defects.transfer_without_key])
def test_defective_transfers_work_in_peace(shop: Shop, factory: object) -> None:
    """Nobody notices such a defect until something breaks."""

    async def ask() -> list[Outcome]:
        async with factory(shop.surroundings) as bank:
            return [(await bank.transfer(transfer(f"t{number}"))).outcome for number in range(3)]

    assert set(asyncio.run(ask())) == {Outcome.OK}
    assert shop.balances() == {1: 985, 2: 1015}
    assert shop.ledger() == ["t0", "t1", "t2"]


@each_of(reference, defects.leaks_connections)
def test_leaks_connections(shop: Shop, factory: object) -> None:
    """After so many requests the pool is empty for good."""
    requests = 2 * defects.LEAK_EVERY + 2

    async def ask() -> tuple[list[Outcome], int]:
        async with factory(replace(shop.surroundings, pool_timeout_s=0.3)) as application:
            outcomes = [(await application.perform(note("x"))).outcome for _ in range(requests)]
            return outcomes, sum(released is None for _, _, released in application.checkouts())

    outcomes, leaked = asyncio.run(ask())
    if factory is reference:
        assert (set(outcomes), leaked) == ({Outcome.OK}, 0)
    else:
        assert outcomes == [Outcome.OK] * (requests - 2) + [Outcome.FAILED] * 2
        assert leaked == 2


@each_of(reference, defects.reads_at_the_writer)
def test_reads_at_the_writer(shop: Shop, factory: object) -> None:
    """Reads use the writer endpoint although there are readers."""

    async def ask() -> set[str]:
        async with factory(replace(shop.surroundings, reader=shop.server.address)) as application:
            assert (await application.perform(reading())).outcome is Outcome.OK
            return {endpoint for endpoint, _, _ in application.checkouts()}

    assert asyncio.run(ask()) == {READER_ENDPOINT if factory is reference else WRITER_ENDPOINT}


@each_of(reference, defects.hidden_queue)
def test_hidden_queue(shop: Shop, factory: object) -> None:
    """Nobody is turned away, and nobody is told: all wait, longer than they should."""

    async def crowd() -> tuple[int, list[Answer]]:
        surroundings = replace(shop.surroundings, pool_size=1, max_waiting=3, pool_timeout_s=0.2)
        async with factory(surroundings) as application:
            first = asyncio.create_task(application.perform(reading("SELECT pg_sleep(1)")))
            await until(lambda: application.pools()[0].in_use == 1, "the connection is out")
            others = await asyncio.gather(*(application.perform(reading()) for _ in range(10)))
            await first
            return application.pools()[0].max_waiting, others

    max_waiting, others = asyncio.run(crowd())
    if factory is reference:
        assert max_waiting == 3
        assert {each.code for each in others} == {"pool timeout", "pool queue full"}
    else:
        assert max_waiting == 0
        assert {each.outcome for each in others} == {Outcome.OK}
        assert max(each.waited_ns or 0 for each in others) > 0.2e9


def test_every_defect_is_shown_here() -> None:
    """None is added to tests/defects/applications.py without a test that it does what it says."""
    named = {
        name
        for name, each in vars(defects).items()
        if isfunction(each) and not name.startswith("_") and list(signature(each).parameters) == ["surroundings"]
    }
    shown = {name for name in named if f"test_{name}" in globals()}
    assert named - shown == {"without_statement_timeout", "without_lock_timeout"}  # test_without_timeouts
