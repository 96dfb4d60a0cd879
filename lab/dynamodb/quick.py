"""moto's costliest steps, done quicker with the same results, and without a memory of every item there ever was.

Seams: copies of items (scalar values are never changed in place, so copies share them), projections onto top-level
attributes, equality of text (by which each key is looked up several times a call), and update expressions, which are
parsed once and copied whole; and a list of all instances that moto keeps of each of its models, for a page that shows
them. `install` puts these in, for the process.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any

import moto.dynamodb.parsing.validators as moto_validators
from moto.core.common_models import BaseModel
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

_SETS = frozenset({"SS", "NS", "BS"})

_project = Item.project
_make = UpdateExpressionParser.make


def install() -> None:
    """Have moto take the quicker ways; a second time changes nothing."""
    DynamoType.__deepcopy__ = lambda self, _: _value(self)
    DynamoType.__eq__ = _equal
    DynamoType.__hash__ = _hashed
    Item.__deepcopy__ = lambda self, _: _item(self, self.attrs)
    Item.project = _projected
    UpdateExpressionParser.make = staticmethod(_parsed)
    moto_validators.deepcopy = _copied
    BaseModel.__new__ = staticmethod(lambda kind, *_, **__: object.__new__(kind))


def _equal(one: Any, other: Any) -> bool:
    if one.type != other.type:
        return False
    if one.type == "S":
        return bool(one.value == other.value)
    return bool(one.cast_value == other.cast_value)


def _hashed(value: Any) -> int:
    return hash((value.type, value.value if value.type == "S" else value.cast_value))


def _value(value: Any) -> Any:
    kind, held = value.type, value.value
    if kind == "L":
        held = [_value(each) for each in held]
    elif kind == "M":
        held = {name: _value(each) for name, each in held.items()}
    elif kind in _SETS:
        held = list(held)
    else:
        return value
    made = DynamoType.__new__(DynamoType)
    made.type, made.value = kind, held
    return made


def _item(item: Any, attributes: Any) -> Any:
    made = Item.__new__(Item)
    made.hash_key, made.range_key = item.hash_key, item.range_key
    held = LimitedSizeDict.__new__(LimitedSizeDict)  # without its check of every value: the item has passed it
    for name, value in attributes.items():
        dict.__setitem__(held, name, _value(value))
    made.attrs = held
    return made


def _projected(item: Any, paths: list[list[str]]) -> Any:
    if any(len(each) != 1 or "[" in each[0] for each in paths):
        return _project(item, paths)
    return _item(item, {name: item.attrs[name] for (name,) in paths if name in item.attrs})


def _parsed(expression: str) -> Any:
    return pickle.loads(_pickled(expression))  # noqa: S301  # what was pickled a line below


@lru_cache(maxsize=1_000)
def _pickled(expression: str) -> bytes:
    return pickle.dumps(_make(expression))


def _copied(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  # its own
