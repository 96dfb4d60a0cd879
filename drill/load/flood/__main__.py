"""The process of a crowd: `python -m drill.load.flood DIRECTORY`, started by drill/child."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence

from drill.child.inside import Link, run
from drill.load.flood.modes import MODES
from drill.load.flood.plan import CrowdPlan
from drill.load.flood.run import Run

REPORT_S = 0.1
GOING_S = 1.0
"""So long a client that was told to go may take to write down what it was in."""
OPERATIONS = "operations"


def main() -> int:
    """Crowd in as the plan on stdin says until told to stop, or for as long as it allows."""
    link = Link()
    plan = CrowdPlan.load(link.plan)
    return run(link, lambda: _crowd(link, plan), max_seconds=plan.duration_s)


async def _crowd(link: Link, plan: CrowdPlan) -> str | None:
    """The limit, where time ran out before anybody said stop: whoever counted on us must hear of it."""
    state = Run()
    link.listen(state.over.set)
    clients = [asyncio.ensure_future(MODES[party.mode](state, party)) for party in plan.parties]
    report = asyncio.create_task(_report(link, state))
    link.say({"ready": len(clients)})
    told = asyncio.create_task(state.over.wait())
    ended, _ = await asyncio.wait({told, *clients}, timeout=plan.duration_s, return_when=asyncio.FIRST_COMPLETED)
    limit = None if ended else f"the crowd has gone after {plan.duration_s:g} s, its limit (flood_duration)"
    state.over.set()
    await _go(state, clients)
    report.cancel()
    link.say({"progress": _progress(state)})
    link.leave({OPERATIONS: state.rows.frame()})
    return limit


async def _go(state: Run, clients: Sequence[asyncio.Future[None]]) -> None:
    """Close everything; who does not end by itself then is ended. What a client fell over is raised."""
    for line in list(state.lines):
        line.cut()
    _, staying = await asyncio.wait(clients, timeout=GOING_S)
    for client in staying:
        client.cancel()
    for client in clients:
        with contextlib.suppress(asyncio.CancelledError):
            await client
    for line in list(state.lines):
        await state.drop(line)


async def _report(link: Link, state: Run) -> None:
    while True:
        link.say({"progress": _progress(state)})
        await asyncio.sleep(REPORT_S)


def _progress(state: Run) -> dict[str, int | bool]:
    rows = state.rows
    return {
        "held": len(state.lines),
        "capped": state.capped,
        "connected": rows.connected,
        "refused": rows.refused,
        "unconnected": rows.unconnected,
        "answered": rows.answered,
        "failed": rows.failed,
    }


if __name__ == "__main__":
    sys.exit(main())
