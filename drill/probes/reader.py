"""Readers: each asks the streams by turns for their highest value."""

from __future__ import annotations

import itertools

from psycopg.types.numeric import Int4

from drill.probes.client import Client
from drill.probes.pace import Pace
from drill.probes.run import Run
from drill.probes.tables import table


async def read(run: Run, client: Client, pace: Pace, *, first: int) -> None:
    """Read the streams of the writers at the cluster endpoint, beginning with `first`, until the run is over."""
    statement = f"SELECT coalesce(max(value), -1) FROM {table(run.plan.schema)} WHERE stream = %s"  # noqa: S608 - a quoted name
    streams = itertools.cycle(range(run.plan.writers))
    for stream in itertools.islice(streams, first, None):
        if run.over:
            break
        await pace.turn()
        if not (await client.connected() and await client.call(statement, (Int4(stream),), key=stream)):
            await run.pause()
    await client.close()
