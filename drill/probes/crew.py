"""All probes of a plan, at work together until the run is over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Action
from drill.probes.client import Client
from drill.probes.control_plane import announce, rds
from drill.probes.pace import Pace
from drill.probes.pinned import pinned
from drill.probes.reader import read
from drill.probes.run import Run
from drill.probes.stall import measure
from drill.probes.watcher import look_up, observe
from drill.probes.writer import write

Probe = Coroutine[Any, Any, None]


def crew(run: Run) -> dict[str, Probe]:
    """Every probe that the plan asks for, by the name of its client; none has begun."""
    plan = run.plan
    probes: dict[str, Probe] = {"loop": measure(run, "loop"), "watcher-endpoint": look_up(run, "watcher-endpoint")}
    interval = plan.writers / plan.write_rate_per_s
    for each in range(plan.writers):
        name = f"writer-{each:02}"
        client = Client(run, name, Action.WRITE, WRITER_ENDPOINT, plan.writer, follows=True)
        probes[name] = write(run, client, Pace(interval, interval * each / plan.writers), stream=each)
    probes |= pinned(run, first_stream=plan.writers)
    interval = plan.readers / plan.read_rate_per_s
    for each in range(plan.readers):
        if plan.reader is None:
            break
        name = f"reader-{each:02}"
        client = Client(run, name, Action.READ, READER_ENDPOINT, plan.reader, follows=False)
        probes[name] = read(run, client, Pace(interval, interval * each / plan.readers), first=each)
    for instance, address in plan.instances.items():
        name = f"watcher-{instance}"
        probes[name] = observe(run, name, instance, address)
    if plan.control_plane is not None:
        name = "watcher-api"
        probes[name] = announce(run, name, plan.control_plane, rds(plan.control_plane))
    return probes


async def work(run: Run) -> None:
    """Let all probes run until the run is over; if one crashes, the others end and its exception goes on."""
    asyncio.get_running_loop().call_later(
        run.plan.max_seconds,
        run.stop,
        f"the probes have run for {run.plan.max_seconds:g} s, the plan's limit (max_seconds)",
    )
    async with asyncio.TaskGroup() as group:
        for name, probe in crew(run).items():
            group.create_task(probe, name=name)
