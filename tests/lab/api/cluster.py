"""A cluster in memory that keeps the promises of lab.control.Cluster: it returns at once, events come after."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lab.control import Event, Happening, Instance, Role, Setup, Topology, Undo, WrongState

if TYPE_CHECKING:
    from collections.abc import Callable


def three() -> Topology:
    """Three instances in three zones, of which `lab-a` writes."""
    return Topology(
        identifier="lab",
        status="available",
        writer="lab-a",
        instances=tuple(
            Instance(
                identifier=f"lab-{zone}",
                zone=zone,
                host=f"127.0.{number}.1",
                port=5432,
                role=Role.WRITER if zone == "a" else Role.READER,
                tier=number,
                status="available",
                promotable=zone != "a",
            )
            for number, zone in enumerate("abc", 1)
        ),
        writer_host="127.0.9.1",
        reader_host="127.0.9.2",
        port=5432,
    )


@dataclass
class InMemory:
    """Does by hand what a real cluster does by itself: a failover stays under way until `finish_failover`."""

    now: Topology = field(default_factory=three)
    how: Setup = field(default_factory=Setup)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    injected: list[str] = field(default_factory=list)
    strength: float | None = None
    """What the last injection was told of how much."""
    undone: list[str] = field(default_factory=list)
    rebooted: list[str] = field(default_factory=list)
    target: str | None = None
    hold: threading.Event = field(default_factory=threading.Event)
    """While it is clear, injections do not return."""
    undo_error: Exception | None = None
    logs: Path = Path("no-logs")
    """Where there is a folder an instance, if a test made one."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Let injections return."""
        self.hold.set()

    def topology(self) -> Topology:
        """How it stands."""
        with self.lock:
            return self.now

    def setup(self) -> Setup:
        """How it was set up."""
        return self.how

    def parameters(self) -> dict[str, str]:
        """What is in force."""
        return {"statement_timeout": "0", "max_connections": "1000"}

    def log_folder(self, instance: str) -> Path:
        """A folder of the instance's own."""
        return self.logs / instance

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Tell later events to this one too."""
        self.listeners.append(listener)

    def tell(self, happening: Happening, instance: str, *, at: datetime | None = None, same_zone: bool = False) -> None:
        """Let something happen, as far as listeners know."""
        event = Event(happening=happening, instance=instance, at=at or datetime.now(UTC), same_zone=same_zone)
        for each in self.listeners:
            each(event)

    def failover(self, target: str | None) -> None:
        """Begin; `finish_failover` is its end."""
        with self.lock:
            if self.now.status != "available":
                raise WrongState(f"{self.now.identifier} is {self.now.status}.")
            readers = [each for each in self.now.instances if each.role is Role.READER and each.promotable]
            if not readers:
                raise WrongState("there is no reader to promote.")
            self.target = target or min(readers, key=lambda each: each.tier).identifier
            self.now = replace(self.now, status="failing-over")
        self.tell(Happening.FAILOVER_STARTED, self.target)

    def finish_failover(self) -> None:
        """Let the target write."""
        with self.lock:
            target, self.target = self.target, None
            assert target is not None
            instances = tuple(
                replace(
                    each,
                    role=Role.WRITER if each.identifier == target else Role.READER,
                    promotable=each.identifier != target,
                )
                for each in self.now.instances
            )
            self.now = replace(self.now, status="available", writer=target, instances=instances)
        self.tell(Happening.FAILOVER_COMPLETED, target)

    def change(self, identifier: str, **changes: object) -> None:
        """Let an instance be otherwise."""
        with self.lock:
            instances = tuple(
                replace(each, **changes) if each.identifier == identifier else each  # type: ignore[arg-type]
                for each in self.now.instances
            )
            self.now = replace(self.now, instances=instances)

    def reboot(self, instance: str) -> None:
        """Begin to restart it."""
        with self.lock:
            found = self.now.instance(instance)
            if found is None or found.status != "available":
                raise WrongState(f"{instance} is not available.")
            self.rebooted.append(instance)
            self.change(instance, status="rebooting")

    def set_tier(self, instance: str, tier: int) -> None:
        """Give it its tier."""
        self.change(instance, tier=tier)

    @property
    def faults(self) -> InMemory:
        """What can be done to it, it does itself."""
        return self

    def crash_writer(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("crash-writer")

    def lose_zone(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("lose-zone")

    def freeze_zone(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("freeze-zone")

    def partition_zone(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("partition-zone")

    def lose_reader(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("lose-reader")

    def lag_reader(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("lag-reader")

    def delay_endpoints(self, delay_s: float) -> Undo:
        """Remember that it was asked for, and by how much."""
        return self._inject("delay-endpoints", delay_s)

    def throttle_endpoints(self, bytes_per_s: float) -> Undo:
        """Remember that it was asked for, and by how much."""
        return self._inject("throttle-endpoints", bytes_per_s)

    def cut_endpoints(self) -> Undo:
        """Remember that it was asked for."""
        return self._inject("cut-endpoints")

    def _inject(self, name: str, strength: float | None = None) -> Undo:
        with self.lock:
            if self.now.writer is None:
                raise WrongState("there is no writer.")
            self.injected.append(name)
            self.strength = strength
        assert self.hold.wait(10)

        def undo() -> None:
            self.undone.append(name)
            if self.undo_error is not None:
                raise self.undo_error

        return undo
