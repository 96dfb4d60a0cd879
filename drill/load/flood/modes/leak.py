"""Take connections at a rate, use each once, and never give one back: an application that has forgotten to."""

from __future__ import annotations

import contextlib
import time

import psycopg

from drill.load.flood.line import Line
from drill.load.flood.plan import Party
from drill.load.flood.run import Run

GENTLE_PER_S = 100.0


async def leak(run: Run, party: Party) -> None:
    """Never more than the party's count; once refused, it goes on trying at the party's pause."""
    period_s = 1.0 / (party.rate_per_s or GENTLE_PER_S)
    due_s = time.monotonic()
    while not run.over.is_set():
        run.capped = len(run.lines) >= party.count
        line = None if run.capped else await run.connect(party, run.next_name(party))
        if not isinstance(line, Line):
            await run.pause(party.pause_s)
            due_s = time.monotonic()
            continue
        with contextlib.suppress(psycopg.Error):  # a line that is gone is noticed by nobody, as with a real leak
            for statement in party.statements:
                await line.run(statement)
        due_s += period_s
        await run.pause(max(due_s - time.monotonic(), 0.0))
