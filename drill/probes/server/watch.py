"""One instance under watch: an open connection, a look every so often, and what silence means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import psycopg

from drill.history import Cause
from drill.probes.pace import Pace
from drill.probes.server.lag import POSITION, REPLICAS, Lags
from drill.probes.server.reading import monitor
from drill.probes.server.sessions import ROLE_ALONE, SESSIONS, sessions
from drill.targets.outcomes import classify
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Session

ANSWERS_WITHIN_S = 1.0
"""Whoever needs longer gives no answer, as far as `lags` is concerned."""

PATIENCE_S = 5.0
"""Only then a connection is given up: a server without a free slot would not let us in again."""

PRESENT = frozenset({Cause.TOO_MANY_CONNECTIONS, Cause.AUTHENTICATION})
"""Refusals that only a server can give that is up: it refuses us, and serves others."""


@dataclass(slots=True)
class Seen:
    """Everything that was seen so far, by table."""

    samples: list[dict[str, Any]] = field(default_factory=list)
    lags: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[pl.DataFrame] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at one instance until cancelled; adds to `seen` and to what is known of lags.

    `everywhere`: whether a reader's sessions count as well as the writer's. `answered` is set by its first answer,
    `tried` by the end of its first try.
    """

    instance: str
    address: Address
    every_s: float
    everywhere: bool
    seen: Seen
    lags: Lags
    now_ns: Callable[[], int] = time.monotonic_ns
    answered: bool = False
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    error: BaseException | None = None
    _session: Session | None = None
    _writes: bool | None = None
    _tells: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Look on a grid; time lost is not made up for."""
        pace = Pace(self.every_s)
        try:
            while True:
                await pace.turn()
                await self._turn()
                self.tried.set()
        finally:
            if self._session is not None:
                await self._session.close()

    async def _turn(self) -> None:
        """One look; while it gives no answer, a row says so every second, and the connection is kept for longer."""
        look = asyncio.ensure_future(self._look())
        try:
            while not (await asyncio.wait({look}, timeout=ANSWERS_WITHIN_S))[0]:
                self._note_lag(answers=False)
                self.tried.set()
            await look
        except (psycopg.Error, DeadlinePassed) as error:
            self.error = error
            cause = classify(error, sent=self._session is not None).cause
            alive = self._session is not None and self._session.alive
            self._note_lag(answers=alive or cause in PRESENT)
            if not alive:
                await self._part()
        finally:
            look.cancel()
            # Whatever it ends with was dealt with above, or is the price of being cancelled.
            await asyncio.gather(look, return_exceptions=True)

    async def _look(self) -> None:
        asked_ns = self.now_ns()
        if self._session is None:
            self._session = await Session.open(monitor(self.address), PATIENCE_S, name=self.instance)
            self._writes = not self._session.in_recovery
            self._tells = {POSITION, REPLICAS}
            asked_ns = self.now_ns()
        session = self._session
        counted = self.everywhere or self._writes
        ((in_recovery, count, look),) = await session.fetch(SESSIONS if counted else ROLE_ALONE, deadline_s=PATIENCE_S)
        self.answered = True
        known_ns = self.now_ns()
        self._writes = not in_recovery
        if count is not None:
            self._note_sessions(count, look, asked_ns=asked_ns, took_ns=known_ns - asked_ns)
        asked_ns = self.now_ns()
        ((position, own_ms),) = await self._told(session, POSITION) or [(None, None)]
        if in_recovery:
            lag_ms = self.lags.of(self.instance, asked_ns=asked_ns, replayed=position, own_ms=own_ms)
            self._note_lag(answers=True, lag_ms=lag_ms)
            return
        if position is not None:
            self.lags.wrote(self.instance, position, known_ns=self.now_ns())
        if reports := await self._told(session, REPLICAS):
            self.lags.reported(dict(reports), known_ns=self.now_ns())

    async def _told(self, session: Session, question: str) -> list[tuple[Any, ...]]:
        """The answer to what not every server knows or tells us; a question that was refused is not asked again."""
        if question not in self._tells:
            return []
        try:
            return await session.fetch(question, deadline_s=PATIENCE_S)
        except psycopg.Error as error:
            if error.sqlstate is None or not session.alive:
                raise
            self._tells.discard(question)
            return []

    def _note_sessions(self, count: int, look: str, *, asked_ns: int, took_ns: int) -> None:
        row = {"at_ns": asked_ns, "instance": self.instance, "connections": count, "took_ns": took_ns}
        self.seen.samples.append(row)
        if count:
            self.seen.sessions.append(sessions(look, instance=self.instance, at_ns=asked_ns))

    def _note_lag(self, *, answers: bool, lag_ms: float | None = None) -> None:
        """A reader's row, as of now; an instance of which nobody knows whether it writes counts as one."""
        if not self._writes:
            row = {"at_ns": self.now_ns(), "instance": self.instance, "answers": answers, "lag_ms": lag_ms}
            self.seen.lags.append(row)

    async def _part(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()
