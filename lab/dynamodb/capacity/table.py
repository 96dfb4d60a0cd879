"""One table with its gauges: what its requests cost, whether they are admitted, and their charge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lab.dynamodb.capacity.errors import throttled
from lab.dynamodb.capacity.gauge import Gauge
from lab.dynamodb.capacity.schema import hot_value
from lab.dynamodb.capacity.sizes import item_size
from lab.dynamodb.capacity.units import write_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.dynamodb.capacity.consumed import Units
    from lab.dynamodb.capacity.consumption import Counters, Use
    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.limits import AccountLimits
    from lab.dynamodb.capacity.schema import Index, Schema
    from lab.dynamodb.capacity.sizes import Item
    from lab.dynamodb.refused import Refused


class Cost(NamedTuple):
    """So many units of the table or of one index, for one partition key."""

    target: Index | None
    units: float
    place: str | None


class MeteredTable:
    """A table's schema, its gauges and its counts."""

    __slots__ = ("_counters", "_limits", "_reads", "_uses", "_writes", "created", "described_at", "schema")

    def __init__(self, schema: Schema, created: object, *, limits: AccountLimits, counters: Counters) -> None:
        """Meter a table; `created` tells it from another of the same name."""
        self.schema = schema
        self.created = created
        self.described_at = float("-inf")
        self._limits = limits
        self._counters = counters
        self._reads: dict[str | None, Gauge] = {}
        self._writes: dict[str | None, Gauge] = {}
        self._uses: dict[str | None, Use] = {}

    def describe(self, schema: Schema, now: float) -> None:
        """Take over what the table's description says now."""
        self.schema = schema
        self.described_at = now
        throughputs = {None: schema.throughput} | {
            each.name: each.throughput for each in schema.indexes if not each.local
        }
        for name, throughput in throughputs.items():
            resource = "Table" if name is None else "Index"
            if name not in self._reads:
                self._reads[name] = Gauge(resource, "read", limits=self._limits)
                self._writes[name] = Gauge(resource, "write", limits=self._limits)
                self._uses[name] = self._counters.use(schema.name, name)
            self._reads[name].set(schema.billing, throughput, now)
            self._writes[name].set(schema.billing, throughput, now)
        for name in [each for each in self._reads if each not in throughputs]:
            del self._reads[name], self._writes[name], self._uses[name]

    def refusal(self, kind: Kind, index: Index | None, place: str | None, now: float) -> Refused | None:
        """Why a request for this partition key is throttled at the moment; None: it is admitted.

        A local index has no capacity of its own: it is the table's.
        """
        own = None if index is None or index.local else index
        gauges = self._reads if kind == "read" else self._writes
        reason = gauges[None if own is None else own.name].refuses(place, now)
        if reason is None:
            return None
        return throttled(reason, self.schema.arn if own is None else own.arn, self.schema.billing)

    def spend(self, kind: Kind, costs: Iterable[Cost], now: float) -> None:
        """Charge and count what a request consumed."""
        gauges = self._reads if kind == "read" else self._writes
        for index, units, place in costs:
            name = None if index is None or index.local else index.name
            gauges[name].spend(units, place, now)
            self._uses[name].spend(kind, units)

    def throttle(self, kind: Kind, reason: Mapping[str, str] | None) -> None:
        """Count a throttled event of the table, or of the index that the reason names."""
        if reason is not None:
            name = reason["resource"].partition("/index/")[2] or None
            self._uses.get(name, self._uses[None]).throttle(kind, reason["reason"])

    def place(self, item: Mapping[str, Any]) -> str | None:
        """The partition key of an item or of a key, in one word."""
        return hot_value((self.schema.partition_key,), item)

    def write_costs(self, before: Item | None, after: Item | None, place: str | None, *, factor: int = 1) -> list[Cost]:
        """What a change of an item consumes, of the table and of each index; `factor` 2 in a transaction."""
        old = item_size(before) if before else 0
        new = item_size(after) if after else 0
        costs = [Cost(None, float(write_units(max(old, new)) * factor), place)]
        for index in self.schema.indexes:
            # A local index shares the table's partitions, and its key.
            costs += [
                Cost(index, float(write_units(size) * factor), place if index.local else own)
                for size, own in index.writes(before, after, old, new)
            ]
        return costs

    def index_refusal(self, costs: Iterable[Cost], now: float) -> Refused | None:
        """Why a write is held back by one of its global indexes; None: by none."""
        for index, _, place in costs:
            if index is not None and not index.local:
                refused = self.refusal("write", index, place, now)
                if refused is not None:
                    return refused
        return None


def units_of(costs: Iterable[Cost], into: Units | None = None) -> Units:
    """Units by index, those of several costs of one index together; added to `into`, if given."""
    units: Units = {} if into is None else into
    for index, amount, _ in costs:
        name = None if index is None else index.name
        units[name] = units.get(name, 0.0) + amount
    return units
