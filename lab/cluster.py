"""The cluster: three zones, etcd, the endpoints, and the control plane that watches over them.

One loop looks at who holds the leader key and at what each instance says of itself, and from that alone
follows what the APIs say, where the endpoints lead, and which events are told. Whoever caused a change of
writer, the loop sees it the same way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import psycopg

from lab import certificates, patroni, processes, sql
from lab.control import PARAMETERS, Event, Happening, Instance, Role, Setup, Topology, Undo, WrongState
from lab.endpoints import Endpoints
from lab.etcd import Consensus, Etcd
from lab.fence import Fence
from lab.layout import READER_HOST, WRITER_HOST, Layout
from lab.sabotage import Sabotage
from lab.succession import Succession
from lab.watch import Answer, InstanceWatch
from lab.zone import ZoneHost

LOOK_EVERY_S = 0.1
SWITCHOVER_DEADLINE_S = 30.0
APPLY_DELAY_DEADLINE_S = 15.0
LAGGING = "20d"
"""Nearly the longest delay that PostgreSQL knows, in its own words."""
log = logging.getLogger("lab.cluster")


class LabCluster:
    """A `lab.control.Cluster` on real processes."""

    def __init__(self, layout: Layout, sabotage: Sabotage) -> None:
        self.layout, self.sabotage = layout, sabotage
        tls = {
            "certificate": str(layout.tls_folder / "server.pem"),
            "key": str(layout.tls_folder / "server.key"),
            "required": sabotage.setup.tls_required,
        }
        self.zones: dict[str, ZoneHost] = {
            zone.instance: ZoneHost(layout, zone, tls=tls, hooks=sabotage.hooks(layout.folder)) for zone in layout.zones
        }
        self.watches = {zone.instance: InstanceWatch(layout, zone) for zone in layout.zones}
        self.endpoints = Endpoints(layout, tls=tls)
        self.etcd = Etcd(layout)
        self.consensus = Consensus(leader=None, quorum=frozenset(), initialized=False)
        self.succession = Succession(tell=self._tell, settled=self._settled, synchronous=sabotage.synchronous)
        self.readers: frozenset[str] = frozenset()
        self.fence = Fence()
        self.rebooting: dict[str, object] = {}
        self._parameters: Mapping[str, str] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._ended = threading.Event()
        self._loop = threading.Thread(target=self._run, name="control plane", daemon=True)
        self._commands = threading.Lock()

    # Coming up and going down.

    def start(self, progress: Callable[[str], None]) -> None:
        """Bring everything up, from nothing to a healthy cluster; TimeoutError says what did not come."""
        processes.start(patroni.etcd_command(self.layout), folder=self.layout.folder / "region", log="etcd.log")
        first, *others = self.zones.values()
        certificates.make(self.layout.tls_folder, name=self.layout.name, hosts=self.layout.hosts)
        for host in self.zones.values():
            host.link.start()
        self.endpoints.start()
        progress("consensus")
        processes.wait_until(self._etcd_answers, deadline_s=20, what="etcd (region/etcd.log)")
        # The first zone bootstraps the cluster; the others would only race it for the right to.
        first.start()
        for watch in self.watches.values():
            watch.start()
        self._loop.start()
        progress(f"writer in zone {first.zone.letter}")
        processes.wait_until(lambda: self.writer is not None, deadline_s=60, what="a writer (zone-a/zone.log)")
        for host in others:
            host.start()
        sql.prepare(self.layout, host=first.zone.host)
        if others:
            progress(f"readers in zones {', '.join(host.zone.letter for host in others)}")
        processes.wait_until(self.is_whole, deadline_s=90, what="every reader in the quorum (zone-*/zone.log)")
        self.sabotage.arm(self)

    def stop(self) -> None:
        """End every process of the lab; the folder stays."""
        self._ended.set()
        for host in self.zones.values():
            host.wanted = False
        for watch in self.watches.values():
            watch.stop()
        self._loop.join(timeout=5)
        processes.kill(self.layout.folder)

    def is_whole(self) -> bool:
        """Whether there is a writer, every other zone is a reader, and all are in the quorum."""
        others = set(self.zones) - {self.writer}
        quorum = set(self.zones) if others else set()
        return self.writer is not None and self.readers == others and self.consensus.quorum == quorum

    @property
    def writer(self) -> str | None:
        """The instance that is named writer."""
        return self.succession.writer

    # What the APIs ask.

    def topology(self) -> Topology:
        """The cluster as last seen."""
        quorum = self._quorum()
        return Topology(
            identifier=self.layout.name,
            status="failing-over" if self.succession.under_way else "available",
            writer=self.writer,
            instances=tuple(self._instance(name, host, quorum) for name, host in self.zones.items()),
            writer_host=WRITER_HOST,
            reader_host=READER_HOST,
            port=self.layout.ports.postgres,
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

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Tell every later event to the listener, from the control plane's thread or a command's."""
        self._listeners.append(listener)

    def failover(self, target: str | None) -> None:
        """Begin a switchover to `target`, or to the promotable reader of the lowest tier."""
        with self._commands:
            writer = self.writer
            if writer is None or self.succession.under_way:
                raise WrongState(f"the cluster {self.layout.name} is failing over")
            promotable = sorted((each.tier, each.identifier) for each in self.topology().instances if each.promotable)
            names = [name for _, name in promotable]
            if not names or (target and target not in names):
                raise WrongState(f"{f'{target} cannot' if target else 'no reader can'} be promoted without a loss now")
            heir = target or names[0]
            self.succession.ask(heir, patience_s=SWITCHOVER_DEADLINE_S)
        processes.in_background(partial(self._switch_over, writer, heir))

    def reboot(self, instance: str) -> None:
        """Begin to restart an instance in its place."""
        answer = self.watches[instance].answer()
        if answer is None or instance in self.rebooting:
            raise WrongState(f"{instance} is not available")
        self.rebooting[instance] = answer.started
        self._tell(Happening.SHUT_DOWN, instance)
        processes.in_background(lambda: self._restart(instance))

    def set_tier(self, instance: str, tier: int) -> None:
        """Give an instance its promotion tier."""
        self.zones[instance].set_tier(tier)

    def crash_writer(self) -> Undo:
        """SIGKILL the writer's postmaster; Patroni brings it back as a reader."""
        name, host = self._writer_zone()
        host.crash()
        self._tell(Happening.SHUT_DOWN, name)
        return lambda: None

    def lose_zone(self) -> Undo:
        """SIGKILL everything in the writer's zone; undone by starting it again."""
        name, host = self._writer_zone()
        host.kill()
        self._tell(Happening.SHUT_DOWN, name)
        return host.start

    def freeze_zone(self) -> Undo:
        """SIGSTOP everything in the writer's zone; undone by SIGCONT."""
        _, host = self._writer_zone()
        host.freeze()
        return host.thaw

    def partition_zone(self) -> Undo:
        """SIGSTOP the writer's zone's link; undone by SIGCONT."""
        name, host = self._writer_zone()
        host.cut_off()
        heal = self.sabotage.partitioned(self, name)

        def undo() -> None:
            host.reconnect()
            heal()

        return undo

    def lose_reader(self) -> Undo:
        """SIGKILL everything in a reader's zone; undone by starting it again."""
        name, host = self._reader_zone()
        host.kill()
        self._tell(Happening.SHUT_DOWN, name)
        return host.start

    def lag_reader(self) -> Undo:
        """Have a reader wait for weeks before it applies a commit.

        Not by pg_wal_replay_pause(), which Patroni takes back within a second.
        """
        name, host = self._reader_zone()
        if host.apply_delay != "0":
            raise WrongState(f"{name} lags already")
        host.set_apply_delay(LAGGING)
        try:
            self._await_apply_delay(host, LAGGING)
        except TimeoutError:
            host.set_apply_delay("0")
            raise

        def undo() -> None:
            host.set_apply_delay("0")
            # Who is gone, or has become the writer, lags no more.
            if self.watches[name].answer() is not None:
                self._await_apply_delay(host, None)

        return undo

    def delay_endpoints(self, delay_s: float) -> Undo:
        """Have both endpoints carry late what clients receive."""
        return self.endpoints.pace("delay_s", delay_s)

    def throttle_endpoints(self, bytes_per_s: float) -> Undo:
        """Have both endpoints carry slowly what clients receive."""
        return self.endpoints.pace("bytes_per_s", bytes_per_s)

    def cut_endpoints(self) -> Undo:
        """Have both endpoints carry nothing, either way."""
        return self.endpoints.pace("cut", value=True)

    # The control plane's loop.

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                self._look()
            except Exception:
                log.exception("the control plane stumbled; it looks again")

    def _look(self) -> None:
        processes.reap()
        with suppress(OSError):
            self.consensus = self.etcd.consensus()
        for host in self.zones.values():
            host.keep_running()
        answers = {name: watch.answer() for name, watch in self.watches.items()}
        self.succession.look(self.consensus.leader, answers.get(self.consensus.leader or ""))
        self._follow_readers(answers)
        self._follow_reboots(answers)
        readers = self.sabotage.reader_endpoint(sorted(self.readers), self.writer)
        # As on Aurora, the reader endpoint leads to the writer while there is no reader.
        self.endpoints.follow(readers or [name for name in (self.writer,) if name and answers[name]])
        if not self._ended.is_set():
            self.endpoints.start()

    def _follow_readers(self, answers: dict[str, Answer | None]) -> None:
        """A reader joins when it has caught up, and stays as long as it answers and keeps up."""
        candidates = {name: said for name, said in answers.items() if said and name != self.writer and said.in_recovery}
        for name in self.fence.left_behind(candidates, readers=self.readers):
            log.info("%s fell behind the other readers; its clients have to go elsewhere", name)
            processes.in_background(partial(sql.end_sessions, self.layout, self.layout.zone(name)))
        self.readers = frozenset(
            name
            for name, said in candidates.items()
            if name not in self.fence.fenced and (said.streaming or not self._has_writer(answers))
            if name in self.readers or (said.streaming and (said.replayed or self.zones[name].apply_delay != "0"))
        )

    def _has_writer(self, answers: dict[str, Answer | None]) -> bool:
        return self.writer is not None and answers[self.writer] is not None and not self.succession.under_way

    def _follow_reboots(self, answers: dict[str, Answer | None]) -> None:
        for name, started in list(self.rebooting.items()):
            said = answers[name]
            if said is not None and said.started != started:
                del self.rebooting[name]
                self._tell(Happening.RESTARTED, name)

    def _settled(self, writer: str, replaced: str | None) -> None:
        """There is a writer that can do its work."""
        log.info("writer: %s -> %s", replaced, writer)
        if replaced is not None:
            self.sabotage.failed_over(self, replaced, writer)
        if self.endpoints.writer is None:
            self.endpoints.lead_to(writer, lag_s=0.0)
        elif self.sabotage.endpoint_follows:
            self.endpoints.lead_to(writer, lag_s=self.layout.endpoint_lag_s)

    # Small things.

    def _switch_over(self, writer: str, target: str) -> None:
        try:
            if self.sabotage.switch_over:
                self.sabotage.switch_over(self, writer, target)
            else:
                zone, order = self.layout.zone(writer), {"leader": writer, "candidate": target}
                patroni.ask(self.layout, zone, "POST", "/switchover", order, deadline_s=SWITCHOVER_DEADLINE_S)
        except OSError as error:
            # The loop sees that the writer is the writer still, and tells that the failover failed.
            self.succession.give_up()
            log.warning("the switchover to %s failed: %s", target, error)

    def _restart(self, instance: str) -> None:
        try:
            patroni.ask(self.layout, self.layout.zone(instance), "POST", "/restart", {}, deadline_s=60)
        except OSError as error:
            self.rebooting.pop(instance, None)
            log.warning("%s was not restarted: %s", instance, error)

    def _etcd_answers(self) -> bool:
        try:
            Etcd(self.layout).consensus()
        except OSError:
            return False
        return True

    def _writer_zone(self) -> tuple[str, ZoneHost]:
        if self.writer is None or self.succession.under_way:
            raise WrongState(f"the cluster {self.layout.name} has no writer now")
        return self.writer, self.zones[self.writer]

    def _reader_zone(self) -> tuple[str, ZoneHost]:
        """The reader of the lowest tier, the first by name of several."""
        readers = sorted((self.zones[name].tier, name) for name in self.readers)
        if not readers:
            raise WrongState(f"the cluster {self.layout.name} has no reader now")
        _, name = readers[0]
        return name, self.zones[name]

    def _await_apply_delay(self, host: ZoneHost, wanted: str | None) -> None:
        """Wait until an instance goes by its apply delay; None is any but the one that never ends."""

        def in_force() -> bool:
            with suppress(psycopg.OperationalError):
                found = sql.apply_delay(self.layout, host.zone)
                return found == wanted if wanted else found != LAGGING
            return False

        what = f"{host.zone.instance} to apply what it receives {'later' if wanted else 'again'}"
        processes.wait_until(in_force, deadline_s=APPLY_DELAY_DEADLINE_S, what=what, pause_s=0.1)

    def _quorum(self) -> Sequence[str]:
        said = self.watches[self.writer].answer() if self.writer else None
        return [*said.standbys] if said and not self.sabotage.synchronous else said.quorum if said else []

    def _instance(self, name: str, host: ZoneHost, quorum: Sequence[str]) -> Instance:
        said = self.watches[name].answer()
        role = Role.ABSENT
        if said is not None:
            role = Role.WRITER if name == self.writer else Role.READER
        status = "rebooting" if name in self.rebooting else "available" if said is not None else "failed"
        return Instance(
            identifier=name,
            zone=host.zone.letter,
            host=host.zone.host,
            port=self.layout.ports.postgres,
            role=role,
            tier=host.tier,
            status=status,
            promotable=name in self.readers and name in quorum,
        )

    def _tell(self, happening: Happening, instance: str) -> None:
        event = Event(happening=happening, instance=instance, at=datetime.now(UTC))
        log.info("%s: %s", happening, instance)
        for listener in self._listeners:
            listener(event)
