"""The cluster: three zones, etcd, the endpoints, and the control plane that watches over them.

    Members    who holds the leader key, and what each instance says of itself: from that alone follow
               what the APIs say, where the endpoints lead, and which events are told
    Commands   what the cluster is told to do to itself
    LabFaults  what is done to it

Whoever caused a change of writer, the loop sees it the same way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from lab import certificates, etcd, processes, sql
from lab.commands import Commands
from lab.control import PARAMETERS, Event, Happening, Instance, Role, Setup, Topology
from lab.endpoints import Endpoints
from lab.faults import LabFaults
from lab.layout import READER_HOST, WRITER_HOST, Layout
from lab.members import Members
from lab.sabotage import Sabotage
from lab.zone import ZoneHost

LOOK_EVERY_S = 0.1
log = logging.getLogger("lab.cluster")


class LabCluster:
    """A `lab.control.Cluster` on real processes."""

    def __init__(self, layout: Layout, sabotage: Sabotage) -> None:
        self.layout, self.sabotage = layout, sabotage
        tls = {**certificates.shown(layout.tls_folder), "required": sabotage.setup.tls_required}
        hooks, switch_over = sabotage.hooks(layout.folder), sabotage.switch_over
        self.zones: dict[str, ZoneHost] = {
            zone.instance: ZoneHost(layout, zone, tls=tls, hooks=hooks) for zone in layout.zones
        }
        self.endpoints = Endpoints(layout, tls=tls)
        self.members = Members(
            layout, self.zones, tell=self._tell, settled=self._settled, synchronous=sabotage.synchronous
        )
        self.commands = Commands(
            layout,
            self.zones,
            self.members,
            tell=self._tell,
            switch_over=partial(switch_over, self) if switch_over else None,
        )
        self.faults = LabFaults(
            layout,
            self.zones,
            self.members,
            self.endpoints,
            tell=self._tell,
            partitioned=partial(sabotage.partitioned, self),
        )
        self._parameters: Mapping[str, str] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._ended = threading.Event()
        self._loop = threading.Thread(target=self._run, name="control plane", daemon=True)

    # Coming up and going down.

    def start(self, progress: Callable[[str], None]) -> None:
        """Bring everything up, from nothing to a healthy cluster; TimeoutError says what did not come."""
        processes.start(etcd.command(self.layout), folder=self.layout.folder / "region", log="etcd.log")
        first, *others = self.zones.values()
        certificates.make(self.layout.tls_folder, name=self.layout.name, hosts=self.layout.hosts)
        for host in self.zones.values():
            host.link.start()
        self.endpoints.start()
        progress("consensus")
        processes.wait_until(self._etcd_answers, deadline_s=20, what="etcd (region/etcd.log)")
        # The first zone bootstraps the cluster; the others would only race it for the right to.
        first.start()
        self.members.start()
        self._loop.start()
        progress(f"writer in zone {first.zone.letter}")
        processes.wait_until(lambda: self.writer is not None, deadline_s=60, what="a writer (zone-a/zone.log)")
        for host in others:
            host.start()
        sql.prepare(self.layout, first.zone)
        if others:
            progress(f"readers in zones {', '.join(host.zone.letter for host in others)}")
        processes.wait_until(self.members.is_whole, deadline_s=90, what="every reader in the quorum (zone-*/zone.log)")
        self.sabotage.arm(self)

    def stop(self) -> None:
        """End every process of the lab; the folder stays."""
        self._ended.set()
        for host in self.zones.values():
            host.wanted = False
        self.members.stop()
        self._loop.join(timeout=5)
        processes.kill(self.layout.folder)

    def _etcd_answers(self) -> bool:
        try:
            etcd.Etcd(self.layout).consensus()
        except OSError:
            return False
        return True

    # What the APIs ask.

    @property
    def writer(self) -> str | None:
        """The instance that is named writer."""
        return self.members.writer

    def topology(self) -> Topology:
        """The cluster as last seen."""
        promotable = self.members.promotable()
        return Topology(
            identifier=self.layout.name,
            status="failing-over" if self.members.succession.under_way else "available",
            writer=self.writer,
            instances=tuple(
                self._instance(name, host, promotable=name in promotable) for name, host in self.zones.items()
            ),
            writer_host=WRITER_HOST,
            reader_host=READER_HOST,
            port=self.layout.ports.postgres,
        )

    def _instance(self, name: str, host: ZoneHost, *, promotable: bool) -> Instance:
        answers = self.members.answer(name) is not None
        role = Role.ABSENT
        if answers:
            role = Role.WRITER if name == self.writer else Role.READER
        status = "rebooting" if name in self.members.rebooting else "available" if answers else "failed"
        return Instance(
            identifier=name,
            zone=host.zone.letter,
            host=host.zone.host,
            port=self.layout.ports.postgres,
            role=role,
            tier=host.tier,
            status=status,
            promotable=promotable,
        )

    def setup(self) -> Setup:
        """How it was set up."""
        return self.sabotage.setup

    def parameters(self) -> Mapping[str, str]:
        """What is in force on the writer; of one that cannot be asked, what it said last."""
        if self.writer:
            with suppress(psycopg.OperationalError):
                self._parameters = sql.parameters(self.layout, self.layout.zone(self.writer), PARAMETERS)
        return self._parameters

    def log_folder(self, instance: str) -> Path:
        """That of its zone, which can be read whatever has become of the zone."""
        return self.layout.log_folder(self.layout.zone(instance))

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Tell every later event to the listener, from the control plane's thread or a command's."""
        self._listeners.append(listener)

    def failover(self, target: str | None) -> None:
        """Begin a switchover to `target`, or to the promotable reader of the lowest tier."""
        self.commands.failover(target)

    def reboot(self, instance: str) -> None:
        """Begin to restart an instance in its place."""
        self.commands.reboot(instance)

    def set_tier(self, instance: str, tier: int) -> None:
        """Give an instance its promotion tier."""
        self.zones[instance].set_tier(tier)

    # The control plane's loop.

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                self._look()
            except Exception:
                log.exception("the control plane stumbled; it looks again")

    def _look(self) -> None:
        processes.reap()
        for host in self.zones.values():
            host.keep_running()
        self.members.look()
        # As on Aurora, the reader endpoint leads to the writer while there is no reader.
        readers = self.sabotage.reader_endpoint(sorted(self.members.readers), self.writer)
        self.endpoints.follow(readers or [name for name in (self.writer,) if name and self.members.answer(name)])
        if not self._ended.is_set():
            self.endpoints.start()

    def _settled(self, writer: str, replaced: str | None) -> None:
        """There is a writer that can do its work."""
        log.info("writer: %s -> %s", replaced, writer)
        if replaced is not None:
            self.sabotage.failed_over(self, replaced, writer)
        if self.endpoints.writer is None:
            self.endpoints.lead_to(writer, lag_s=0.0)
        elif self.sabotage.endpoint_follows:
            self.endpoints.lead_to(writer, lag_s=self.layout.endpoint_lag_s)

    def _tell(self, happening: Happening, instance: str) -> None:
        event = Event(happening=happening, instance=instance, at=datetime.now(UTC))
        log.info("%s: %s", happening, instance)
        for listener in self._listeners:
            listener(event)
