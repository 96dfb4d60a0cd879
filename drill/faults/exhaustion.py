"""Connection exhaustion: clients take every connection that the server has to give, and keep it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from drill.errors import NoEffect, Unsupported
from drill.faults.crowd import Crowd, Gather, crowding, writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.slots import Slots, slots
from drill.faults.stage import BlastRadius
from drill.history import WRITER_ENDPOINT
from drill.targets.target import Target


def exhaustion(gather: Gather, *, limits: BlastRadius, holder: str) -> Fault:
    """Let a crowd of `holder` (an application name) in that takes connections until the server refuses.

    Confirmed by a refusal (53300). Where the blast radius does not reach so far, nobody is let in at all: an
    exhaustion that cannot come about proves nothing. Unsupported for a role that gets reserved connections, too.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - ends by itself
        return _exhausting(target, gather, limits, holder)

    return fault


@contextmanager
def _exhausting(target: Target, gather: Gather, limits: BlastRadius, holder: str) -> Iterator[Injection]:
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    found = slots(address)
    if found.privileged:
        raise Unsupported(
            f"{address.user} is {found.privileged} on {target.name}, and a flood would take the operator's slots: "
            "name an ordinary user"
        )
    tells = {"holder": holder}
    if limits.connections <= found.free:
        yield Injection(instance=writer, confirm=lambda: _out_of_reach(found, limits), tells=tells)
        return
    with crowding(gather, address, min(limits.connections, found.most)) as (crowd, recording):
        yield Injection(
            instance=writer,
            confirm=lambda: await_effect(lambda: _refused(crowd, found), what="a refusal (53300)"),
            rows=recording.rows,
            tells=tells,
        )


def _out_of_reach(found: Slots, limits: BlastRadius) -> str:
    raise NoEffect(
        f"exhaustion is out of reach: {found.free:,} of {found.most:,} connections are free, and a flood may take no "
        f"more than {limits.connections:,} (limits.flood_connections)"
    )


def _refused(crowd: Crowd, found: Slots) -> str | None:
    seen = crowd.progress()
    held, refused = seen.get("held", 0), seen.get("refused", 0)
    if refused and held:
        return f"{held:,} connections are held, and the server refuses more (53300)"
    if seen.get("capped"):
        raise NoEffect(
            f"{held:,} connections are held, as many as a flood may take, and the server lets more in: it takes "
            f"{found.most:,} and had {found.present:,} before"
        )
    return None
