"""Open connections as fast as possible until the server refuses; hold them, and go on trying."""

from __future__ import annotations

import asyncio

from drill.load.flood.line import Line
from drill.load.flood.plan import Party
from drill.load.flood.run import Run

AT_ONCE = 32
"""Attempts under way at a time: enough to keep the server busy, few enough for its queue of connections."""


async def hold(run: Run, party: Party) -> None:
    """Never more than the party's count; `capped` where that is reached and the server still lets clients in."""
    full = asyncio.Event()

    async def open_some(share: int) -> None:
        for _ in range(share):
            if run.over.is_set() or full.is_set():
                return
            if not isinstance(await run.connect(party, run.next_name(party)), Line):
                full.set()

    workers = min(AT_ONCE, party.count)
    shares = [party.count // workers + (number < party.count % workers) for number in range(workers)]
    await asyncio.gather(*(open_some(share) for share in shares))
    while not run.over.is_set():
        run.capped = len(run.lines) >= party.count
        if not run.capped and isinstance(await run.connect(party, run.next_name(party)), Line):
            continue  # somebody left: the place is ours
        await run.pause(party.pause_s)
