"""Money is moved once, or not at all."""

from __future__ import annotations

import asyncio
import random
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from drill.application import Reference
from drill.application.attempt import POOL_TIMEOUT
from drill.history import Cause, Outcome
from drill.requests import Answer
from tests.drill.application.asking import note, opened, reading, transfer
from tests.drill.application.conftest import Shop
from tests.drill.application.relay import Relay, relayed
from tests.drill.probes.server import wait_until


def through(shop: Shop, relay: Relay) -> AbstractAsyncContextManager[Reference]:
    """The application, on its way to the server by a relay."""
    return opened(replace(shop.surroundings, writer=relay.address))


def test_transfer_moves_money_once(shop: Shop) -> None:
    """Both accounts change and the key is noted; asked again under the same key, nothing more happens."""

    async def twice() -> list[Outcome]:
        async with opened(shop.surroundings) as bank:
            return [(await bank.transfer(transfer())).outcome for _ in range(2)]

    assert asyncio.run(twice()) == [Outcome.OK, Outcome.OK]
    assert shop.balances() == {1: 995, 2: 1005}
    assert shop.ledger() == ["t"]


def test_many_at_once_lose_no_money(shop: Shop) -> None:
    """However they meet, the sum stays, and each key that was answered OK is there."""
    chance = random.Random(1)  # noqa: S311 - no secret
    pairs = [chance.sample(range(1, 6), 2) for _ in range(80)]

    async def all_at_once() -> list[Answer]:
        async with opened(replace(shop.surroundings, pool_size=8)) as bank:
            moves = (transfer(f"t{n}", source=a, destination=b) for n, (a, b) in enumerate(pairs))
            return await asyncio.gather(*map(bank.transfer, moves))

    answers = asyncio.run(all_at_once())
    # On five accounts many collide, and the budget does not let all of them try again: those have failed, all of it.
    assert {(each.outcome, each.code) for each in answers} <= {(Outcome.OK, None), (Outcome.FAILED, "40001")}
    assert shop.ledger() == sorted(f"t{n}" for n, each in enumerate(answers) if each.outcome is Outcome.OK)
    assert sum(balance - 1000 for balance in shop.balances().values()) == 0


def test_serialization_failure_is_repeated(shop: Shop) -> None:
    """Whoever meets a concurrent change (40001) starts again and succeeds."""

    async def meet() -> Answer:
        with shop.server.connect() as other:
            async with opened(shop.surroundings) as bank:
                other.execute("BEGIN")
                other.execute(f"SET search_path = {shop.schema}")
                other.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
                moving = asyncio.create_task(bank.transfer(transfer()))
                await asyncio.to_thread(wait_until, shop.waiting_for_a_lock, "the transfer waits for the account")
                other.execute("COMMIT")
                return await moving

    ended = asyncio.run(meet())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)
    assert shop.balances() == {1: 996, 2: 1005}


@pytest.mark.parametrize("word", [b"COMMIT", b"INSERT INTO transfers", b"UPDATE accounts", b"BEGIN"])
@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_transfer_whose_connection_is_lost_is_applied_once(shop: Shop, word: bytes, *, after: bool) -> None:
    """Wherever the connection breaks, before COMMIT or between it and its answer, the money moves exactly once."""

    async def interrupted() -> tuple[Answer, int]:
        async with relayed(shop.server.address) as relay, through(shop, relay) as bank:
            relay.lose(word, after=after)
            return await bank.transfer(transfer()), relay.lost

    ended, lost = asyncio.run(interrupted())
    assert lost == 1
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)
    assert shop.balances() == {1: 995, 2: 1005}
    assert shop.ledger() == ["t"]


def test_write_without_a_key_is_not_repeated_blindly(shop: Shop) -> None:
    """Between COMMIT and its answer nobody knows whether it was done: UNKNOWN, one attempt, one row."""

    async def interrupted() -> Answer:
        async with relayed(shop.server.address) as relay, through(shop, relay) as application:
            relay.lose(b"COMMIT")
            return await application.perform(note("once"))

    ended = asyncio.run(interrupted())
    assert (ended.outcome, ended.cause, ended.attempts) == (Outcome.UNKNOWN, Cause.RESET, 1)
    assert shop.notes() == ["once"]


def test_write_without_a_key_is_repeated_before_its_commit(shop: Shop) -> None:
    """A transaction whose COMMIT was never sent was not done, so that another attempt does it once."""

    async def interrupted() -> Answer:
        async with relayed(shop.server.address) as relay, through(shop, relay) as application:
            relay.lose(b"INSERT INTO notes")
            return await application.perform(note("once"))

    ended = asyncio.run(interrupted())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)
    assert shop.notes() == ["once"]


def test_read_that_is_lost_is_repeated(shop: Shop) -> None:
    """A read may be done twice."""

    async def interrupted() -> Answer:
        async with relayed(shop.server.address) as relay, through(shop, relay) as application:
            relay.lose(b"SELECT count")
            return await application.perform(reading())

    ended = asyncio.run(interrupted())
    assert (ended.outcome, ended.attempts) == (Outcome.OK, 2)


def test_unknown_stays_unknown(shop: Shop) -> None:
    """An attempt that may have been done is not taken back by a later one that got no connection."""

    async def lost_for_good() -> Answer:
        async with relayed(shop.server.address) as relay:
            surroundings = replace(shop.surroundings, writer=relay.address, pool_size=1, pool_timeout_s=0.5)
            async with opened(surroundings) as bank:
                relay.lose(b"COMMIT", for_good=True)
                return await bank.transfer(transfer())

    ended = asyncio.run(lost_for_good())
    assert (ended.outcome, ended.code) == (Outcome.UNKNOWN, POOL_TIMEOUT)


def test_account_that_is_not_there(shop: Shop) -> None:
    """No half of a transfer is done: what was taken is back, and the key is free."""

    async def ask() -> Answer:
        async with opened(shop.surroundings) as bank:
            return await bank.transfer(transfer(destination=999))

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.code, ended.attempts) == (Outcome.FAILED, "NoSuchAccount", 1)
    assert shop.balances() == {}
    assert shop.ledger() == []


def test_key_of_another_transfer(shop: Shop) -> None:
    """A key that was used for something else is no reason to say that this was done."""

    async def ask() -> Answer:
        async with opened(shop.surroundings) as bank:
            await bank.transfer(transfer())
            return await bank.transfer(transfer(amount=6))

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.code) == (Outcome.FAILED, "KeyTaken")
    assert shop.balances() == {1: 995, 2: 1005}
