"""CloudWatch metrics of the cluster and its instances, measured once a second on the real processes.

    of an instance  CPUUtilization         processor time of all that runs in its zone, of all the machine's cores
                    DatabaseConnections    client back ends
                    BufferCacheHitRatio    of the pages that were asked for in the last second
    of the cluster  VolumeReadIOPs         pages that PostgreSQL read, of every instance: here from a file, which the
                                           kernel may still have cached; on Aurora from the storage layer
                    VolumeWriteIOPs        written log by 4 KB, of the writer: how Aurora counts writes
                    VolumeBytesUsed        the size of all databases

AWS counts I/O by five minutes, the lab by the second: the Sum over a period is the same. Names and meanings:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import psutil
import psycopg

from lab import processes, sql
from lab.dynamodb.metrics.kept import Kept, Name, named
from lab.dynamodb.metrics.series import Summary, one

if TYPE_CHECKING:
    from lab.api.identity import Identity
    from lab.layout import Layout, Zone

log = logging.getLogger("lab.api")

NAMESPACE = "AWS/RDS"
EVERY_S = 1.0
SIZE_EVERY = 3
"""The size is asked for in one look of so many: PostgreSQL looks at every file for it."""

LOG_UNIT = 4096
YOUNG_S = 5.0
PROCESSORS = 2
"""Of an instance: the lab says that it is a db.r6g.large, which has two, whatever the machine has."""
ENDS_WITHIN_S = 3.0

LOOK = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           (SELECT sum(blks_hit)::bigint FROM pg_stat_database),
           (SELECT sum(blks_read)::bigint FROM pg_stat_database),
           (SELECT wal_bytes::bigint FROM pg_stat_wal),
           pg_is_in_recovery()
"""
SIZE = "SELECT sum(pg_database_size(oid))::bigint FROM pg_database WHERE datallowconn"


@runtime_checkable
class Hosted(Protocol):
    """A cluster that runs on this machine; one in memory has nothing that could be measured."""

    layout: Layout
    zones: Mapping[str, Any]


def begin(cluster: object, identity: Identity) -> Callable[[], None]:
    """Have CloudWatch tell what is measured from now on, and Budgets who is alerted; gives the way back.

    To be called once moto was emptied and before it answers. Nothing that is measured may stop the lab: an instance
    that does not answer has a gap.
    """
    from moto.budgets import urls as budgets_urls
    from moto.cloudwatch import urls as cloudwatch_urls

    from lab.dynamodb.budgets import LabBudgets
    from lab.dynamodb.metrics.responses import LabCloudWatch

    kept = Kept()
    answering: Any = type("CloudWatch", (LabCloudWatch,), {"kept": {identity.region: kept}})
    before: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for urls, response in ((cloudwatch_urls, answering), (budgets_urls, LabBudgets)):
        before.append((urls.url_paths, dict(urls.url_paths)))
        urls.url_paths.update(dict.fromkeys(urls.url_paths, response.dispatch))
    meter = Meter(cluster, identity, kept) if isinstance(cluster, Hosted) else None
    if meter is not None:
        meter.start()

    def back() -> None:
        if meter is not None:
            meter.stop()
        for paths, stock in before:
            paths.update(stock)

    return back


