"""Clients that repeat statements, each over a connection of its own: the slow query, the neighbour, the migration."""

from __future__ import annotations

import asyncio
import time

import psycopg

from drill.history import Cause, Outcome
from drill.load.flood.line import Line
from drill.load.flood.plan import Party
from drill.load.flood.run import Run
from drill.targets.outcomes import Ending, classify

LEFT = Ending(Outcome.UNKNOWN, None, Cause.SILENT)
"""A statement that was still running when the crowd was told to go: nobody knows how it would have ended."""


async def query(run: Run, party: Party) -> None:
    """As many clients as the party counts; one whose statement or connection was ended begins again after the pause."""
    await asyncio.gather(*(_client(run, party) for _ in range(party.count)))


async def asked(run: Run, party: Party, client: str, line: Line, statement: str) -> Ending:
    """Run a statement and record it."""
    since_ns = time.monotonic_ns()
    error: Exception | None = None
    try:
        await line.run(statement)
    except (psycopg.Error, OSError) as failure:
        error = failure
    ending = classify(error, sent=True)
    if run.over.is_set() and ending.cause is Cause.RESET:
        ending = LEFT
    run.rows.request(client, party.endpoint, since_ns, time.monotonic_ns(), ending)
    return ending


async def _client(run: Run, party: Party) -> None:
    name = run.next_name(party)
    while not run.over.is_set():
        line = await run.connect(party, name)
        if isinstance(line, Line):
            await _repeat(run, party, name, line)
            await run.drop(line)
        await run.pause(party.pause_s)


async def _repeat(run: Run, party: Party, name: str, line: Line) -> None:
    """Until it is over, or the connection is gone."""
    while not run.over.is_set():
        for statement in party.statements:
            ending = await asked(run, party, name, line, statement)
            if ending.outcome is Outcome.UNKNOWN:
                return
        await run.pause(party.pause_s)
