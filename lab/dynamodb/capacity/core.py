"""What every metered operation needs: the store, the tables' gauges, the clock, and who is told of changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lab.dynamodb.capacity.consumption import Counters
from lab.dynamodb.capacity.errors import conflict, is_throttle, reason_of
from lab.dynamodb.capacity.ongoing import Ongoing
from lab.dynamodb.capacity.schema import Schema
from lab.dynamodb.capacity.table import MeteredTable
from lab.dynamodb.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.limits import AccountLimits
    from lab.dynamodb.capacity.schema import Index
    from lab.dynamodb.capacity.sizes import Item

REFRESH_S = 1.0
"""How old a table's description may be: tables are also changed past the layer, by autoscaling for one."""


class Store(Protocol):
    """Tables and items of one region, without any capacity."""

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Carry out an operation of DynamoDB's. Raises Refused."""

    def item(self, table: str, key: Item) -> Item | None:
        """A copy of an item in wire format, which later writes leave as it is; None if there is none."""

    def describe(self, table: str) -> Mapping[str, Any]:
        """What DescribeTable says. Raises Refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item written: its primary key, and its image before and after; None: there was, or is, none."""

    table: str
    key: Item
    before: Item | None
    after: Item | None


class Core:
    """The parts that the operations share."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], float],
        limits: AccountLimits,
        changed: Callable[[Change], None],
        refuse: Callable[[Kind, str, str | None], Refused | None],
        transaction_s: float = 0.0,
    ) -> None:
        """Meter this store; `now` is in seconds, and never goes back."""
        self.ongoing = Ongoing(transaction_s)
        self.store = store
        self.now = now
        self.limits = limits
        self.changed = changed
        self.refuse = refuse
        self.counters = Counters()
        self._tables: dict[str, MeteredTable] = {}

    def table(self, name: object, now: float) -> MeteredTable | None:
        """The gauges of a table, by its name or ARN; None if it is not there, which the store says better."""
        if not isinstance(name, str):
            return None
        table = self._tables.get(name)
        if table is not None and now - table.described_at < REFRESH_S:
            return table
        return self._described(name, now)

    def forget(self) -> None:
        """Read every table's description anew when it is next needed; what is in the buckets stays."""
        for table in self._tables.values():
            table.described_at = float("-inf")

    def restrict(self, limits: AccountLimits) -> None:
        """Go on with other limits of the account; every bucket begins anew."""
        self.limits = limits
        self._tables.clear()

    def refusal(
        self, table: MeteredTable, kind: Kind, index: Index | None, place: str | None, now: float
    ) -> Refused | None:
        """Why an item's request is throttled, by a fault or by capacity, in this order; None: it is admitted.

        It counts the throttle. The fault is asked once an item.
        """
        refused = self.refuse(kind, table.schema.name, None if index is None or index.local else index.name)
        if refused is None:
            refused = table.refusal(kind, index, place, now)
        if refused is not None:
            self.note(table, kind, refused)
        return refused

    def note(self, table: MeteredTable, kind: Kind, refused: Refused) -> None:
        """Count a throttle."""
        if is_throttle(refused):
            table.throttle(kind, reason_of(refused))

    def conflict(self, table: MeteredTable, key: Item, now: float) -> Refused | None:
        """The refusal of a write, or of a transaction's read, of an item that a transaction holds; it costs nothing."""
        if not self.ongoing.any(now) or not self.ongoing.holds(table.schema, key, now):
            return None
        self.counters.use(table.schema.name, None).conflicts += 1
        return conflict()

    def succeeded(self, table: MeteredTable, operation: str, returned_items: int = 0) -> None:
        """Count a request that was answered."""
        use = self.counters.operation(table.schema.name, operation)
        use.succeeded += 1
        use.returned_items += returned_items

    def throttled(self, table: MeteredTable, operation: str, refused: Refused) -> Refused:
        """Count a request that was answered with a throttle, and give the answer back."""
        if is_throttle(refused) or refused.code == "TransactionCanceledException":
            self.counters.operation(table.schema.name, operation).throttled += 1
        return refused

    def restore(self, table: MeteredTable, key: Item, before: Item | None) -> None:
        """Make an item again what it was: undo a write that nobody was told of."""
        if before is None:
            self.store.call("DeleteItem", {"TableName": table.schema.name, "Key": key})
        else:
            self.store.call("PutItem", {"TableName": table.schema.name, "Item": before})

    def _described(self, name: str, now: float) -> MeteredTable | None:
        known = name.rpartition(":table/")[2]
        try:
            description = self.store.describe(known)
        except Refused:
            self._tables.pop(name, None)
            return None
        description = description.get("Table", description)
        table = self._tables.get(known)
        schema, created = Schema.of(description), description.get("CreationDateTime")
        if table is None or table.created != created:
            table = MeteredTable(schema, created, limits=self.limits, counters=self.counters)
            self._tables[known] = table
        table.describe(schema, now)
        if name != known:
            self._tables[name] = table
        return table
