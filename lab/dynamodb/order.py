"""Items in the order of their keys, kept while they are written, so that a page is found without a look at the rest."""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

Native = tuple[str, Any]
"""A key attribute as Python compares it: its type, so that mixed types have an order, and its value."""


class _Greatest:
    """Greater than every native value, to end a range with."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


_END = (_Greatest(),)


class Item(Protocol):
    """As much of moto's items as this needs."""

    @property
    def attrs(self) -> dict[str, Any]:
        """Values by attribute, each with a `type` and a `value`."""


def native(kind: str, value: Any) -> Native:
    """A key attribute's value: numbers by value, text by code point, binary by byte."""
    if kind == "N":
        return kind, Decimal(value)
    if kind == "B" and isinstance(value, str):
        return kind, base64.b64decode(value)
    return kind, value


def native_of(wire: dict[str, Any]) -> Native:
    """The same of a value in the wire's format."""
    ((kind, value),) = wire.items()
    return native(kind, value)


class Partition:
    """The items of one partition key, by their sort keys."""

    __slots__ = ("items", "keys")

    def __init__(self) -> None:
        """Hold none."""
        self.keys: list[tuple[Native, ...]] = []
        self.items: dict[tuple[Native, ...], Item] = {}

    def put(self, key: tuple[Native, ...], item: Item) -> None:
        """Hold this item under that key."""
        if key not in self.items:
            insort(self.keys, key)
        self.items[key] = item

    def drop(self, key: tuple[Native, ...]) -> None:
        """Hold none under that key."""
        if self.items.pop(key, None) is not None:
            del self.keys[bisect_left(self.keys, key)]

    def between(self, low: int, high: int) -> list[Item]:
        """The items at these places of the order."""
        return [self.items[key] for key in self.keys[max(low, 0) : max(high, 0)]]

    def bounds(self, comparison: str, values: Sequence[Native]) -> tuple[int, int]:
        """From which place to which (exclusive) the first part of the sort key fits a key condition."""
        first, last = (values[0],), (values[-1],)
        low, high = 0, len(self.keys)
        if comparison in {"=", "EQ"}:
            low, high = bisect_left(self.keys, first), bisect_right(self.keys, (*first, _END))
        elif comparison in {"<", "LT"}:
            high = bisect_left(self.keys, first)
        elif comparison in {"<=", "LE"}:
            high = bisect_right(self.keys, (*first, _END))
        elif comparison in {">", "GT"}:
            low = bisect_right(self.keys, (*first, _END))
        elif comparison in {">=", "GE"}:
            low = bisect_left(self.keys, first)
        elif comparison == "BETWEEN":
            low, high = bisect_left(self.keys, first), bisect_right(self.keys, (*last, _END))
        elif comparison == "BEGINS_WITH":
            low = high = bisect_left(self.keys, first)
            start = first[0][1]
            while high < len(self.keys) and self.keys[high][0][1][: len(start)] == start:
                high += 1
        return low, high


class Ordering:
    """All items of a table that have certain attributes: by partition key, and within it by the other keys.

    `hashed` may be empty: then all are in one partition.
    """

    def __init__(self, hashed: Sequence[str], sorted_by: Sequence[str], needed: Sequence[str] = ()) -> None:
        """Order by these attributes; items without one of them, or of those `needed`, are left out."""
        self._hashed = tuple(hashed)
        self._sorted_by = tuple(sorted_by)
        self._needed = tuple(needed)
        self._partitions: dict[tuple[Native, ...], Partition] = {}
        self._places: dict[object, tuple[tuple[Native, ...], tuple[Native, ...]]] = {}

    def refresh(self, identity: object, item: Item | None) -> None:
        """Take note of how the item of this identity is now; None: it is gone."""
        place = None if item is None else self._place(item)
        before = self._places.get(identity)
        if before is not None and before != place:
            partition = self._partitions[before[0]]
            partition.drop(before[1])
            if not partition.keys:
                del self._partitions[before[0]]
            del self._places[identity]
        if place is not None and item is not None:
            self._places[identity] = place
            held = self._partitions.get(place[0])
            if held is None:
                held = self._partitions[place[0]] = Partition()
            held.put(place[1], item)

    def partition(self, hashed: Sequence[Native]) -> Partition:
        """The items of a partition key; an empty one where there are none."""
        return self._partitions.get(tuple(hashed)) or Partition()

    def sort_key(self, wire: dict[str, Any]) -> tuple[Native, ...]:
        """Where an ExclusiveStartKey stands in its partition."""
        return tuple(native_of(wire[name]) for name in self._sorted_by)

    def _place(self, item: Item) -> tuple[tuple[Native, ...], tuple[Native, ...]] | None:
        held = item.attrs
        if any(name not in held for name in (*self._hashed, *self._sorted_by, *self._needed)):
            return None
        return (
            tuple(native(held[name].type, held[name].value) for name in self._hashed),
            tuple(native(held[name].type, held[name].value) for name in self._sorted_by),
        )
