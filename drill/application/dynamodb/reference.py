"""The reference application: what a careful team would write, put together from the parts beside this file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from drill.application.budget import RetryBudget
from drill.application.dynamodb.attempt import Attempt, Caller
from drill.application.dynamodb.money import moving
from drill.application.dynamodb.regions import Regions, Turning
from drill.application.dynamodb.retry import ItemRetryPolicy, repeated, worth_repeating
from drill.application.dynamodb.threads import Threads, threads
from drill.application.dynamodb.work import Work, work_of
from drill.history import Cause, Outcome
from drill.items import Client, ItemRequest, ItemSurroundings, Place
from drill.requests import Answer, Transfer
from drill.targets.outcomes_of_calls import status_of

Worth = Callable[[Attempt, Work], bool]
Moving = Callable[[Transfer, Place], Work]
Attempting = Callable[[Caller, Work, float], Awaitable[Attempt]]

CONNECT_SHARE, READ_SHARE = 0.1, 0.2
"""What a single call may take of the deadline: after two that were silent there is time for a third one elsewhere."""
PING_THREADS = 2
SERVER_ERROR = 500


async def attempt_once(caller: Caller, work: Work, ends_s: float) -> Attempt:
    """One call."""
    return await caller.attempt(work, ends_s=ends_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How it goes about its work; a defective application differs in one of them.

    Timeouts in seconds; None: a share of the deadline. Without `turning` it never leaves its region.
    """

    connect_s: float | None = None
    read_s: float | None = None
    policy: ItemRetryPolicy = field(default_factory=ItemRetryPolicy)
    worth: Worth = worth_repeating
    moving: Moving = moving
    turning: Turning | None = field(default_factory=Turning)
    attempting: Attempting = attempt_once

    def timeouts_s(self, place: Place) -> tuple[float, float]:
        """How long a call may take to connect, and to be answered."""
        return self.connect_s or CONNECT_SHARE * place.deadline_s, self.read_s or READ_SHARE * place.deadline_s

    def config(self, place: Place) -> Config:
        """Those timeouts, a connection for each thread, and no repetitions but our own."""
        connect_s, read_s = self.timeouts_s(place)
        return Config(
            connect_timeout=connect_s,
            read_timeout=read_s,
            max_pool_connections=place.workers,
            retries={"mode": "standard", "total_max_attempts": 1},
        )


CAREFUL = Habits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReference:
    """An `ItemApplication` (drill/items.py); `reference` opens one. Every request ends within `deadline_s`."""

    place: Place
    habits: Habits
    caller: Caller
    budget: RetryBudget
    seen: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def perform(self, request: ItemRequest) -> Answer:
        """Do what the request asks; raises nothing."""
        if request.operation == "get_item":
            self.seen["get_item"] = request.arguments
        return await self.done(work_of(request))

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move the money once; raises nothing."""
        return await self.done(self.habits.moving(transfer, self.place))

    async def done(self, work: Work) -> Answer:
        """Attempt it until it is done, or nothing more is worth it, affordable or in time."""
        ends_s = time.monotonic() + self.place.deadline_s
        self.budget.earn()
        attempts = await repeated(
            lambda left: self.habits.attempting(self.caller, left, ends_s),
            work,
            worth=self.habits.worth,
            policy=self.habits.policy,
            budget=self.budget,
            within_s=self.place.deadline_s - self.caller.call_s,
        )
        return answer(attempts)


def answer(attempts: list[Attempt]) -> Answer:
    """What all attempts together prove.

    One that may have been done is not undone by a later one that failed, and what stands of a batch is not undone by
    the rest. A condition that failed because of an attempt of our own means that the work is done.
    """
    # One that came too late to be sent says nothing of DynamoDB; the last that was sent does.
    last = next((each for each in reversed(attempts) if each.region is not None), attempts[-1])
    outcome, code, cause = last.ending
    if cause is Cause.CONDITION and last.is_own:
        outcome, code, cause = Outcome.OK, None, None
    elif outcome is Outcome.FAILED and any(
        each.ending.outcome is Outcome.UNKNOWN or each.progressed for each in attempts
    ):
        outcome = Outcome.UNKNOWN
    return Answer(
        outcome=outcome,
        code=code,
        cause=cause,
        attempts=sum(each.region is not None for each in attempts),
        server=last.region,
    )


@asynccontextmanager
async def reference(surroundings: ItemSurroundings, habits: Habits = CAREFUL) -> AsyncIterator[ItemReference]:
    """Open it for the length of a block."""
    place = surroundings.place
    config = habits.config(place)
    other = place.replica_region if habits.turning else None
    clients = {region: surroundings.client(config, region=region) for region in (place.region, other) if region}
    regions = Regions(place.region, other, turning=habits.turning or Turning())
    async with AsyncExitStack() as stack:
        application = ItemReference(
            place=place,
            habits=habits,
            caller=Caller(
                clients=clients,
                regions=regions,
                threads=stack.enter_context(threads(place.workers)),
                call_s=sum(habits.timeouts_s(place)),
            ),
            budget=RetryBudget(ratio=habits.policy.budget_ratio, reserve=habits.policy.budget_reserve),
        )
        if other is not None:
            pinging = stack.enter_context(threads(PING_THREADS))
            home = surroundings.client(config)
            watching = asyncio.create_task(regions.watch(lambda: _answers(home, application, pinging)))
            stack.push_async_callback(_ended, watching)
        yield application


async def _answers(home: Client, application: ItemReference, pinging: Threads) -> bool:
    """Whether home answers what a user asked of it last, with an error of the caller's if need be."""
    asked = application.seen.get("get_item")

    def ping() -> bool:
        try:
            home.list_tables(Limit=1) if asked is None else home.get_item(**asked)
        except ClientError as error:
            return status_of(error) < SERVER_ERROR
        except BotoCoreError:
            return False
        return True

    try:
        return await pinging.call(ping, ends_s=time.monotonic() + application.caller.call_s)
    except Exception:  # noqa: BLE001 - no answer, for whatever reason
        return False


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
