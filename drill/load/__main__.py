"""The child process of the load: `python -m drill.load DIRECTORY`, started by `drill.load.process`."""

from __future__ import annotations

import asyncio
import sys

from drill.child.inside import Link, go_first, run
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.load.driver import Asking, Driver
from drill.load.plan import LoadPlan
from drill.load.progress import report
from drill.load.reference import factory
from drill.load.stages import stages
from drill.load.workload import requests
from drill.requests import Application, Request, Transfer


def main() -> int:
    """Ask the plan's application what the plan says, until its steps are over or told to stop."""
    link = Link()
    plan = LoadPlan.load(link.plan)
    # What our own process waits for a processor is not the database's latency.
    go_first()
    return run(link, lambda: _load(link, plan), max_seconds=plan.lasts_s + 2 * plan.patience_s)


async def _load(link: Link, plan: LoadPlan) -> str | None:
    async with factory(plan.application)(plan.surroundings) as application:
        for request in plan.opening:
            await application.perform(request)
        driver = Driver(plan=plan, asking=_asking(plan, application))
        link.listen(driver.stop)
        reporting = asyncio.create_task(report(link.say, driver))
        await driver.run()
        await reporting
        link.leave({**driver.recorder.tables(application.checkouts()), "settings": stages(plan, driver.began_ns)})
    return driver.limit


def _asking(plan: LoadPlan, application: Application) -> Asking[Request]:
    has_readers = plan.surroundings.reader is not None

    def endpoint(wanted: Request | Transfer) -> str:
        reads = isinstance(wanted, Request) and wanted.reads_only and has_readers
        return READER_ENDPOINT if reads else WRITER_ENDPOINT

    return Asking(
        perform=application.perform,
        transfer=application.transfer,
        wanted=requests(plan.patterns, seed=plan.seed, run=plan.run) if plan.patterns else None,
        endpoint=endpoint,
        pools=application.pools,
    )


if __name__ == "__main__":
    sys.exit(main())
