"""A noisy neighbour: clients whose queries take all the processor's time there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from drill.errors import FaultError
from drill.faults.crowd import Gather, crowding, writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.sessions import runs
from drill.faults.slots import slots
from drill.faults.stage import BlastRadius
from drill.faults.sweep import sweep
from drill.history import WRITER_ENDPOINT
from drill.journal import healing
from drill.targets.target import Target

NEIGHBOUR = "drill neighbour"
"""The application name of neighbours."""


def noisy_neighbour(gather: Gather, *, limits: BlastRadius, clients: int, query: str) -> Fault:
    """Let so many `clients` repeat the `query`, within the blast radius and half of what is free.

    It must take nobody's connection. On healing what still runs is ended.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - ends by itself
        return _moving_in(target, gather, min(clients, limits.connections), query)

    return fault


@contextmanager
def _moving_in(target: Target, gather: Gather, clients: int, query: str) -> Iterator[Injection]:
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    found = slots(address)
    clients = min(clients, found.free // 2)
    if clients < 1:
        raise FaultError(f"{target.name} has {found.free} free connections of {found.most}, too few for a neighbour")
    look = runs(address, NEIGHBOUR, for_s=0.0)
    try:
        with crowding(gather, address, clients) as (crowd, recording):

            def seen() -> str | None:
                return look() if crowd.progress().get("answered", 0) >= clients else None

            yield Injection(
                instance=writer,
                confirm=lambda: await_effect(seen, what=f"{clients} busy neighbours"),
                rows=recording.rows,
                tells={"cause": "noisy neighbour", "application": NEIGHBOUR, "query": query},
            )
    finally:
        with healing("the noisy neighbour"):
            sweep(address, NEIGHBOUR)
