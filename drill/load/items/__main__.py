"""The child process of the load: `python -m drill.load.items DIRECTORY`, started by `drill.load.items.process`."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import polars as pl
from botocore.exceptions import BotoCoreError, ClientError

from drill.child.inside import Link, go_first, run
from drill.errors import ConfigError
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.items import ItemApplication, ItemFactory, ItemRequest, ItemSurroundings
from drill.load.driver import Asking, Driver
from drill.load.items.calls import ASKED, Calls, partition_keys
from drill.load.items.plan import ItemPlan
from drill.load.items.workload import item_requests
from drill.load.items.written import Written
from drill.load.progress import report
from drill.load.recorder import TRANSFER
from drill.load.reference import factory
from drill.load.stages import stages
from drill.requests import Answer, Transfer

SWITCH_S = 0.0005
"""Threads that parse answers give way to the loop, or requests would be taken up late: by 5 ms at a time otherwise."""
LINGER_S = 3.0
"""How long an application may take to close; a thread of it may wait for an answer that never comes."""


def main() -> int:
    """Ask the plan's application what the plan says, until its steps are over or told to stop."""
    link = Link()
    plan = ItemPlan.load(link.plan)
    sys.setswitchinterval(SWITCH_S)
    # What our own process waits for a processor is not the database's latency.
    go_first()
    return run(link, lambda: _load(link, plan), max_seconds=plan.lasts_s + 2 * plan.patience_s)


async def _load(link: Link, plan: ItemPlan) -> str | None:
    # asyncio.to_thread's own threads are as many as processors, and a few: too few for calls that wait.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(plan.place.workers))
    calls, written = Calls(plan.place), Written()
    calls.knows(_keys(calls, plan))
    open_application = cast(ItemFactory, factory(plan.application))
    async with open_application(ItemSurroundings(place=plan.place, client=calls)) as application:
        driver = Driver(plan=plan, asking=_asking(plan, application, written))
        link.listen(driver.stop)
        reporting = asyncio.create_task(report(link.say, driver))
        await driver.run()
        await reporting
        link.leave(_tables(plan, driver, calls, written))
        _leave_anyway(link, driver.limit)
    return driver.limit


def _asking(plan: ItemPlan, application: ItemApplication, written: Written) -> Asking[ItemRequest]:
    def noted(wanted: ItemRequest | Transfer, begun_ns: int, completed_ns: int, answer: Answer) -> None:
        if isinstance(wanted, ItemRequest) and wanted.puts:
            written.note(wanted, begun_ns, completed_ns, answer)

    return Asking(
        perform=application.perform,
        transfer=application.transfer,
        wanted=item_requests(plan.patterns, plan.tables, seed=plan.seed, run=plan.run) if plan.patterns else None,
        endpoint=_endpoint,
        begin=_begin,
        noted=noted,
    )


def _endpoint(wanted: ItemRequest | Transfer) -> str:
    """One endpoint serves both; the names tell reads from writes, as in the load on SQL."""
    return READER_ENDPOINT if isinstance(wanted, ItemRequest) and wanted.reads_only else WRITER_ENDPOINT


def _begin(wanted: ItemRequest | Transfer) -> None:
    ASKED.set((wanted.key, TRANSFER if isinstance(wanted, Transfer) else wanted.pattern))


def _tables(plan: ItemPlan, driver: Driver[ItemRequest], calls: Calls, written: Written) -> dict[str, pl.DataFrame]:
    return {
        **driver.recorder.tables([]),
        "calls": calls.table(),
        "written": written.table(),
        "settings": stages(plan, driver.began_ns),
    }


def _keys(calls: Calls, plan: ItemPlan) -> dict[str, str]:
    """The partition keys that the plan does not tell."""
    named = (*plan.tables.values(), plan.place.accounts_table, plan.place.ledger_table)
    unknown = tuple(dict.fromkeys(each for each in named if each and each not in plan.partition_keys))
    try:
        return {**partition_keys(calls.plain(), unknown), **plan.partition_keys}
    except (BotoCoreError, ClientError) as error:
        raise ConfigError(f"the tables {', '.join(unknown)} could not be described: {error}") from error


def _leave_anyway(link: Link, limit: str | None) -> None:
    """End the process soon, closed or not: all that it saw is written, and Python waits for every thread."""

    def leave() -> None:
        link.say({"limit": limit} if limit else {"done": True})
        os._exit(0)

    timer = threading.Timer(LINGER_S, leave)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    sys.exit(main())
