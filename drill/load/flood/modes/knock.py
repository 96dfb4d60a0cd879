"""Connect at a steady beat, and go again: somebody who has to see whether they would be let in."""

from __future__ import annotations

import time

from drill.load.flood.line import Line
from drill.load.flood.modes.query import asked
from drill.load.flood.plan import Party
from drill.load.flood.run import Run


async def knock(run: Run, party: Party) -> None:
    """One attempt each pause, counted from begin to begin; the client's name is the party's."""
    due_s = time.monotonic()
    while not run.over.is_set():
        line = await run.connect(party, party.name)
        if isinstance(line, Line):
            for statement in party.statements:
                await asked(run, party, party.name, line, statement)
            await run.drop(line)
        due_s = max(due_s + party.pause_s, time.monotonic())
        await run.pause(due_s - time.monotonic())
