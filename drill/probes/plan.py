"""What the probes shall do: everything the child process needs to know, as one value.

It holds passwords. It travels to the child over stdin only: never through argv, the environment or a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from drill.targets.postgres import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """The API to watch; `endpoint_url` None is AWS itself, credentials None are found as boto3 finds them."""

    cluster: str
    region: str
    endpoint_url: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    interval_s: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """Who probes what, how often, and until when; rates are caps over all clients of a kind together."""

    schema: str
    writer: Address
    reader: Address | None = None
    instances: dict[str, Address] = field(default_factory=dict)
    control_plane: ControlPlane | None = None

    writers: int = 16
    readers: int = 4
    pinned_per_instance: int = 1
    write_rate_per_s: float = 1600.0
    read_rate_per_s: float = 200.0
    pinned_rate_per_s: float = 20.0
    """Of each pinned writer, not of all."""
    watch_interval_s: float = 0.05
    lookup_interval_s: float = 0.1

    deadline_s: float = 1.0
    connect_deadline_s: float = 1.0
    retry_pause_s: float = 0.02
    """After an attempt that failed, give or take half of it, so that clients do not storm in step."""

    max_writes: int = 5_000_000
    max_seconds: float = 900.0

    def dump(self) -> bytes:
        """One line of JSON, passwords included: for the child's stdin only."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> ProbePlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(ProbePlan)
