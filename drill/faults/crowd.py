"""Clients that crowd in, as a fault sees them; who gathers them is the scenario's affair (drill.load.flood)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import polars as pl

from drill.errors import DrillError, FaultError
from drill.targets.postgres import Address
from drill.targets.target import Target


class Crowd(Protocol):
    """Clients in processes of their own."""

    def progress(self) -> Mapping[str, Any]:
        """Counts: `held`, `connected`, `refused` (53300), `unconnected`, `answered`, `failed`; whether `capped`."""

    def stop(self) -> pl.DataFrame:
        """Send them away; what they did, as rows of a history."""


Gather = Callable[[Address, int], AbstractContextManager[Crowd]]
"""Lets a crowd in at an address, for the length of a block: that many connections at once, and no more."""


class Recording:
    """What a crowd did, once it was sent away."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._rows: pl.DataFrame | None = None
        self._error: DrillError | None = None

    def end(self, crowd: Crowd) -> None:
        """Send it away. One that has not done its work does not keep the fault from being healed: it is gone."""
        try:
            self._rows = crowd.stop()
        except DrillError as error:
            self._error = error

    def rows(self) -> pl.DataFrame | None:
        """The rows; raises what went wrong with the crowd, if something did."""
        if self._error is not None:
            raise self._error
        return self._rows


@contextmanager
def crowding(gather: Gather, address: Address, count: int) -> Iterator[tuple[Crowd, Recording]]:
    """Let a crowd in, and send it away however the block is left."""
    recording = Recording()
    with gather(address, count) as crowd:
        try:
            yield crowd, recording
        finally:
            recording.end(crowd)


def writer_of(target: Target) -> str:
    """The writer's name; FaultError where there is none."""
    writer = target.topology().writer
    if writer is None:
        raise FaultError(f"{target.name} has no writer")
    return writer
