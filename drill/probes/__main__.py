"""The child process of the probes: `python -m drill.probes RESULT`, started by `drill.probes.process`.

    stdin     the plan, one line of JSON; later `stop`; its end: the parent is gone, and so are we
    stdout    a line of JSON each: {"ready": clients}, {"progress": ...}, and as the last one
              {"done": rows}, {"limit": why, "rows": rows} or {"crash": what}
    RESULT    all rows as an Arrow file, once we are done

A process of its own, since whatever else the test process does (checks, boto3, pytest) would hold the
interpreter lock and show as an outage.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from drill.probes.crew import work
from drill.probes.plan import LEFT_BEHIND, ProbePlan
from drill.probes.progress import Tally, line
from drill.probes.run import Run

REPORT_S = 0.2
GRACE_S = 30
SWITCH_INTERVAL_S = 0.0005
ORPHANED = 3
"""The exit code of a child whose parent is gone."""


def main() -> int:
    """Probe as the plan on stdin says until told to stop; 0: all rows are in RESULT."""
    run = Run(plan=ProbePlan.load(sys.stdin.buffer.readline()))
    # The last resort: should the loop itself hang, the default action of SIGALRM still ends us.
    signal.setitimer(signal.ITIMER_REAL, run.plan.max_seconds + GRACE_S)
    _go_first()
    # The control plane's thread must not hold the interpreter for 5 ms while answers wait to be timed.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(_probe(run))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            traceback.print_exc()
            _say({"crash": _leaves(error)})
            return 1
    run.recorder.frame().write_ipc(sys.argv[1])
    _say({"limit": run.limit, "rows": len(run.recorder)} if run.limit else {"done": len(run.recorder)})
    return 0


async def _probe(run: Run) -> None:
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _hear, run)
    # A collection in the middle of a run would be a stall of our own; what a run leaves behind fits in memory.
    gc.collect()
    gc.freeze()
    gc.disable()
    async with asyncio.TaskGroup() as group:
        group.create_task(work(run))
        group.create_task(_report(run))


async def _report(run: Run) -> None:
    """Say how it goes, first when every probe has begun, and a last time when the run is over."""
    tally = Tally(run.recorder)
    await asyncio.sleep(0)  # the probes come first
    _say({"progress": tally.sum_up().dump()})
    _say({"ready": sorted({source.client for source in run.recorder.sources})})
    while not run.over:
        await asyncio.sleep(REPORT_S)
        _say({"progress": tally.sum_up().dump()})


def _go_first() -> None:
    """Let nothing on this machine delay our clock, where we may: an ordinary user's stalls are measured instead.

    Round robin, as niceness does not reach beyond a session of one's own (autogroups), and a lab has hundreds.
    """
    with contextlib.suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _hear(run: Run) -> None:
    """The parent has said something, or is no more."""
    heard = os.read(sys.stdin.fileno(), 4096)
    if not heard:
        _tidy(Path(sys.argv[1]).parent)
        os._exit(ORPHANED)
    if b"stop" in heard:
        run.stop()


def _tidy(directory: Path) -> None:
    """Remove the parent's directory, which a parent that was killed could not; only what is known to be in it."""
    with contextlib.suppress(OSError):
        for name in LEFT_BEHIND:
            (directory / name).unlink(missing_ok=True)
        directory.rmdir()


def _say(words: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(line(words))
    sys.stdout.buffer.flush()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop
    import uvloop

    return uvloop.new_event_loop


def _leaves(error: BaseException) -> str:
    """What really happened, out of however many groups a task group has wrapped it into."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(_leaves, error.exceptions))
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
