"""Who crowds in, how many, how fast, and until when.

A plan holds passwords. It travels to the child over stdin only: never through argv, the environment or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter

from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address


class Mode(StrEnum):
    """What the clients of a party do; one file each in drill/load/flood/modes."""

    HOLD = "hold"
    LEAK = "leak"
    STORM = "storm"
    QUERY = "query"
    TRANSACTION = "transaction"
    KNOCK = "knock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Clients that do the same thing; `name` begins the names of them all, `application` is what the server sees.

    `count` is how many connections they may have at once. `settings` are set on each connection, such as
    statement_timeout. `rate_per_s` caps how often one connects (leak, storm), None: as fast as it can. `pause_s`
    lies between one attempt and the next of a client that was refused, ended or done.
    """

    mode: Mode
    name: str
    application: str
    address: Address
    count: int
    endpoint: str = WRITER_ENDPOINT
    statements: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    rate_per_s: float | None = None
    pause_s: float = 0.1
    connect_deadline_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdPlan:
    """All parties of one crowd, and the seconds after which it ends by itself, told to or not."""

    parties: tuple[Party, ...]
    duration_s: float

    def dump(self) -> bytes:
        """One line of JSON, passwords included: for the child's stdin only."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> CrowdPlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(CrowdPlan)
