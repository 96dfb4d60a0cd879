"""How large an item is, as DynamoDB counts: the names and the values, in bytes.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" (CapacityUnitCalculations). The 100 bytes that
the page adds per item and per index entry are storage only; they are not part of what a request consumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Item = dict[str, dict[str, Any]]
"""An item in wire format: `{"id": {"S": "a"}, "n": {"N": "1"}}`."""

MOST_ITEM_BYTES = 400 * 1024
"""Of an item with its attributes' names (Developer Guide, "Quotas in Amazon DynamoDB": 400 KB)."""

_CONTAINER_BYTES = 3
_ELEMENT_BYTES = 1


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of an item: its attributes' names in UTF-8 and their values. An empty item has none."""
    total = 0
    for name, value in item.items():
        total += len(name) if name.isascii() else len(name.encode())
        text = value.get("S")  # by far the most frequent kind, so it is not worth a call
        if text is not None:
            total += len(text) if text.isascii() else len(text.encode())
        else:
            total += value_size(value)
    return total


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one value in wire format; of a set the sum of its members, of a list or map 3 and 1 more per element."""
    ((kind, content),) = value.items()
    measure = _MEASURES.get(kind)
    if measure is None:
        raise ValueError(f"{kind} is no type of DynamoDB's; it knows {', '.join(_MEASURES)}.")
    return measure(content)


def number_size(text: str) -> int:
    """Bytes of a number: one, and one per two significant digits, without leading and trailing zeroes.

    The page says "approximately": a minus sign, which AWS is seen to store in one byte more, is not counted by it, nor
    here.
    """
    mantissa = text.lower().partition("e")[0].lstrip("+-")
    digits = mantissa.replace(".", "").lstrip("0")
    significant = len(digits.rstrip("0"))
    return (significant + 1) // 2 + 1


def _binary_size(content: str | bytes) -> int:
    """Raw bytes of a binary value: on the wire it is base64, four characters for three bytes."""
    if isinstance(content, bytes):
        return len(content)
    return len(content) * 3 // 4 - content.count("=", -2)


def _text_size(content: str) -> int:
    return len(content.encode())


def _list_size(content: Sequence[Mapping[str, Any]]) -> int:
    return _CONTAINER_BYTES + sum(_ELEMENT_BYTES + value_size(each) for each in content)


def _map_size(content: Mapping[str, Mapping[str, Any]]) -> int:
    return _CONTAINER_BYTES + len(content) * _ELEMENT_BYTES + item_size(content)


_MEASURES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "N": number_size,
    "B": _binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(_text_size, members)),
    "NS": lambda members: sum(map(number_size, members)),
    "BS": lambda members: sum(map(_binary_size, members)),
    "L": _list_size,
    "M": _map_size,
}
