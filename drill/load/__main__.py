"""The child process of the load: `python -m drill.load DIRECTORY`, started by `drill.load.process`."""

from __future__ import annotations

import asyncio
import sys
import time

from drill.child.inside import Link, go_first, run
from drill.load.driver import Driver
from drill.load.plan import LoadPlan
from drill.load.progress import Tally
from drill.load.reference import factory
from drill.load.stages import stages

REPORT_S = 0.2


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
        driver = Driver(plan=plan, application=application)
        link.listen(driver.stop)
        reporting = asyncio.create_task(_report(link, driver))
        await driver.run()
        await reporting
        link.leave({**driver.recorder.tables(application.checkouts()), "settings": stages(plan, driver.began_ns)})
    return driver.limit


async def _report(link: Link, driver: Driver) -> None:
    """Say how it goes, every so often."""
    tally = Tally(driver.recorder)
    link.say({"ready": driver.began_ns})
    while not driver.over.is_set():
        link.say({"progress": tally.sum_up(time.monotonic_ns()).dump()})
        await asyncio.sleep(REPORT_S)
    link.say({"progress": tally.sum_up(time.monotonic_ns(), over=True).dump()})


if __name__ == "__main__":
    sys.exit(main())
