"""I/O by PostgreSQL's own counters, looked at throughout: where CloudWatch comes too late, or is none.

What Aurora counts is nearly this: a read for each page that was not in the buffer cache, a write for each 4 KB of log
(https://aws.amazon.com/rds/aurora/faqs/, pricing). PostgreSQL's `blks_read` also counts pages that the kernel still
had, so it is an upper bound of what a disk did, and what Aurora, which has no kernel's cache below it, would ask its
storage for. Log is counted before it is written, and full-page images with it, which Aurora does not write: an upper
bound as well. Back ends report what they did when they are idle, once a second at most.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import polars as pl
import psycopg

from drill.errors import ProbeError
from drill.probes.pace import Pace
from drill.probes.server.reading import first_line, monitor
from drill.tables import typed_table
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Session

EVERY_S = 0.5
PATIENCE_S = 5.0
STOPS_WITHIN_S = 7.0
LOG_UNIT = 4096
SERVICE, ITEM, UNIT, SOURCE = "aurora", "cluster io", "million", "counters"

QUESTION = """
    SELECT (SELECT sum(blks_read)::bigint FROM pg_stat_database),
           CASE WHEN NOT pg_is_in_recovery() THEN (SELECT wal_bytes::bigint FROM pg_stat_wal) END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What an instance has counted at a moment; `log_bytes` is None of one that does not write."""

    at_ns: int
    pages: int
    log_bytes: int | None


class IoCounters:
    """What was seen so far; made by `counting_io`."""

    def __init__(
        self,
        cluster: str,
        instances: Mapping[str, Address],
        *,
        every_s: float,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Begin nothing yet."""
        self._cluster, self._instances, self._every_s, self._now_ns = cluster, dict(instances), every_s, now_ns
        self._rows: list[dict[str, object]] = []
        self._crash: BaseException | None = None
        self._errors: dict[str, str] = {}
        self._looked: set[str] = set()
        self._begun = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="drill-io-counters", daemon=True)

    def table(self) -> pl.DataFrame:
        """Table `consumption`: a row an instance and look, zero where nothing was read or written.

        ProbeError where looking broke down, so that a gap proves nothing.
        """
        if self._crash is not None:
            raise ProbeError(f"counting I/O broke down: {self._crash!r}") from self._crash
        return typed_table("consumption", list(self._rows))

    def start(self) -> None:
        """Begin, and return when each instance was looked at once or did not answer; ProbeError if none did."""
        self._thread.start()
        self._begun.wait(PATIENCE_S + STOPS_WITHIN_S)
        if self._crash is not None or not self._looked:
            self.stop()
            why = self._crash or "; ".join(self._errors.values()) or "nobody answered in time"
            raise ProbeError(f"could not count the I/O of {', '.join(self._instances)}: {why}") from self._crash

    def stop(self) -> None:
        """End, whatever the server does; ProbeError if that is not to be had."""
        # The loop may have ended by itself.
        with suppress(RuntimeError):
            if self._loop is not None and self._stop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOPS_WITHIN_S)
        if self._thread.is_alive():
            raise ProbeError(f"the counting of I/O did not end within {STOPS_WITHIN_S:g} s; does a name server hang?")

    def _run(self) -> None:
        try:
            asyncio.run(self._count())
        except Exception as error:  # noqa: BLE001 - raised by `table`, in the thread that asks for it
            self._crash = error
        finally:
            self._begun.set()

    async def _count(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tried = [asyncio.Event() for _ in self._instances]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._watch(name, address, done))
                for (name, address), done in zip(self._instances.items(), tried, strict=True)
            ]
            for done in tried:
                await done.wait()
            self._begun.set()
            await self._stop.wait()
            for task in tasks:
                task.cancel()

    async def _watch(self, name: str, address: Address, done: asyncio.Event) -> None:
        """Look at one instance for as long as it answers, and then again."""
        pace = Pace(self._every_s)
        while True:
            session: Session | None = None
            try:
                session = await Session.open(monitor(address), PATIENCE_S, name=name)
                last: Count | None = None
                while True:
                    count = await self._look(session)
                    self._looked.add(name)
                    done.set()
                    if last is not None:
                        self._rows += used(self._cluster, last, count)
                    last = count
                    await pace.turn()
            except (psycopg.Error, DeadlinePassed) as error:
                self._errors[name] = first_line(error)
            finally:
                done.set()
                if session is not None:
                    await session.close()
            await pace.turn()

    async def _look(self, session: Session) -> Count:
        ((pages, log_bytes),) = await session.fetch(QUESTION, deadline_s=PATIENCE_S)
        return Count(at_ns=self._now_ns(), pages=int(pages or 0), log_bytes=log_bytes)


def used(cluster: str, last: Count, now: Count) -> list[dict[str, object]]:
    """The row of what was read and written between two looks; none where counters began anew or the clock stood."""
    pages = now.pages - last.pages
    written = 0
    if last.log_bytes is not None and now.log_bytes is not None:
        written = now.log_bytes - last.log_bytes
    if pages < 0 or written < 0 or now.at_ns <= last.at_ns:
        return []
    return [
        {
            "service": SERVICE,
            "resource": cluster,
            "item": ITEM,
            "unit": UNIT,
            "quantity": (pages + -(-written // LOG_UNIT)) / 1e6,
            "from_ns": last.at_ns,
            "to_ns": now.at_ns,
            "source": SOURCE,
        }
    ]


@contextmanager
def counting_io(cluster: str, instances: Mapping[str, Address], *, every_s: float = EVERY_S) -> Iterator[IoCounters]:
    """Count the I/O of these instances for the length of a block; ask for `table()` afterwards.

    Rows of several instances are of the same cluster and time, and add up.
    """
    counters = IoCounters(cluster, instances, every_s=every_s)
    counters.start()
    try:
        yield counters
    finally:
        counters.stop()
