"""A table of moto's that finds items by their keys, without a walk over all of them.

Seam: moto's Query and Scan ask `all_items` for every item, sorted, and pick from it. `narrowed` puts there what can be
picked at all; what is right about a page (limits, filters, projections) stays moto's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from lab.dynamodb.order import Native, Ordering, native, native_of

_WHOLE = ""  # the name of the order of the table itself over all partitions; no index can have it
_BASE = "."  # that of each of its partitions


class LabTable(Table):  # type: ignore[misc]  # mypy skips moto
    """A table with its orders, each made when it is first needed and kept from then on.

    `settings` are members of CreateTable and UpdateTable that moto does not keep, as DescribeTable tells them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Be empty."""
        super().__init__(*args, **kwargs)
        self.settings: dict[str, Any] = {}
        self._orderings: dict[str, Ordering] = {}
        self._narrowed: list[Any] | None = None

    def get_item(
        self,
        hash_key: DynamoType,
        range_key: DynamoType | None = None,
        projection_expression: list[list[str]] | None = None,
    ) -> Item | None:
        """Find an item; unlike moto's, a look for what is not there leaves nothing behind."""
        if self.has_range_key and range_key:
            held = self.items.get(hash_key)
            found = held.get(range_key) if held else None
            return found.project(projection_expression) if found and projection_expression else found
        return super().get_item(hash_key, range_key, projection_expression)

    def put_item(self, *args: Any, **kwargs: Any) -> Item:
        """Store an item."""
        item = super().put_item(*args, **kwargs)
        self.refresh(item.hash_key, item.range_key, item)
        return item

    def delete_item(self, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        """Remove an item, and its partition with the last one."""
        item = super().delete_item(hash_key, range_key)
        if self.has_range_key and not self.items.get(hash_key, True):
            del self.items[hash_key]
        self.refresh(hash_key, range_key, None)
        return item

    def refresh(self, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
        """Keep the orders true after a write."""
        if self._orderings:
            identity = _identity(hash_key, range_key)
            for each in self._orderings.values():
                each.refresh(identity, item)

    def forget_orders(self) -> None:
        """Make all orders anew when they are needed: the indexes are others now."""
        self._orderings.clear()

    def all_items(self) -> list[Item]:
        """Every item in the order of its keys; within `narrowed`, those."""
        if self._narrowed is not None:
            return self._narrowed
        whole = self._ordering(_WHOLE).partition(())
        return whole.between(0, len(whole.keys))

    def sorted_items(
        self, hash_key_attrs: list[str], range_key_attrs: list[str | None], items: list[Item]
    ) -> list[Item]:
        """Sort by these attributes; moto's way compares its own objects, which is slow."""
        names = self._generate_attr_to_sort_by(hash_key_attrs, range_key_attrs)
        items.sort(key=lambda item: tuple(native(item.attrs[name].type, item.attrs[name].value) for name in names))
        return items

    @contextmanager
    def for_scan(self, start: Mapping[str, Any] | None) -> Iterator[None]:
        """Have the items after `start` alone be there."""
        whole = self._ordering(_WHOLE)
        held = whole.partition(())
        low = bisect_right(held.keys, whole.sort_key(dict(start))) if start else 0
        with self._only(held.between(low, len(held.keys))):
            yield

    @contextmanager
    def for_query(
        self,
        index: str | None,
        *,
        hashed: Sequence[Mapping[str, Any]],
        condition: tuple[str, Sequence[Mapping[str, Any]]] | None,
        start: Mapping[str, Any] | None,
        forward: bool,
        most: int | None,
    ) -> Iterator[None]:
        """Have those items alone be there that can stand on the page, and one more, from which moto sees an end."""
        ordering = self._ordering(index or _BASE)
        held = ordering.partition([native_of(dict(each)) for each in hashed])
        low, high = 0, len(held.keys)
        if condition is not None:
            low, high = held.bounds(condition[0], [native_of(dict(each)) for each in condition[1]])
        if start is not None:
            after = ordering.sort_key(dict(start))
            if forward:
                low = max(low, bisect_right(held.keys, after))
            else:
                high = min(high, bisect_left(held.keys, after))
        if most is not None:
            low, high = (low, min(high, low + most + 1)) if forward else (max(low, high - most - 1), high)
        with self._only(held.between(low, high)):
            yield

    @contextmanager
    def _only(self, items: list[Any]) -> Iterator[None]:
        self._narrowed = items
        try:
            yield
        finally:
            self._narrowed = None

    def _ordering(self, name: str) -> Ordering:
        found = self._orderings.get(name)
        if found is None:
            found = self._orderings[name] = self._made(name)
            for item in self.unordered():
                found.refresh(_identity(item.hash_key, item.range_key), item)
        return found

    def _made(self, name: str) -> Ordering:
        own_range = [self.range_key_attr] if self.range_key_attr else []
        if name == _WHOLE:
            return Ordering((), [self.hash_key_attr, *own_range])
        if name == _BASE:
            return Ordering([self.hash_key_attr], own_range)
        schema = self.get_index(name).schema
        hashed = [each["AttributeName"] for each in schema if each["KeyType"] == "HASH"]
        ranged = [each["AttributeName"] for each in schema if each["KeyType"] == "RANGE"]
        return Ordering(hashed, [*ranged, self.hash_key_attr, *own_range])

    def unordered(self) -> Iterator[Item]:
        """Every item, in no order that means anything."""
        for held in self.items.values():
            if self.has_range_key:
                yield from held.values()
            else:
                yield held


def _identity(hash_key: DynamoType, range_key: DynamoType | None) -> tuple[Native, Native | None]:
    return native(hash_key.type, hash_key.value), native(range_key.type, range_key.value) if range_key else None
