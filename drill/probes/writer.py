"""Writers: each puts rising values into a stream of its own, and never the same value twice."""

from __future__ import annotations

from psycopg.types.numeric import Int4, Int8

from drill.probes.client import Client
from drill.probes.pace import Pace
from drill.probes.run import Run
from drill.probes.tables import table


async def write(run: Run, client: Client, pace: Pace, *, stream: int) -> None:
    """Write into `stream` until the run is over, a turn of `pace` for each attempt.

    An attempt that failed is never repeated with its value: if the first try was done after all, that would
    be a duplicate of our own making.
    """
    statement = f"INSERT INTO {table(run.plan.schema)} VALUES (%s, %s)"  # noqa: S608 - a quoted name
    key = Int4(stream)
    while not run.over:
        await pace.turn()
        if not await client.connected():
            await run.pause()
            continue
        value = run.next_value()
        if value is None:
            break
        # Int8 keeps the parameter's type, and so the prepared statement, the same for small and large values.
        if not await client.call(statement, (key, Int8(value)), key=stream, value=value):
            await run.pause()
    await client.close()
