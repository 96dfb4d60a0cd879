"""The endpoint: what it is made of, brought up and down."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from aiohttp import web
from moto.budgets import urls as budgets_urls
from moto.cloudwatch import urls as cloudwatch_urls
from moto.fis import urls as fis_urls
from moto.moto_api._internal.models import moto_api_backend

from lab.api.fis import LabFIS
from lab.api.template import Runs
from lab.dynamodb.actions import ACTIONS, of_tables
from lab.dynamodb.budgets import LabBudgets
from lab.dynamodb.defect import Defect
from lab.dynamodb.faults import Faults
from lab.dynamodb.front.handler import Handler
from lab.dynamodb.front.others import Others
from lab.dynamodb.metrics.responses import LabCloudWatch
from lab.dynamodb.region import Region
from lab.dynamodb.replication.group import Replication
from lab.dynamodb.replication.updates import GlobalTables
from lab.dynamodb.seed import seed
from lab.dynamodb.store import ACCOUNT
from lab.layout import REGION, REPLICA_REGION

log = logging.getLogger("lab.dynamodb")

REGIONS = (REGION, REPLICA_REGION)
_UNDO_S = 10.0  # how long closing waits for running experiments to undo what they did
_LARGEST_BYTES = 32 << 20  # of a request: 16 MiB of items, and JSON around them
_BETWEEN_LOOKS_S = (0.002, 0.05)  # at what is on its way to another region, while there is something


class World:
    """The regions with all that holds between them."""

    def __init__(self, faults: Faults, defect: Defect) -> None:
        """Have two regions without tables."""
        draw = random.Random(0)  # noqa: S311  # jitter, which must come out the same again
        self.defect = defect
        self.replication = Replication(
            {},
            now_s=time.monotonic,
            wall_ns=time.time_ns,
            paused=faults.paused,
            arrived=lambda link, took_s: self.regions[link.source].counted.replicated(link.table, link.target, took_s),
            jitter=lambda: draw.uniform(0.5, 1.5),
            ways=defect.ways,
        )
        self.regions = {name: Region(name, faults, changed=self.replication.changed, defect=defect) for name in REGIONS}
        self.replication.reach(self.regions)
        tables = GlobalTables({name: each.store for name, each in self.regions.items()}, self.replication)
        for each in self.regions.values():
            each.share(tables)

    def seed(self) -> None:
        """Fill the account."""
        seed(
            lambda region, operation, body: self.regions[region].call(operation, body),
            self.defect.holdings,
            region=REGION,
            replica=REPLICA_REGION,
        )

    async def replicate(self) -> None:
        """Carry changes to other regions, for good."""
        least_s, most_s = _BETWEEN_LOOKS_S
        while True:
            try:
                due_s = self.replication.deliver()
            except Exception:
                log.exception("a change could not be written in another region")
                due_s = None
            await asyncio.sleep(most_s if due_s is None else min(max(due_s, least_s), most_s))

    async def report(self) -> None:
        """Put metrics into CloudWatch at each full second, for good."""
        while True:
            ends_s = int(time.time()) + 1
            # Timers may be early by a millisecond, and would then tell a second twice.
            while (left_s := ends_s - time.time()) > 0:  # noqa: ASYNC110  # there is no event but the time
                await asyncio.sleep(left_s)
            for each in self.regions.values():
                try:
                    each.report(ends_s - 1)
                except Exception:
                    log.exception("metrics of %s are missing for a second", each.name)


@asynccontextmanager
async def serving(listening: socket.socket, defect: Defect | None = None) -> AsyncIterator[World]:
    """Answer AWS's clients on this socket for the length of a block.

    Once per process: moto keeps its state there.
    """
    loop = asyncio.get_running_loop()
    moto_api_backend.reset()
    faults = Faults(on_loop=loop.call_soon_threadsafe)
    world = World(faults, defect or Defect())
    world.seed()
    regions = world.regions
    runs = Runs(faults, ACTIONS, of_tables(lambda name: regions[name].store.tables(), REGIONS, ACCOUNT))
    _answer_with(fis_urls, type("FIS", (LabFIS,), {"runs": runs}))
    kept = {name: each.metrics for name, each in regions.items()}
    _answer_with(cloudwatch_urls, type("CloudWatch", (LabCloudWatch,), {"kept": kept}))
    _answer_with(budgets_urls, LabBudgets)
    others = Others()
    others.warm()
    _collect_seldom()
    server = web.Server(Handler(regions, faults, others), request_factory=_request, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    going_on: Sequence[asyncio.Task[None]] = [loop.create_task(each()) for each in (world.replicate, world.report)]
    try:
        await web.SockSite(runner, listening, backlog=512).start()
        yield world
    finally:
        for each in going_on:
            each.cancel()
        await loop.run_in_executor(None, runs.close, _UNDO_S)
        await runner.cleanup()
        others.close()


def _collect_seldom() -> None:
    """Keep the garbage collector from walking over all items again and again: they hold no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 200)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BYTES)


def _answer_with(urls: ModuleType, response: Callable[..., Any]) -> None:
    """Have this class answer all paths of a service of moto's."""
    dispatch: Any = response.dispatch  # type: ignore[attr-defined]  # every response of moto's has one
    urls.url_paths.update(dict.fromkeys(urls.url_paths, dispatch))
