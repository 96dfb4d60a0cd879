"""What a defect may change about the lab's DynamoDB; the defaults are a sound one's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from lab.dynamodb.replication.group import Ways


class Calls(Protocol):
    """What carries out the calls of one region."""

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call; raises Refused."""

    def item(self, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
        """An item as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How the tables of the account are set up, and what watches over them.

    `units` are the read and the write units of the provisioned table.
    """

    encrypted: bool = True
    point_in_time_recovery: bool = True
    deletion_protection: bool = True
    autoscaling: bool = True
    alarms: bool = True
    budget: bool = True
    units: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One defect of DynamoDB.

    `ways` is how changes go to other regions; `carried_out` is what a region does with a call instead of the store
    given to it; `tokens_known_s` is how long the token of a transaction is known.
    """

    ways: Ways = field(default_factory=Ways)
    holdings: Holdings = field(default_factory=Holdings)
    carried_out: Callable[[Calls, str, dict[str, Any]], dict[str, Any]] | None = None
    tokens_known_s: float = 600.0


def every(count: int) -> Callable[[], bool]:
    """True at each so-many-th time that it is asked."""
    asked = 0

    def due() -> bool:
        nonlocal asked
        asked += 1
        return asked % count == 0

    return due
