"""Begin a transaction, do something in it, and stay idle in it: somebody who went to lunch holding a lock."""

from __future__ import annotations

import asyncio
import time

import psycopg

from drill.history import Cause
from drill.load.flood.line import Line
from drill.load.flood.modes.query import LEFT
from drill.load.flood.plan import Party
from drill.load.flood.run import Run
from drill.targets.outcomes import Ending, classify


async def transaction(run: Run, party: Party) -> None:
    """As many clients as the party counts; one that the server ends begins again after the pause."""
    await asyncio.gather(*(_client(run, party) for _ in range(party.count)))


async def _client(run: Run, party: Party) -> None:
    name = run.next_name(party)
    while not run.over.is_set():
        line = await run.connect(party, name)
        if isinstance(line, Line):
            since_ns = time.monotonic_ns()
            ending = await _stay(run, party, line)
            run.rows.request(name, party.endpoint, since_ns, time.monotonic_ns(), ending)
            await run.drop(line)
        await run.pause(party.pause_s)


async def _stay(run: Run, party: Party, line: Line) -> Ending:
    """One transaction, from its begin until the server ends it or it is over: nothing of it is ever committed."""
    try:
        for statement in ("BEGIN", *party.statements):
            await line.run(statement)
        waiting = {asyncio.create_task(line.spoken_to()), asyncio.create_task(run.over.wait())}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if run.over.is_set():
            return LEFT
        # What the server said lies in the socket; asking for anything brings it to light.
        await line.run("SELECT 1")
    except (psycopg.Error, OSError) as error:
        ending = classify(error, sent=True)
        return LEFT if run.over.is_set() and ending.cause is Cause.RESET else ending
    return LEFT
