"""What was consumed, throttled and returned so far: the counts that CloudWatch's metrics are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.dynamodb.capacity.errors import Kind


@dataclass(slots=True, kw_only=True)
class Use:
    """Of one table, or one global index, since the start: units, and throttled events (of a batch, each item's).

    `conflicts` are the items of requests that were refused since a transaction held them.
    """

    read_units: float = 0.0
    write_units: float = 0.0
    read_throttles: int = 0
    write_throttles: int = 0
    conflicts: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Throttled events by ThrottlingReason."""

    def spend(self, kind: Kind, units: float) -> None:
        """Count units."""
        if kind == "read":
            self.read_units += units
        else:
            self.write_units += units

    def throttle(self, kind: Kind, reason: str) -> None:
        """Count a throttled event."""
        if kind == "read":
            self.read_throttles += 1
        else:
            self.write_throttles += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


@dataclass(slots=True, kw_only=True)
class OperationUse:
    """Of one operation on one table since the start.

    `throttled` requests were answered with a throttle; a batch of which a part was served is among `succeeded`, as in
    CloudWatch's ThrottledRequests. Requests refused for another reason are in neither.
    """

    succeeded: int = 0
    throttled: int = 0
    returned_items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """All of it at one moment; a copy. An index is None for the table itself, its local indexes included."""

    uses: Mapping[tuple[str, str | None], Use]
    operations: Mapping[tuple[str, str], OperationUse]


class Counters:
    """What `Consumption` is a copy of."""

    def __init__(self) -> None:
        """Have counted nothing."""
        self._uses: dict[tuple[str, str | None], Use] = {}
        self._operations: dict[tuple[str, str], OperationUse] = {}

    def use(self, table: str, index: str | None) -> Use:
        """The counts of a table or global index."""
        found = self._uses.get((table, index))
        if found is None:
            found = self._uses[table, index] = Use()
        return found

    def operation(self, table: str, operation: str) -> OperationUse:
        """The counts of an operation on a table."""
        found = self._operations.get((table, operation))
        if found is None:
            found = self._operations[table, operation] = OperationUse()
        return found

    def copy(self) -> Consumption:
        """All counts, as they are now."""
        return Consumption(
            uses={key: replace(use, reasons=dict(use.reasons)) for key, use in self._uses.items()},
            operations={key: replace(use) for key, use in self._operations.items()},
        )
