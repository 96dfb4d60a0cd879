"""The example of a team's own client works, and the page about it shows what was run here."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

from docs.examples.own_application import own_application
from drill.history import Cause, Outcome
from drill.load.reference import factory
from drill.requests import Answer, Application, PoolState
from tests.drill.application.asking import note, reading, request, transfer
from tests.drill.application.conftest import Shop
from tests.drill.application.relay import relayed

ROOT = Path(__file__).parents[3]


def test_page_shows_the_file() -> None:
    """The example on the page is the file that is tested here, word for word."""
    page = (ROOT / "docs/own-application.md").read_text()
    assert f"```python\n{(ROOT / 'docs/examples/own_application.py').read_text()}```\n" in page


def test_page_names_what_can_be_loaded() -> None:
    """The name that the page gives to the fixture leads to the factory."""
    named = '"docs.examples.own_application:own_application"'
    assert named in (ROOT / "docs/own-application.md").read_text()
    assert factory(named.strip('"')) is own_application


def test_it_serves_requests(shop: Shop) -> None:
    """Reads, writes, transfers and mistakes all become answers; the pool tells how it stands."""

    async def ask() -> tuple[list[Answer], list[PoolState]]:
        async with own_application(shop.surroundings) as own:
            application: Application = own
            ended = [
                await application.perform(reading()),
                await application.perform(note("a")),
                await application.transfer(transfer()),
                await application.transfer(transfer()),
                await application.perform(request("INSERT INTO nowhere VALUES (1)")),
            ]
            assert application.checkouts() == []
            return ended, application.pools()

    ended, pools = asyncio.run(ask())
    assert [(each.outcome, each.code, each.attempts) for each in ended] == [
        (Outcome.OK, None, 1),
        (Outcome.OK, None, 1),
        (Outcome.OK, None, 1),
        (Outcome.OK, None, 1),
        (Outcome.FAILED, "42P01", 1),
    ]
    assert pools == [PoolState(endpoint="writer", size=2, in_use=0, waiting=0, max_size=2, max_waiting=200)]
    assert shop.notes() == ["a"]
    assert shop.balances() == {1: 995, 2: 1005}


def test_it_keeps_within_its_limits(shop: Shop) -> None:
    """Statements end by the server's timeout, requests by the deadline, the wait for a connection by the pool's."""

    async def ask() -> list[Answer]:
        given = replace(shop.surroundings, pool_size=1, statement_timeout_s=1, pool_timeout_s=0.2, deadline_s=10)
        async with own_application(given) as own:
            slow = asyncio.create_task(own.perform(reading("SELECT pg_sleep(20)")))
            while not own.pools()[0].in_use:  # noqa: ASYNC110 - a pool tells, and does not call
                await asyncio.sleep(0.01)
            ended = [await own.perform(reading()), await slow]
        async with own_application(replace(given, deadline_s=0.2)) as own:
            return [*ended, await own.perform(reading("SELECT pg_sleep(0.5)"))]

    waiting, slow, late = asyncio.run(ask())
    assert (waiting.outcome, waiting.code) == (Outcome.FAILED, "PoolTimeout")
    assert (slow.outcome, slow.code) == (Outcome.FAILED, "57014")
    assert (late.outcome, late.cause) == (Outcome.UNKNOWN, Cause.SILENT)


def test_it_moves_money_once(shop: Shop) -> None:
    """Many at once conserve the sum, and a lost acknowledgement moves nothing twice."""
    chance = random.Random(1)  # noqa: S311 - no secret
    pairs = [chance.sample(range(1, 21), 2) for _ in range(40)]

    async def ask() -> tuple[list[Answer], Answer]:
        async with (
            relayed(shop.server.address) as relay,
            own_application(replace(shop.surroundings, writer=relay.address)) as own,
        ):
            moves = (transfer(f"t{n}", source=a, destination=b) for n, (a, b) in enumerate(pairs))
            ended = await asyncio.gather(*map(own.transfer, moves))
            relay.lose(b"COMMIT")
            return ended, await own.transfer(transfer("lost"))

    ended, lost = asyncio.run(ask())
    done = sorted([f"t{n}" for n, each in enumerate(ended) if each.outcome is Outcome.OK] + ["lost"])
    assert (lost.outcome, lost.attempts) == (Outcome.OK, 2)
    assert shop.ledger() == done
    assert sum(balance - 1000 for balance in shop.balances().values()) == 0


def test_write_of_which_nobody_knows_is_not_repeated(shop: Shop) -> None:
    """Between COMMIT and its answer a write without a key is UNKNOWN, and there once."""

    async def ask() -> Answer:
        async with (
            relayed(shop.server.address) as relay,
            own_application(replace(shop.surroundings, writer=relay.address)) as own,
        ):
            relay.lose(b"COMMIT")
            return await own.perform(note("once"))

    assert asyncio.run(ask()).outcome is Outcome.UNKNOWN
    assert shop.notes() == ["once"]
