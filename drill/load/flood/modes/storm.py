"""Connect, ask for nothing much, disconnect, and again: clients without a pool."""

from __future__ import annotations

import asyncio
import time

from drill.load.flood.line import Line
from drill.load.flood.modes.query import asked
from drill.load.flood.plan import Party
from drill.load.flood.run import Run


async def storm(run: Run, party: Party) -> None:
    """As many clients at once as the party counts, all together at its rate at most."""
    period_s = party.count / party.rate_per_s if party.rate_per_s else 0.0

    async def client(number: int) -> None:
        name = run.next_name(party)
        due_s = time.monotonic() + period_s * number / party.count
        while not run.over.is_set():
            await run.pause(max(due_s - time.monotonic(), 0.0))
            due_s = max(due_s, time.monotonic() - period_s) + period_s
            line = await run.connect(party, name)
            if not isinstance(line, Line):
                await run.pause(party.pause_s)
                continue
            for statement in party.statements or ("SELECT 1",):
                await asked(run, party, name, line, statement)
            await run.drop(line)

    await asyncio.gather(*(client(number) for number in range(party.count)))
