"""Where moto answers otherwise than DynamoDB, put right; for all its tables in the process.

Seams: the comparisons of conditions and filters, and the dictionary by which moto bounds items (lab/dynamodb/backend.py
bounds them by DynamoDB's own count). Sources: of comparisons scylladb/scylladb issue 8511 and ExtendDB/extenddb pull
request 5, both tried against DynamoDB: what is missing is equal to nothing, not even to what is missing, too.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.comparisons import FuncBetween, FuncIn, OpEqual, OpNotEqual
from moto.dynamodb.models.dynamo_type import LimitedSizeDict


def install() -> None:
    """Have moto answer so; a second time changes nothing."""
    OpEqual.expr = lambda self, item: _equal(self.lhs, self.rhs, item)
    OpNotEqual.expr = lambda self, item: not _equal(self.lhs, self.rhs, item)
    FuncIn.expr = lambda self, item: any(_equal(self.attr, each, item) for each in self.possible_values)
    FuncBetween.expr = lambda self, item: (
        all(_is_there(each, item) for each in (self.attr, self.start, self.end))
        and self.start.expr(item) <= self.attr.expr(item) <= self.end.expr(item)
    )
    LimitedSizeDict.__setitem__ = dict.__setitem__


def _equal(one: Any, other: Any, item: Any) -> bool:
    return _is_there(one, item) and _is_there(other, item) and bool(one.expr(item) == other.expr(item))


def _is_there(operand: Any, item: Any) -> bool:
    """Whether an operand has a value; a function's always does, or it refuses the condition."""
    kind = getattr(operand, "get_type", None)
    return kind is None or kind(item) is not None
