"""Sessions and lags, every 200 ms for as long as a block lasts, by a thread of its own.

It connects before anything is broken and keeps its connections, so that it still sees a server that lets nobody in.
A connection that is lost is made anew; meanwhile `samples` has a gap.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import polars as pl

from drill.errors import ProbeError
from drill.probes.server.lag import Lags
from drill.probes.server.reading import first_line
from drill.probes.server.watch import PATIENCE_S, Seen, Watch
from drill.tables import typed_table
from drill.targets.postgres import Address

EVERY_S = 0.2
STOPS_WITHIN_S = 5.0


class Sampler:
    """What was seen so far; made by `sampling`."""

    def __init__(self, instances: Mapping[str, Address], *, every_s: float, everywhere: bool) -> None:
        """Begin nothing yet."""
        self._instances = dict(instances)
        self._every_s = every_s
        self._everywhere = everywhere
        self._seen = Seen()
        self._begun = threading.Event()
        self._crash: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._unreachable: str | None = None
        self._thread = threading.Thread(target=self._run, name="drill-sampler", daemon=True)

    def tables(self) -> dict[str, pl.DataFrame]:
        """`samples`, `sessions` and `lags`; ProbeError when sampling itself broke down, so that a gap proves nothing.

        `samples` and `sessions` are as of some moment within [at_ns, at_ns + took_ns]; `lags` as of at_ns.
        """
        if self._crash is not None:
            raise ProbeError(f"sampling the server broke down: {self._crash!r}") from self._crash
        looks = list(self._seen.sessions)
        return {
            "samples": typed_table("samples", list(self._seen.samples)),
            "sessions": pl.concat(looks) if looks else typed_table("sessions", []),
            "lags": typed_table("lags", list(self._seen.lags)),
        }

    def start(self) -> None:
        """Begin, and return when every instance was looked at once, or did not answer; ProbeError if none did."""
        self._thread.start()
        began = self._begun.wait(PATIENCE_S + STOPS_WITHIN_S)
        if self._crash is not None or self._unreachable is not None or not began:
            self.stop()
            why = self._crash or self._unreachable or "the first look was not over in time"
            raise ProbeError(f"could not look at any of {', '.join(self._instances)}: {why}") from self._crash

    def stop(self) -> None:
        """End, whatever the server does; ProbeError if that is not to be had."""
        # The loop may have ended by itself.
        with suppress(RuntimeError):
            if self._loop is not None and self._stop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOPS_WITHIN_S)
        if self._thread.is_alive():
            raise ProbeError(f"the sampler did not end within {STOPS_WITHIN_S:g} s; does a name server hang?")

    def _run(self) -> None:
        try:
            asyncio.run(self._sample())
        except Exception as error:  # noqa: BLE001 - raised by `tables`, in the thread that asks for them
            self._crash = error
        finally:
            self._begun.set()

    async def _sample(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        lags = Lags()
        watches = [
            Watch(
                instance=instance,
                address=address,
                every_s=self._every_s,
                everywhere=self._everywhere,
                seen=self._seen,
                lags=lags,
            )
            for instance, address in self._instances.items()
        ]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watch.run()) for watch in watches]
            group.create_task(self._await_first(watches))
            await self._stop.wait()
            for task in tasks:
                task.cancel()

    async def _await_first(self, watches: list[Watch]) -> None:
        for watch in watches:
            await watch.tried.wait()
        if not any(watch.answered for watch in watches):
            errors = [first_line(watch.error) for watch in watches if watch.error is not None]
            self._unreachable = "; ".join(errors) or "nobody answers"
        self._begun.set()


@contextmanager
def sampling(
    instances: Mapping[str, Address], *, every_s: float = EVERY_S, everywhere: bool = True
) -> Iterator[Sampler]:
    """Sample these instances for the length of a block; ask for `tables()` afterwards.

    The block begins when each was looked at once. With `everywhere` false, sessions are those of whoever writes
    alone; `lags` are every reader's in any case.
    """
    sampler = Sampler(instances, every_s=every_s, everywhere=everywhere)
    sampler.start()
    try:
        yield sampler
    finally:
        sampler.stop()
