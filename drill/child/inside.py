"""The child's own side: read the plan, say how it goes, hear the parent, leave the tables.

def main() -> int:
    return run(lambda link: work(link, Plan.load(link.plan)), max_seconds=...)
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from drill.child.parent import STDERR

GRACE_S = 30
ORPHANED = 3
"""The exit code of a child whose parent is gone."""


class Link:
    """The line to the parent; `plan` is what it said first."""

    def __init__(self) -> None:
        """Read the plan."""
        self.directory = Path(sys.argv[1])
        self.plan = sys.stdin.buffer.readline()

    def say(self, words: Mapping[str, Any]) -> None:
        """Tell the parent one thing."""
        sys.stdout.buffer.write(json.dumps(words, separators=(",", ":")).encode() + b"\n")
        sys.stdout.buffer.flush()

    def listen(self, stop: Callable[[], None]) -> None:
        """From now on call `stop` when the parent asks for it; when the parent is gone, end at once, tidily."""
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._hear, stop)

    def leave(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Write what was recorded; the parent takes it once we have ended."""
        for name, rows in tables.items():
            rows.write_ipc(self.directory / f"{name}.arrow")

    def _hear(self, stop: Callable[[], None]) -> None:
        heard = os.read(sys.stdin.fileno(), 4096)
        if not heard:
            self._tidy()
            os._exit(ORPHANED)
        if b"stop" in heard:
            stop()

    def _tidy(self) -> None:
        """Remove the parent's directory, which a parent that was killed could not; only what is known to be in it."""
        with contextlib.suppress(OSError):
            for path in (*self.directory.glob("*.arrow"), self.directory / STDERR):
                path.unlink(missing_ok=True)
            self.directory.rmdir()


def run(link: Link, work: Callable[[], Coroutine[Any, Any, str | None]], *, max_seconds: float) -> int:
    """Run `work` on a fast loop to its end; 0: it ended, and said so itself unless it returned a limit.

    `work` leaves its tables. It gives the limit that it ran into, if any. Whatever it raises, the parent hears of.
    """
    # The last resort: should the loop itself hang, the default action of SIGALRM still ends us.
    signal.setitimer(signal.ITIMER_REAL, max_seconds + GRACE_S)
    # A collection in the middle of a run would be a stall of our own; what a run leaves behind fits in memory.
    gc.collect()
    gc.freeze()
    gc.disable()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            limit = runner.run(work())
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            traceback.print_exc()
            link.say({"crash": _leaves(error)})
            return 1
    link.say({"limit": limit} if limit else {"done": True})
    return 0


def go_first() -> None:
    """Let nothing on this machine delay our clock, where we may: an ordinary user's stalls are measured instead.

    Round robin, as niceness does not reach beyond a session of one's own (autogroups), and a lab has hundreds.
    """
    with contextlib.suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


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
