"""The network between clients and endpoints becomes slow: every answer comes later, on open connections too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

from drill.faults.fault import Fault, Injection
from drill.faults.injected import injected
from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Session
from drill.targets.target import Target

ACTION = "lab:delay-endpoints"
ROUNDS = 5
DEADLINE_S = 5.0


def network_latency(delay_ms: int) -> Fault:
    """Delay what clients receive by so much. AWS offers no call for it: there it is Unsupported."""

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
        return injected(
            target,
            ACTION,
            mark=mark,
            effect=lambda target, _: _slower(target, delay_ms),
            parameters={"delay": str(delay_ms)},
            tells={"cause": "network latency", "delay_ms": str(delay_ms)},
        )

    return fault


def _slower(target: Target, delay_ms: int) -> Callable[[], str | None]:
    """A look whether a round trip takes longer than before by most of the delay."""
    address = target.address(WRITER_ENDPOINT)
    before_ms: list[float] = []
    if target.can(ACTION):
        before_ms.append(round_trip_ms(address))

    def look() -> str | None:
        try:
            now_ms = round_trip_ms(address)
        except (psycopg.OperationalError, DeadlinePassed):
            return None
        if now_ms < before_ms[0] + 0.8 * delay_ms:
            return None
        return f"a round trip to {address} takes {now_ms:.1f} ms, {before_ms[0]:.1f} ms before"

    return look


def round_trip_ms(address: Address) -> float:
    """The fastest of several round trips on one open connection: what the network takes, and hardly the server."""

    async def measured() -> float:
        session = await Session.open(address, DEADLINE_S)
        try:
            return min([await _once(session) for _ in range(ROUNDS)])
        finally:
            await session.close()

    return asyncio.run(measured())


async def _once(session: Session) -> float:
    since_ns = time.monotonic_ns()
    await session.fetch("SELECT 1", deadline_s=DEADLINE_S)
    return (time.monotonic_ns() - since_ns) / 1e6
