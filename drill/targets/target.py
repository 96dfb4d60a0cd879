"""What a database under test can do, whoever it is: the interface that faults and experiments know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from drill.targets.postgres import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One instance of the cluster, as the control plane describes it."""

    identifier: str
    zone: str
    is_writer: bool
    status: str
    tier: int
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The cluster as the control plane describes it, right or wrong; what is true is asked of the instances."""

    cluster: str
    status: str
    members: tuple[Member, ...]
    writer_host: str
    reader_host: str | None
    port: int
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def writer(self) -> str | None:
        """The instance that is named as writer."""
        return next((each.identifier for each in self.members if each.is_writer), None)

    @property
    def readers(self) -> tuple[str, ...]:
        """Every other instance, the one of the lowest promotion tier first."""
        ordered = sorted(self.members, key=lambda each: (each.tier, each.identifier))
        return tuple(each.identifier for each in ordered if not each.is_writer)


class Target(Protocol):
    """A cluster that can be asked, reached and broken.

    Every method has a deadline of its own and raises TargetError where the target does not answer; none of
    them retries for longer. What breaks things returns as soon as it was asked for.
    """

    @property
    def name(self) -> str:
        """The name that drill.toml or the option gave it."""

    @property
    def identity(self) -> str:
        """The same text for the same cluster, whoever names it; two runs of one identity exclude each other."""

    def topology(self) -> Topology:
        """Ask the control plane."""

    def address(self, endpoint: str, *, known: Topology | None = None) -> Address:
        """Where `writer`, `reader` or an instance answers, with credentials; asks where no topology is `known`."""

    def operator(self, *, known: Topology | None = None) -> Address | None:
        """The writer endpoint with the administrator's credentials; None where nobody has told us any."""

    def can(self, action: str) -> bool:
        """Whether the Fault Injection Service offers this action here."""

    def fail_over(self, to: str | None = None) -> None:
        """Ask for a managed failover, to a named reader or to the one that is next."""

    def reboot(self, instance: str) -> None:
        """Ask for a restart of one instance, in place."""

    def failover_events(self, since: datetime) -> tuple[str, ...]:
        """The messages of the cluster's failover events since then, oldest first."""

    def start_fault(
        self, action: str, *, duration_s: float, mark: str, parameters: Mapping[str, str] | None = None
    ) -> str:
        """Start a fault injection experiment with one action on the cluster, tagged with `mark`; its id.

        `parameters` of the action, beside its duration.
        """

    def fault_state(self, experiment: str) -> tuple[str, str]:
        """Its status, as FIS says it, and the reason."""

    def stop_fault(self, experiment: str) -> None:
        """Stop it; one that has ended stays as it is. Returns when the target says that it is over."""

    def stop_faults(self, mark: str) -> int:
        """Stop every experiment tagged with `mark` that still runs; how many there were."""
