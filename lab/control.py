"""What the AWS APIs may ask of the cluster, and what the cluster tells them.

The APIs (lab/api) see a `Cluster` and nothing behind it; the cluster (lab/cluster.py) knows nothing of AWS.
What a method starts goes on in the background, as on AWS, and shows in `topology` and in the events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lab.errors import LabError

PARAMETERS = (
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "lock_timeout",
    "log_min_duration_statement",
    "max_connections",
)
"""What the cluster's parameter group tells of PostgreSQL, beside rds.force_ssl."""


class WrongState(LabError):
    """The cluster or the instance is not in a state in which this can be done; says in which it is."""


class Role(StrEnum):
    """What an instance is at the moment; `ABSENT`: it does not answer, or is not part of the cluster."""

    WRITER = "writer"
    READER = "reader"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance as last seen; `promotable`: a failover to it would lose nothing."""

    identifier: str
    zone: str
    host: str
    port: int
    role: Role
    tier: int
    status: str
    promotable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The cluster as last seen, at most a fraction of a second ago.

    `status` is AWS's word: `available` or `failing-over`. `writer` is None while there is none.
    """

    identifier: str
    status: str
    writer: str | None
    instances: tuple[Instance, ...]
    writer_host: str
    reader_host: str
    port: int

    def instance(self, identifier: str) -> Instance | None:
        """The instance of that name, or None."""
        return next((each for each in self.instances if each.identifier == identifier), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the cluster was set up, as far as nothing but the APIs tells; the defaults are a sound cluster's.

    `budget` is whether the account has one.
    """

    encrypted: bool = True
    tls_required: bool = True
    deletion_protection: bool = True
    backup_retention_days: int = 7
    budget: bool = True


class Happening(StrEnum):
    """What the cluster reports as an event."""

    FAILOVER_STARTED = "failover started"
    FAILOVER_COMPLETED = "failover completed"
    FAILOVER_FAILED = "failover failed"
    SHUT_DOWN = "instance shut down"
    RESTARTED = "instance restarted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to an instance; `same_zone` tells a failover that stayed in its zone."""

    happening: Happening
    instance: str
    at: datetime
    same_zone: bool = False


Undo = Callable[[], None]


class Faults(Protocol):
    """What can be broken; WrongState where there is nothing to break, or it is broken already.

    Each begins before it returns, and gives back how to undo what is left of it.
    """

    def crash_writer(self) -> Undo:
        """SIGKILL the writer's postmaster."""

    def lose_zone(self) -> Undo:
        """SIGKILL everything in the writer's zone, which stays away until undone."""

    def freeze_zone(self) -> Undo:
        """SIGSTOP everything in the writer's zone until undone."""

    def partition_zone(self) -> Undo:
        """Cut the writer's zone off from other zones and from etcd, but not from clients, until undone."""

    def lose_reader(self) -> Undo:
        """SIGKILL everything in the zone of the reader of the lowest tier, which stays away until undone."""

    def lag_reader(self) -> Undo:
        """Have the reader of the lowest tier receive and answer, and apply nothing, until undone."""

    def delay_endpoints(self, delay_s: float) -> Undo:
        """Have what clients receive through both endpoints come so much later, until undone."""

    def throttle_endpoints(self, bytes_per_s: float) -> Undo:
        """Have clients receive so much a second, each connection, through both endpoints, until undone."""

    def cut_endpoints(self) -> Undo:
        """Have nothing pass through both endpoints, and nothing closed, until undone."""


class Cluster(Protocol):
    """The cluster behind the APIs."""

    def topology(self) -> Topology:
        """The cluster as last seen; cheap, never waits."""

    def setup(self) -> Setup:
        """How it was set up; never changes."""

    def parameters(self) -> Mapping[str, str]:
        """The settings of PostgreSQL that `PARAMETERS` names, as the writer has them, or had them last."""

    def log_folder(self, instance: str) -> Path:
        """Where an instance's log files lie, each under the path that is its name on AWS."""

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Tell every later event to the listener, in order, from a thread of the cluster's own."""

    def failover(self, target: str | None) -> None:
        """Begin to promote `target`, or the promotable reader of the lowest tier; WrongState if it can't be."""

    def reboot(self, instance: str) -> None:
        """Begin to restart an instance; WrongState if it is not available."""

    def set_tier(self, instance: str, tier: int) -> None:
        """Give an instance its promotion tier, 0 to 15."""

    @property
    def faults(self) -> Faults:
        """What can be broken of it."""
