"""Applications that ask nobody, or too slowly, for the load that asks them; each is named as "module:attribute"."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drill.history import Outcome
from drill.items import Client, ItemRequest, ItemSurroundings
from drill.requests import Answer, Transfer

WHERE = "tests.drill.load.items.applications"


class Plain:
    """Calls boto3, and says yes."""

    def __init__(self, client: Client) -> None:
        """Ask with this."""
        self._client = client

    async def perform(self, request: ItemRequest) -> Answer:
        """Call it once."""
        await asyncio.to_thread(getattr(self._client, request.operation), **request.arguments)
        return Answer(outcome=Outcome.OK, attempts=1, server="us-east-1")

    async def transfer(self, transfer: Transfer) -> Answer:  # noqa: ARG002 - all the same
        """Say yes."""
        return Answer(outcome=Outcome.OK, attempts=1, server="us-east-1")


class Stuck(Plain):
    """Waits for good, in a thread that nobody can end."""

    async def perform(self, request: ItemRequest) -> Answer:  # noqa: ARG002 - all the same
        """Never answer."""
        await asyncio.to_thread(threading.Event().wait)
        raise AssertionError


@asynccontextmanager
async def plain(surroundings: ItemSurroundings) -> AsyncIterator[Plain]:
    """Open it."""
    yield Plain(surroundings.client())


@asynccontextmanager
async def stuck(surroundings: ItemSurroundings) -> AsyncIterator[Plain]:
    """Open it."""
    yield Stuck(surroundings.client())
