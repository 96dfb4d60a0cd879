"""The child process of the probes: `python -m drill.probes DIRECTORY`, started by `drill.probes.process`."""

from __future__ import annotations

import asyncio
import sys

from drill.child.inside import Link, go_first, run
from drill.probes.crew import work
from drill.probes.plan import ProbePlan
from drill.probes.process import OPERATIONS
from drill.probes.progress import Tally
from drill.probes.run import Run

REPORT_S = 0.2
SWITCH_INTERVAL_S = 0.0005


def main() -> int:
    """Probe as the plan says until told to stop."""
    link = Link()
    probing = Run(plan=ProbePlan.load(link.plan))
    go_first()
    # The control plane's thread must not hold the interpreter for 5 ms while answers wait to be timed.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return run(link, lambda: _probe(link, probing), max_seconds=probing.plan.max_seconds)


async def _probe(link: Link, probing: Run) -> str | None:
    link.listen(probing.stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(work(probing))
        group.create_task(_report(link, probing))
    link.leave({OPERATIONS: probing.recorder.frame()})
    return probing.limit


async def _report(link: Link, probing: Run) -> None:
    """Say how it goes, first when every probe has begun, and a last time when the run is over."""
    tally = Tally(probing.recorder)
    await asyncio.sleep(0)  # the probes come first
    link.say({"progress": tally.sum_up().dump()})
    link.say({"ready": sorted({source.client for source in probing.recorder.sources})})
    while not probing.over:
        await asyncio.sleep(REPORT_S)
        link.say({"progress": tally.sum_up().dump()})


if __name__ == "__main__":
    sys.exit(main())
