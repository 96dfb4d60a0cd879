"""The loop's own stalls: how long our clients could not see an answer that may have been there."""

from __future__ import annotations

import asyncio
import time

from drill.history import Action, Outcome
from drill.probes.run import Run
from drill.targets.outcomes import Ending

TICK_NS = 5_000_000
STALLED = Ending(Outcome.UNKNOWN)


async def measure(run: Run, name: str) -> None:
    """Wake every 5 ms; waking more than 5 ms late is a `stall` from when it should have been to when it was."""
    source = run.recorder.register(name, Action.STALL, None)
    while not run.over:
        expected = time.monotonic_ns() + TICK_NS
        await asyncio.sleep(TICK_NS / 1e9)
        actual = time.monotonic_ns()
        if actual - expected > TICK_NS:
            run.recorder.add(source, expected, actual, STALLED)
