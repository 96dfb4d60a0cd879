"""An access pattern: one thing that users of a database ask for again and again, as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from drill.load.parameters import Parameter

PLACEHOLDER = re.compile(r"%(?:%|\((?P<name>[^)]*)\)[sbt]|(?P<stray>.?))", re.DOTALL)
"""What psycopg reads in SQL: %(name)s, %% for a percent sign; anything else after a % is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One request's statements, in one transaction where they are several, and how their values are drawn.

    `weight` is its share among the others; `p95_ms` is its objective. One that does not say `writes` may be answered
    by a reader. `works_s` as in drill.requests.Request. SQL has psycopg's named placeholders: %(name)s.
    """

    name: str
    sql: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    weight: float
    p95_ms: float = 10.0
    writes: bool = False
    works_s: float = 0.0


def placeholders(sql: str) -> tuple[str, ...]:
    """The names of its placeholders in order, each once; a lone % is a ValueError that says what to write."""
    names: dict[str, None] = {}
    for found in PLACEHOLDER.finditer(sql):
        if found["stray"] is not None:
            raise ValueError(
                f'a lone % in "{_around(sql, found.start())}"; write %(name)s for a value, %% for a percent sign'
            )
        if found["name"] is not None:
            names[found["name"]] = None
    return tuple(names)


def dump(patterns: tuple[Pattern, ...]) -> bytes:
    """As JSON, for a process of the load's own; `load` gives back the same."""
    return _PATTERNS.dump_json(patterns)


def load(text: bytes | str) -> tuple[Pattern, ...]:
    """What `dump` wrote."""
    return _PATTERNS.validate_json(text)


_PATTERNS: TypeAdapter[tuple[Pattern, ...]] = TypeAdapter(tuple[Pattern, ...])


def _around(sql: str, position: int) -> str:
    return " ".join(sql[max(0, position - 15) : position + 15].split())
