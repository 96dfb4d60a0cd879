"""An access pattern of DynamoDB: one call of boto3's client that users ask for again and again, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drill.load.parameters import Parameter

READS = ("get_item", "query", "scan", "batch_get_item", "transact_get_items")
WRITES = ("put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items")
OPERATIONS = (*READS, *WRITES)
"""Methods of boto3's client that a pattern may call: those that read or write items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTemplate:
    """A value that a pattern's requests write, as in drill.items.Put; all three may hold placeholders."""

    table: str = "<shop>"
    item: str
    value: str = "{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPattern:
    """One request's call, and how its values are drawn.

    `arguments` are those of the client's method, in DynamoDB's JSON ({"S": ...}). In their texts, and in those of
    `puts`, `<shop>` is the real name of the table shop, and `{name}` a value: a parameter's, or one of `{key}` (the
    request's own), `{fresh}` (a number that nobody had before) and `{now}` (UTC, to the microsecond). `weight` is its
    share among the others; `p95_ms` is its objective.
    """

    name: str
    operation: str
    arguments: Mapping[str, Any]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    weight: float
    p95_ms: float = 20.0
    writes: bool = False
    puts: tuple[PutTemplate, ...] = ()
