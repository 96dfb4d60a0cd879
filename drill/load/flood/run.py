"""What the clients of one crowd share, and how each connects."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import psycopg

from drill.history import Cause, Outcome
from drill.load.flood.line import Line
from drill.load.flood.plan import Party
from drill.load.flood.rows import Rows
from drill.targets.outcomes import ACKNOWLEDGED, Ending, classify
from drill.targets.session import DeadlinePassed

UNANSWERED = Ending(Outcome.FAILED, None, Cause.SILENT)
"""An attempt that was still waiting when the crowd had to be gone: it was told to go some time before."""


@dataclass(slots=True, kw_only=True)
class Run:
    """The rows so far, the open lines, and whether it is over; clients look at `over` and end by themselves."""

    rows: Rows = field(default_factory=Rows)
    lines: set[Line] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    capped: bool = False
    numbers: dict[str, Iterator[int]] = field(default_factory=dict)

    def next_name(self, party: Party) -> str:
        """The name of another client of the party: flood-0001, flood-0002, ..."""
        number = next(self.numbers.setdefault(party.name, itertools.count(1)))
        return f"{party.name}-{number:04d}"

    async def connect(self, party: Party, client: str) -> Line | Ending:
        """Try once; an open line, or how the attempt ended. One that is broken off is recorded as one in vain."""
        address = replace(party.address, application_name=party.application)
        since_ns = time.monotonic_ns()
        try:
            line = await Line.open(address, party.connect_deadline_s, party.settings)
        except (psycopg.Error, DeadlinePassed, OSError) as error:
            ending = classify(error, sent=False)
            self.rows.connect(client, party.endpoint, since_ns, time.monotonic_ns(), ending)
            return ending
        except asyncio.CancelledError:
            self.rows.connect(client, party.endpoint, since_ns, time.monotonic_ns(), UNANSWERED)
            raise
        self.rows.connect(client, party.endpoint, since_ns, time.monotonic_ns(), ACKNOWLEDGED)
        self.lines.add(line)
        return line

    async def drop(self, line: Line) -> None:
        """Close a line."""
        self.lines.discard(line)
        await line.close()

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or until it is over."""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return
