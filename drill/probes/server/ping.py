"""Who answers at an endpoint: connections opened to see, and closed again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import polars as pl
import psycopg

from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.probes.pace import Pace
from drill.probes.server.reading import Monitor, first_line, monitor
from drill.tables import typed_table
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed

DEADLINE_S = 2.0


def pings(
    address: Address, endpoint: str, *, times: int = 1, every_s: float = 0.0, deadline_s: float = DEADLINE_S
) -> pl.DataFrame:
    """Table `pings`: one row a connection, one after the other, begun on a grid of `every_s`.

    Never raises: who does not answer is a row with its error, in one line and without a secret. Where the server
    cannot tell who it is, an instance goes by `endpoint`, and the writer or reader endpoint by its address.
    On AWS the reader endpoint is a DNS name that changes every second: ask no faster to see it spread.
    """

    async def all_of_them() -> list[dict[str, Any]]:
        pace = Pace(every_s)
        rows = []
        for _ in range(times):
            await pace.turn()
            rows.append(await _ping(address, endpoint, deadline_s))
        return rows

    return typed_table("pings", asyncio.run(all_of_them()))


async def _ping(address: Address, endpoint: str, deadline_s: float) -> dict[str, Any]:
    row: dict[str, Any] = {"at_ns": time.monotonic_ns(), "endpoint": endpoint}
    own = None if endpoint in {WRITER_ENDPOINT, READER_ENDPOINT} else endpoint
    try:
        session = await Monitor.open(monitor(address), deadline_s, name=own)
    except (psycopg.Error, DeadlinePassed) as error:
        return row | {"error": first_line(error)}
    answer = {"server": session.server, "in_recovery": session.in_recovery, "encrypted": session.encrypted}
    await session.close()
    return row | answer
