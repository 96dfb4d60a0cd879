"""Applications without a database, for the load that asks them; each is named as "module:attribute"."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drill.history import Outcome
from drill.requests import Answer, PoolState, Request, Surroundings, Transfer

WHERE = "tests.drill.load.applications"


class Instant:
    """Answers everything at once, and keeps a pool of one connection that is never in use."""

    async def perform(self, request: Request) -> Answer:  # noqa: ARG002 - all the same
        """Say yes."""
        return Answer(outcome=Outcome.OK, attempts=1, waited_ns=0, server="here")

    async def transfer(self, transfer: Transfer) -> Answer:  # noqa: ARG002 - all the same
        """Say yes."""
        return Answer(outcome=Outcome.OK, attempts=1, waited_ns=0)

    def pools(self) -> list[PoolState]:
        """The one."""
        return [PoolState(endpoint="writer", size=1, in_use=0, waiting=0, max_size=1, max_waiting=10)]

    def checkouts(self) -> list[tuple[str, int, int | None]]:
        """One that lasts."""
        return [("writer", 1, None)]


class Stalling(Instant):
    """Answers nothing between half a second and one second of its life, and then all of it."""

    def __init__(self) -> None:
        """Be born."""
        self.born_s = time.monotonic()

    async def perform(self, request: Request) -> Answer:
        """Say yes, once the stall is over."""
        age_s = time.monotonic() - self.born_s
        if 0.5 < age_s < 1.0:
            await asyncio.sleep(1.0 - age_s)
        return await super().perform(request)


class Mute(Instant):
    """Never answers."""

    async def perform(self, request: Request) -> Answer:  # noqa: ARG002 - all the same
        """Wait for good."""
        await asyncio.Event().wait()
        raise AssertionError


class Raising(Instant):
    """Raises instead of answering."""

    async def perform(self, request: Request) -> Answer:
        """Trip."""
        raise ZeroDivisionError(request.pattern)


@asynccontextmanager
async def instant(surroundings: Surroundings) -> AsyncIterator[Instant]:  # noqa: ARG001 - a Factory
    """Open it."""
    yield Instant()


@asynccontextmanager
async def stalling(surroundings: Surroundings) -> AsyncIterator[Instant]:  # noqa: ARG001 - a Factory
    """Open it."""
    yield Stalling()


@asynccontextmanager
async def mute(surroundings: Surroundings) -> AsyncIterator[Instant]:  # noqa: ARG001 - a Factory
    """Open it."""
    yield Mute()


@asynccontextmanager
async def raising(surroundings: Surroundings) -> AsyncIterator[Instant]:  # noqa: ARG001 - a Factory
    """Open it."""
    yield Raising()


class Poolless(Instant):
    """Cannot tell of its pool."""

    def pools(self) -> list[PoolState]:
        """Trip."""
        raise LookupError("no pool here")


@asynccontextmanager
async def poolless(surroundings: Surroundings) -> AsyncIterator[Instant]:  # noqa: ARG001 - a Factory
    """Open it."""
    yield Poolless()


@asynccontextmanager
async def unopened(surroundings: Surroundings) -> AsyncIterator[Instant]:
    """Fail to."""
    raise PermissionError(f"{surroundings.schema} is closed")
    yield Instant()
