"""boto3's own retries, one mode beside the other: nothing of ours in between, as evidence for a comparison.

Patterns whose name ends in "(adaptive)" go through a client in adaptive mode, all others, such as those in
"(standard)", through one in standard mode, each with threads of its own.

https://docs.aws.amazon.com/boto3/latest/guide/retries.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal

from botocore.config import Config

from drill.application.dynamodb.attempt import Attempt, sent
from drill.application.dynamodb.money import moving
from drill.application.dynamodb.reference import CONNECT_SHARE, READ_SHARE, answer
from drill.application.dynamodb.threads import Threads, threads
from drill.application.dynamodb.work import Work, work_of
from drill.items import Client, ItemRequest, ItemSurroundings, Place
from drill.requests import Answer, Transfer

Mode = Literal["standard", "adaptive"]
MODES: tuple[Mode, ...] = ("standard", "adaptive")
ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """An `ItemApplication` (drill/items.py); `side_by_side` opens one."""

    place: Place
    clients: Mapping[Mode, tuple[Client, Threads]]

    async def perform(self, request: ItemRequest) -> Answer:
        """Call boto3 once, in the mode that the pattern's name says."""
        return await self._done(work_of(request), mode_of(request.pattern))

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move the money, in standard mode."""
        return await self._done(moving(transfer, self.place), "standard")

    async def _done(self, work: Work, mode: Mode) -> Answer:
        client, working = self.clients[mode]

        def call() -> Attempt:
            return sent(work, client, self.place.region)

        # How often boto3 itself has called, it does not tell; the recorded calls do.
        return replace(answer([await working.call(call)]), attempts=None)


def mode_of(pattern: str) -> Mode:
    """The mode of boto3's retries that a pattern's name asks for."""
    return "adaptive" if pattern.endswith("(adaptive)") else "standard"


@asynccontextmanager
async def side_by_side(surroundings: ItemSurroundings) -> AsyncIterator[SideBySide]:
    """Open both for the length of a block."""
    place = surroundings.place
    with ExitStack() as stack:
        yield SideBySide(
            place=place,
            clients={
                mode: (surroundings.client(_config(place, mode)), stack.enter_context(threads(place.workers)))
                for mode in MODES
            },
        )


def _config(place: Place, mode: Mode) -> Config:
    return Config(
        connect_timeout=CONNECT_SHARE * place.deadline_s,
        read_timeout=READ_SHARE * place.deadline_s,
        max_pool_connections=place.workers,
        retries={"mode": mode, "total_max_attempts": ATTEMPTS},
    )
