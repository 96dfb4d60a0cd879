"""Transactions that are not over yet, and the items that they hold meanwhile.

Source: Developer Guide, "Amazon DynamoDB Transactions: How it works", transaction conflict handling: a write conflicts
with an ongoing TransactWriteItems on the same item, and so do the writes and reads of another transaction; a GetItem,
Query or Scan does not. Of a batch it says nothing, and BatchWriteItem has no such exception: its items come back.

AWS prepares a transaction and then commits it. Here all of it is carried out at one moment, the first of the time that
it takes: there is one thread, so nobody ever sees a half, and who reads meanwhile sees what the client is about to be
told. Its items stay held until it is answered.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.dynamodb.capacity.schema import Schema

Place = tuple[object, ...]
"""Which item: its table, and its primary key such that equal keys are equal, however a number is written."""


class Ongoing:
    """The items and tokens of transactions that began less than `lasts_s` ago; not for several threads."""

    def __init__(self, lasts_s: float) -> None:
        """Have a transaction take that long; 0: none is ever seen ongoing."""
        self.lasts_s = lasts_s
        self._ends: dict[object, float] = {}
        self._order: deque[tuple[float, object]] = deque()

    def any(self, now: float) -> bool:
        """Whether a transaction is ongoing: asked before every write, so it is cheap."""
        order = self._order
        while order and order[0][0] <= now:
            ends, held = order.popleft()
            if self._ends.get(held) == ends:
                del self._ends[held]
        return bool(order)

    def holds(self, schema: Schema, key: Mapping[str, Any], now: float) -> bool:
        """Whether an item is held; what is no whole key is none, and for the store to refuse."""
        return self.any(now) and place(schema, key) in self._ends

    def repeated(self, token: str, now: float) -> bool:
        """Whether a transaction with this token is ongoing."""
        return self.any(now) and ("token", token) in self._ends

    def begin(self, items: Iterable[tuple[Schema, Mapping[str, Any]]], token: str | None, now: float) -> None:
        """Hold these items from now on, and know the token."""
        if self.lasts_s <= 0:
            return
        held: list[Place] = [place(*each) for each in items]
        if token is not None:
            held.append(("token", token))
        for each in held:
            self._ends[each] = now + self.lasts_s
            self._order.append((now + self.lasts_s, each))


def place(schema: Schema, key: Mapping[str, Any]) -> Place:
    """Which item a key or an item is about."""
    return (schema.name, *(_value(key.get(name)) for name in schema.keys))


def _value(wire: object) -> object:
    if not isinstance(wire, dict) or len(wire) != 1:
        return None
    ((kind, value),) = wire.items()
    if kind == "N":
        try:
            return kind, Decimal(value)
        except (ArithmeticError, TypeError, ValueError):
            return None
    return kind, value if isinstance(value, str | bytes) else None
