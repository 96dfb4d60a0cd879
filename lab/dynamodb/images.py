"""Items as they go over the wire, from moto's objects and from JSON."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

Image = dict[str, Any]
"""An item in the wire's format: {"id": {"S": "a"}, "n": {"N": "1"}}; binary values are base64 text."""


def image_of(item: Any) -> Image:
    """The image of one of moto's items: a copy, which later writes leave as it is."""
    return {name: _value(value) for name, value in item.attrs.items()}


def _value(value: Any) -> Any:
    kind, held = value.type, value.value
    if kind == "L":
        return {kind: [_value(each) for each in held]}
    if kind == "M":
        return {kind: {name: _value(each) for name, each in held.items()}}
    if kind in {"SS", "NS"}:
        return {kind: list(held)}
    if kind == "BS":
        return {kind: [_text(each) for each in held]}
    return {kind: _text(held) if kind == "B" else held}


def _text(binary: bytes | str) -> str:
    return base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary


def encoded(body: object) -> bytes:
    """A body as JSON: bytes as base64, moments as seconds since 1970, as AWS JSON 1.0 has them."""
    return json.dumps(body, default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()  # moto leaves UTC unsaid
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot go over the wire")
