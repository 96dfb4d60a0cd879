"""The load at work: asks the application what is due, when it is due, and never waits for an answer to ask again."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Cause, Outcome
from drill.load.alarm import Alarm, alarm
from drill.load.plan import LoadPlan
from drill.load.recorder import TRANSFER, Recorder
from drill.load.schedule import Step, arrivals
from drill.load.workload import requests
from drill.requests import Answer, Application, Request, Transfer

POOL_EVERY_S = 0.02
TRANSFER_SEED = 7919
"""Added to the plan's seed, so that transfers do not arrive together with the patterns' requests."""

STILL_OPEN = Answer(outcome=Outcome.UNKNOWN, cause=Cause.SILENT, code="never answered")


@dataclass(slots=True, kw_only=True)
class Driver:
    """One run of a plan against an open application."""

    plan: LoadPlan
    application: Application
    recorder: Recorder = field(default_factory=Recorder)
    began_ns: int = field(default_factory=time.monotonic_ns)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    limit: str | None = None
    _open: dict[asyncio.Task[None], tuple[str, str, int, int, Transfer | None]] = field(default_factory=dict)

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
        if not self.plan.patterns:
            await self._pass(self.plan.lasts_s)
            return
        wanted = requests(self.plan.patterns, seed=self.plan.seed, run=self.plan.run)
        with alarm() as clock:
            await self._ask(clock, arrivals(self.plan.steps, seed=self.plan.seed), wanted)

    async def _ask_transfers(self) -> None:
        seed = self.plan.seed + TRANSFER_SEED
        step = Step(rate_per_s=self.plan.transfers_per_s, lasts_s=self.plan.lasts_s)
        with alarm() as clock:
            await self._ask(
                clock, arrivals((step,), seed=seed), transfers(self.plan.accounts, seed=seed, run=self.plan.run)
            )

    async def _ask(self, clock: Alarm, due: Iterator[int], wanted: Iterator[Request | Transfer]) -> None:
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

    def _begin(self, wanted: Request | Transfer, due_ns: int) -> None:
        begun_ns = time.monotonic_ns()
        reads = isinstance(wanted, Request) and wanted.reads_only and self.plan.surroundings.reader is not None
        pattern = wanted.pattern if isinstance(wanted, Request) else TRANSFER
        endpoint = READER_ENDPOINT if reads else WRITER_ENDPOINT
        transfer = wanted if isinstance(wanted, Transfer) else None
        task = asyncio.create_task(self._perform(wanted, (pattern, endpoint, due_ns, begun_ns, transfer)))
        self._open[task] = (pattern, endpoint, due_ns, begun_ns, transfer)
        task.add_done_callback(self._open.pop)

    async def _perform(self, wanted: Request | Transfer, about: tuple[str, str, int, int, Transfer | None]) -> None:
        try:
            ask = self.application.transfer if isinstance(wanted, Transfer) else self.application.perform
            answer = await ask(wanted)  # type: ignore[arg-type]  # each is asked what it takes
        except Exception as error:  # noqa: BLE001 - an application that raises has not answered its user
            answer = Answer(outcome=Outcome.UNKNOWN, cause=Cause.OTHER, code=type(error).__name__)
        self._note(about, answer)

    def _note(self, about: tuple[str, str, int, int, Transfer | None], answer: Answer) -> None:
        pattern, endpoint, due_ns, begun_ns, transfer = about
        self.recorder.request(pattern, endpoint, (due_ns, begun_ns, time.monotonic_ns()), answer, transfer)

    async def _settle(self) -> None:
        """Wait for what is open; what is never answered is noted as that, since leaving it out would hide a stall."""
        if self._open:
            await asyncio.wait(list(self._open), timeout=self.plan.patience_s)
        for task, about in list(self._open.items()):
            task.cancel()
            self._note(about, STILL_OPEN)

    async def _sample(self) -> None:
        while True:
            self.recorder.sample(time.monotonic_ns(), self.application.pools())
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
