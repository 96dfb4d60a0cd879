"""Watchers: what each instance says of itself, and where the cluster endpoint leads.

They record no `connect` rows: finding out includes getting in, so a lost connection is part of the next
observation.
"""

from __future__ import annotations

import asyncio
import time

import psycopg

from drill.history import WRITER_ENDPOINT, Action
from drill.probes.pace import Pace
from drill.probes.recorder import NULL
from drill.probes.run import Run
from drill.targets.outcomes import classify
from drill.targets.postgres import Address
from drill.targets.session import ROLE, DeadlinePassed, Session


async def observe(run: Run, name: str, instance: str, address: Address) -> None:
    """Ask one instance for its role, every `watch_interval_s`, over a connection that is kept."""
    plan, recorder = run.plan, run.recorder
    source = recorder.register(name, Action.OBSERVE, instance)
    pace = Pace(plan.watch_interval_s)
    session: Session | None = None
    number = NULL
    while not run.over:
        await pace.turn()
        sent = session is not None
        invoked = time.monotonic_ns()
        try:
            if session is None:
                session = await Session.open(address, plan.connect_deadline_s, name=instance)
                in_recovery, number = session.in_recovery, number + 1
            else:
                ((in_recovery,),) = await session.fetch(ROLE, deadline_s=plan.deadline_s)
        except (psycopg.Error, DeadlinePassed) as error:
            recorder.add(source, invoked, time.monotonic_ns(), classify(error, sent=sent))
            if session is not None and not session.alive:
                await session.close()
                session = None
            await run.pause()
            continue
        recorder.add(
            source,
            invoked,
            time.monotonic_ns(),
            value=int(not in_recovery),
            server=session.server,
            session=number,
        )
    if session is not None:
        await session.close()


async def look_up(run: Run, name: str) -> None:
    """Ask through the cluster endpoint who answers and in which role, over a new connection each time.

    Begins one every `lookup_interval_s`, whatever became of those before: a look-up that hangs at an instance
    that is frozen must not keep us from seeing that the endpoint leads elsewhere by now.
    """
    pace = Pace(run.plan.lookup_interval_s)
    source = run.recorder.register(name, Action.LOOKUP, WRITER_ENDPOINT)
    async with asyncio.TaskGroup() as under_way:
        for number in range(2**31):
            await pace.turn()
            if run.over:
                break
            under_way.create_task(_look_up_once(run, source, number))


async def _look_up_once(run: Run, source: int, number: int) -> None:
    invoked = time.monotonic_ns()
    try:
        session = await Session.open(run.plan.writer, run.plan.connect_deadline_s)
    except (psycopg.Error, DeadlinePassed) as error:
        run.recorder.add(source, invoked, time.monotonic_ns(), classify(error, sent=False))
        return
    run.recorder.add(
        source,
        invoked,
        time.monotonic_ns(),
        value=int(not session.in_recovery),
        server=session.server,
        session=number,
    )
    await session.close()
