"""The load at work: asks the application what is due, when it is due, and never waits for an answer to ask again."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from drill.history import Cause, Outcome
from drill.load.alarm import Alarm, alarm
from drill.load.recorder import TRANSFER, Recorder
from drill.load.schedule import Schedule, Step, arrivals
from drill.requests import Answer, PoolState, Transfer

POOL_EVERY_S = 0.02
TRANSFER_SEED = 7919
"""Added to the plan's seed, so that transfers do not arrive together with the patterns' requests."""

STILL_OPEN = Answer(outcome=Outcome.UNKNOWN, cause=Cause.SILENT, code="never answered")


class Wanted(Protocol):
    """A request of a user, whatever the database."""

    @property
    def key(self) -> str:
        """Its own, and no other's."""

    @property
    def pattern(self) -> str:
        """What the user wants, by name."""


W = TypeVar("W", bound=Wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Generic[W]):
    """What sets the loads of two databases apart: who is asked what, and what else is noted of it.

    `wanted` gives endless requests; None: transfers only. `endpoint` says where a request goes to, for the column of
    that name. `begin` is called in the task of each request, before it is asked. `noted` hears how each one ended,
    with the moments when it was begun and completed.
    """

    perform: Callable[[W], Awaitable[Answer]]
    transfer: Callable[[Transfer], Awaitable[Answer]]
    wanted: Iterator[W] | None
    endpoint: Callable[[W | Transfer], str]
    pools: Callable[[], list[PoolState]] | None = None
    begin: Callable[[W | Transfer], object] | None = None
    noted: Callable[[W | Transfer, int, int, Answer], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open(Generic[W]):
    """A request that was begun."""

    wanted: W | Transfer
    endpoint: str
    due_ns: int
    begun_ns: int


@dataclass(slots=True, kw_only=True)
class Driver(Generic[W]):
    """One run of a plan against an open application."""

    plan: Schedule
    asking: Asking[W]
    recorder: Recorder = field(default_factory=Recorder)
    began_ns: int = field(default_factory=time.monotonic_ns)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    limit: str | None = None
    _open: dict[asyncio.Task[None], _Open[W]] = field(default_factory=dict)

    async def run(self) -> None:
        """Until every step is over or `stop` was called, and what was begun is answered or beyond patience."""
        asking: asyncio.Future[Any] = asyncio.gather(self._ask_patterns(), self._ask_transfers())
        others: list[asyncio.Future[Any]] = [asyncio.ensure_future(each) for each in (self.over.wait(), self._sample())]
        await asyncio.wait([asking, *others], return_when=asyncio.FIRST_COMPLETED)
        self.over.set()
        for each in (asking, *others):
            each.cancel()
        for ended in await asyncio.gather(asking, *others, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        await self._settle()

    def stop(self, limit: str | None = None) -> None:
        """Ask nothing more; `limit` says which limit was reached, if any."""
        self.limit = self.limit or limit
        self.over.set()

    async def _ask_patterns(self) -> None:
        if self.asking.wanted is None:
            await self._pass(self.plan.lasts_s)
            return
        with alarm() as clock:
            await self._ask(clock, arrivals(self.plan.steps, seed=self.plan.seed), self.asking.wanted)

    async def _ask_transfers(self) -> None:
        seed = self.plan.seed + TRANSFER_SEED
        step = Step(rate_per_s=self.plan.transfers_per_s, lasts_s=self.plan.lasts_s)
        with alarm() as clock:
            await self._ask(
                clock, arrivals((step,), seed=seed), transfers(self.plan.accounts, seed=seed, run=self.plan.run)
            )

    async def _ask(self, clock: Alarm, due: Iterator[int], wanted: Iterator[W | Transfer]) -> None:
        """Hand each to the application at its moment, in a task of its own."""
        for after_ns, each in zip(due, wanted, strict=False):
            due_ns = self.began_ns + after_ns
            await clock.until(due_ns)
            if len(self._open) >= self.plan.max_open:
                self.stop(
                    f"the application had {self.plan.max_open} requests open at once, the plan's limit (max_open)"
                )
                return
            self._begin(each, due_ns)
        await self._pass((self.began_ns + round(self.plan.lasts_s * 1e9) - time.monotonic_ns()) / 1e9)

    def _begin(self, wanted: W | Transfer, due_ns: int) -> None:
        about = _Open(wanted=wanted, endpoint=self.asking.endpoint(wanted), due_ns=due_ns, begun_ns=time.monotonic_ns())
        task = asyncio.create_task(self._perform(about))
        self._open[task] = about
        task.add_done_callback(self._open.pop)

    async def _perform(self, about: _Open[W]) -> None:
        wanted = about.wanted
        try:
            if self.asking.begin is not None:
                self.asking.begin(wanted)
            if isinstance(wanted, Transfer):
                answer = await self.asking.transfer(wanted)
            else:
                answer = await self.asking.perform(wanted)
        except Exception as error:  # noqa: BLE001 - an application that raises has not answered its user
            answer = Answer(outcome=Outcome.UNKNOWN, cause=Cause.OTHER, code=type(error).__name__)
        self._note(about, answer)

    def _note(self, about: _Open[W], answer: Answer) -> None:
        completed_ns = time.monotonic_ns()
        wanted = about.wanted
        transfer = wanted if isinstance(wanted, Transfer) else None
        pattern = TRANSFER if isinstance(wanted, Transfer) else wanted.pattern
        moments_ns = (about.due_ns, about.begun_ns, completed_ns)
        self.recorder.request(pattern, about.endpoint, moments_ns, answer, transfer)
        if self.asking.noted is not None:
            self.asking.noted(wanted, about.begun_ns, completed_ns, answer)

    async def _settle(self) -> None:
        """Wait for what is open; what is never answered is noted as that, since leaving it out would hide a stall."""
        if self._open:
            await asyncio.wait(list(self._open), timeout=self.plan.patience_s)
        for task, about in list(self._open.items()):
            task.cancel()
            self._note(about, STILL_OPEN)

    async def _sample(self) -> None:
        while True:
            if self.asking.pools is not None:
                self.recorder.sample(time.monotonic_ns(), self.asking.pools())
            await asyncio.sleep(POOL_EVERY_S)

    async def _pass(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def transfers(accounts: int, *, seed: int, run: str = "") -> Iterator[Transfer]:
    """Endless transfers between different accounts, numbered from 1; the same for the same seed, but for their keys."""
    chance = random.Random(seed)  # noqa: S311 - amounts of play money
    for number in itertools.count():
        source = chance.randint(1, accounts)
        destination = (source + chance.randint(1, accounts - 1) - 1) % accounts + 1
        yield Transfer(
            key=f"{run}-{seed}-{number}", source=source, destination=destination, amount=chance.randint(1, 100)
        )
