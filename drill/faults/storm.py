"""A connection storm: clients without a pool connect and disconnect as fast as they can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from drill.errors import FaultError
from drill.faults.crowd import Crowd, Gather, crowding, writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.slots import slots
from drill.faults.stage import BlastRadius
from drill.history import WRITER_ENDPOINT
from drill.targets.target import Target

SEEN = 50
"""So many connections that came and went are a storm, and no accident."""


def storm(gather: Gather, *, limits: BlastRadius, clients: int, holder: str) -> Fault:
    """Let so many `clients` in at once, within the blast radius and half of what is free: it must exhaust nothing."""

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - ends by itself
        return _storming(target, gather, min(clients, limits.connections), holder)

    return fault


@contextmanager
def _storming(target: Target, gather: Gather, clients: int, holder: str) -> Iterator[Injection]:
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    found = slots(address)
    at_once = min(clients, found.free // 2)
    if at_once < 1:
        raise FaultError(f"{target.name} has {found.free} free connections of {found.most}, too few for a storm")
    with crowding(gather, address, at_once) as (crowd, recording):
        yield Injection(
            instance=writer,
            confirm=lambda: await_effect(lambda: _storms(crowd), what=f"{SEEN} connections that came and went"),
            rows=recording.rows,
            tells={"holder": holder},
        )


def _storms(crowd: Crowd) -> str | None:
    seen = crowd.progress()
    came = seen.get("connected", 0)
    return f"{came:,} connections came and went" if came >= SEEN else None