class Meter:
    """A thread for the processors, and one for each instance: any of them may freeze in the middle of a look."""

    def __init__(self, cluster: Hosted, identity: Identity, kept: Kept) -> None:
        """Measure nothing yet."""
        self._layout, self._cluster, self._kept = cluster.layout, identity.cluster, kept
        self._ended = threading.Event()
        folders = {name: cluster.layout.zone_folder(host.zone) for name, host in cluster.zones.items()}
        self._processors = Processors(folders)
        tasks = [self._measure_cpu, *(self._measuring(host.zone) for host in cluster.zones.values())]
        self._threads = [threading.Thread(target=each, name="lab metrics", daemon=True) for each in tasks]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Measure no more; does not wait for an instance that never answers."""
        self._ended.set()
        self._threads[0].join(ENDS_WITHIN_S)

    def _measure_cpu(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                used = self._processors.used_pct()
            except Exception:
                log.exception("the processors could not be measured; tried again")
                continue
            self._add((_of_instance("CPUUtilization", name), one(pct)) for name, pct in used.items())

    def _measuring(self, zone: Zone) -> Callable[[], None]:
        def run() -> None:
            while not self._ended.is_set():
                with suppress(psycopg.Error, OSError):
                    self._look(zone)
                self._ended.wait(EVERY_S)

        return run

    def _look(self, zone: Zone) -> None:
        """Ask one instance each second, for as long as it answers."""
        last: Counts | None = None
        looks = 0
        with sql.administer(self._layout, zone, application_name="lab control plane", autocommit=True) as connection:
            while not self._ended.wait(EVERY_S):
                row = connection.execute(LOOK, prepare=True).fetchone()
                if row is None:
                    return
                connections, hits, reads, log_bytes, in_recovery = row
                now = Counts(hits=hits or 0, reads=reads or 0, log_bytes=log_bytes or 0, writes=not in_recovery)
                self._add([(_of_instance("DatabaseConnections", zone.instance), one(float(connections)))])
                if last is not None:
                    self._add(self._since(last, now, zone.instance))
                if now.writes and looks % SIZE_EVERY == 0:
                    ((size,),) = connection.execute(SIZE, prepare=True)
                    self._add([(self._of_cluster("VolumeBytesUsed"), one(float(size or 0)))])
                last, looks = now, looks + 1

    def _since(self, last: Counts, now: Counts, instance: str) -> Iterator[tuple[Name, Summary]]:
        """What was used between two looks; counters that began anew are none."""
        reads, hits = now.reads - last.reads, now.hits - last.hits
        if reads >= 0 and hits >= 0:
            yield self._of_cluster("VolumeReadIOPs"), one(float(reads))
            if reads + hits:
                yield _of_instance("BufferCacheHitRatio", instance), one(100 * hits / (reads + hits))
        written = now.log_bytes - last.log_bytes
        if last.writes and now.writes and written >= 0:
            yield self._of_cluster("VolumeWriteIOPs"), one(float(-(-written // LOG_UNIT)))

    def _add(self, values: Iterator[tuple[Name, Summary]] | list[tuple[Name, Summary]]) -> None:
        # A datapoint is of the second that has just ended.
        self._kept.add(int(time.time()) - 1, values)

    def _of_cluster(self, metric: str) -> Name:
        return named(NAMESPACE, metric, {"DBClusterIdentifier": self._cluster})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an instance has counted so far, and whether it is the writer."""

    hits: int
    reads: int
    log_bytes: int
    writes: bool


@dataclass(slots=True)
class Processors:
    """How much of the machine each zone uses, from look to look; `folders` are the zones' by instance.

    A process that ends leaves its time to its parent (cutime), so that short-lived back ends count as well. To whom a
    process belongs is found out once.
    """

    folders: Mapping[str, Path]
    _known: dict[tuple[int, float], str | None] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _at_s: float = 0.0

    def used_pct(self) -> dict[str, float]:
        """Since the last look, in percent of all cores; nothing at the first one."""
        spent = dict.fromkeys(self.folders, 0.0)
        known: dict[tuple[int, float], str | None] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                key = (process.pid, process.create_time())
                owner = self._known[key] if key in self._known else self._owner(process)
                # One that has just been started may still be about to become somebody else.
                if owner is not None or time.time() - key[1] > YOUNG_S:
                    known[key] = owner
                if owner is not None:
                    spent[owner] += sum(process.cpu_times()[:4])
        now_s = time.monotonic()
        elapsed_s = (now_s - self._at_s) * PROCESSORS
        used = {
            name: min(100.0, max(0.0, 100 * (total - self._last[name]) / elapsed_s))
            for name, total in spent.items()
            if name in self._last
        }
        self._known, self._last, self._at_s = known, spent, now_s
        return used

    def _owner(self, process: psutil.Process) -> str | None:
        for name, folder in self.folders.items():
            if processes._belongs(process, folder):  # noqa: SLF001 - the one place that knows what belongs to a lab
                return name
        return None


def _of_instance(metric: str, instance: str) -> Name:
    return named(NAMESPACE, metric, {"DBInstanceIdentifier": instance})
