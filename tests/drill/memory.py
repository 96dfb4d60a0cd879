"""A target in memory: it remembers what it was asked for, and does what FIS and RDS would say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drill.errors import FaultError, TargetError, Unsupported
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.target import Member, Topology

NOWHERE = Address(host="127.0.0.1", port=1, user="app", password="hidden-word", dbname="app")
ZONE_FAULTS = frozenset({"lab:crash-writer", "lab:lose-zone", "lab:freeze-zone", "lab:partition-zone"})


def member(identifier: str, *, tier: int = 1, writes: bool = False, status: str = "available") -> Member:
    """An instance in a zone of its own name."""
    return Member(
        identifier=identifier,
        zone=identifier,
        is_writer=writes,
        status=status,
        tier=tier,
        host="127.0.0.1",
        port=NOWHERE.port,
    )


def three(writer: str | None = "a") -> tuple[Member, ...]:
    """Instances a, b, c with tiers 1, 2, 3."""
    return tuple(member(name, tier=tier, writes=name == writer) for tier, name in enumerate("abc", 1))


@dataclass(slots=True, kw_only=True)
class InMemory:
    """A `drill.targets.target.Target`; `calls` are what it was asked to do, not what it was asked about.

    Experiments run until they are stopped. `on_start` and `on_fail_over` do the damage; `refuses` are the calls
    that fail, `stubborn` how many of the next stops do.
    """

    name: str = "memory"
    identity: str = "memory/one"
    members: tuple[Member, ...] = field(default_factory=three)
    at: Address = NOWHERE
    status: str = "available"
    offers: frozenset[str] = ZONE_FAULTS
    reason: str = ""
    starts_as: str = "running"
    refuses: BaseException | None = None
    stubborn: int = 0
    on_start: Callable[[str], None] = lambda _: None
    on_stop: Callable[[], None] = lambda: None
    on_fail_over: Callable[[str | None], None] = lambda _: None
    events: list[tuple[datetime | None, str]] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    experiments: dict[str, tuple[str, str]] = field(default_factory=dict)

    def topology(self) -> Topology:
        """How it stands."""
        return Topology(
            cluster="memory",
            status=self.status,
            members=self.members,
            writer_host=self.at.host,
            reader_host=self.at.host,
            port=self.at.port,
        )

    def address(self, endpoint: str, *, known: Topology | None = None) -> Address:  # noqa: ARG002 - protocol
        """The same place for every name that there is."""
        if endpoint not in {WRITER_ENDPOINT, READER_ENDPOINT, *(each.identifier for each in self.members)}:
            raise TargetError(f"the cluster memory has no instance {endpoint}")
        return self.at

    def can(self, action: str) -> bool:
        """Whether the action is on offer."""
        return action in self.offers

    def fail_over(self, to: str | None = None) -> None:
        """Begin, unless refused."""
        self.calls.append(("fail_over", to or "whoever is next"))
        if self.refuses:
            raise self.refuses
        self.on_fail_over(to)

    def failover_events(self, since: datetime) -> tuple[str, ...]:
        """What was told since then."""
        return tuple(message for at, message in self.events if at is None or at >= since)

    def operator(self, *, known: Topology | None = None) -> Address | None:  # noqa: ARG002 - protocol
        """Nobody's."""
        return None

    def reboot(self, instance: str) -> None:
        """Begin, unless refused."""
        self.calls.append(("reboot", instance))
        if self.refuses:
            raise self.refuses
        self.on_start(instance)

    def start_fault(
        self, action: str, *, duration_s: float, mark: str, parameters: Mapping[str, str] | None = None
    ) -> str:
        """Start an experiment; where it is refused, it may have started all the same, as on a time-out."""
        if not self.can(action):
            raise Unsupported(f"the target {self.name} offers no {action} (fis:ListActions)")
        told = (f"{name}={value}" for name, value in (parameters or {}).items())
        self.calls.append(("start", action, mark, f"{duration_s:g}", *told))
        identifier = f"EXP{len(self.experiments)}"
        self.experiments[identifier] = (mark, self.starts_as)
        self.on_start(action)
        if self.refuses:
            raise self.refuses
        return identifier

    def fault_state(self, experiment: str) -> tuple[str, str]:
        """Its status, and the reason of all."""
        return self.experiments[experiment][1], self.reason

    def stop_fault(self, experiment: str) -> None:
        """Stop it, unless it is stubborn; a second stop does nothing."""
        self.calls.append(("stop", experiment))
        if self.stubborn:
            self.stubborn -= 1
            raise FaultError(f"the FIS experiment {experiment} is running, 30 s after it was stopped")
        mark, status = self.experiments[experiment]
        if status == "running":
            self.experiments[experiment] = (mark, "stopped")
            self.on_stop()

    def stop_faults(self, mark: str) -> int:
        """Stop all of a mark."""
        chosen = [name for name, (whose, status) in self.experiments.items() if (whose, status) == (mark, "running")]
        for name in chosen:
            self.stop_fault(name)
        return len(chosen)

    @property
    def running(self) -> list[str]:
        """The experiments that nobody has stopped."""
        return [name for name, (_, status) in self.experiments.items() if status == "running"]
