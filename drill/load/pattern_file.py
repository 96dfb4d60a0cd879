"""A team's own access patterns: the file that drill.toml names, checked to the last key before anything is asked.

[pattern.order-by-id]
sql = "SELECT status FROM orders WHERE id = %(order)s"
weight = 20
parameters.order = { kind = "recent", low = 1, high = 200_000 }

docs/examples/patterns.toml is a whole one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from drill.config import Duration
from drill.config.problems import nearest
from drill.config.section import Section, Text
from drill.errors import ConfigError
from drill.load.document import places, remedies, text_of, understood
from drill.load.parameters import KINDS, Parameter
from drill.load.pattern import Pattern, placeholders


def _listed(value: object) -> object:
    """One statement may stand without a list around it."""
    return (value,) if isinstance(value, str) else value


class PatternSection(Section):
    """What one `[pattern.NAME]` says; everything but `sql` and `weight` may be left out."""

    sql: Annotated[
        tuple[Text, ...],
        BeforeValidator(_listed),
        Field(strict=False, min_length=1, examples=["SELECT ... WHERE id = %(id)s"]),
    ]
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False, examples=[1])]
    parameters: Annotated[dict[str, Parameter], Field(default_factory=dict)]
    p95: Annotated[Duration, Field(gt=0)] = 0.010
    writes: bool = False
    works: Duration = 0.0


class PatternDocument(Section):
    """All of the file."""

    pattern: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], PatternSection]


def read(path: Path) -> tuple[Pattern, ...]:
    """The file's patterns, in its order. Whatever is wrong is a ConfigError of one line: file, key, remedy."""
    return parse(text_of(path), path)


def parse(text: str, file: Path) -> tuple[Pattern, ...]:
    """Understand a text as `read` does; `file` is for messages."""
    document = understood(PatternDocument, text, file, place=_PLACE, remedies=_REMEDIES)
    if not document.pattern:
        raise ConfigError(f"{file}: pattern: there is none; write at least one [pattern.NAME]")
    for name, section in document.pattern.items():
        problem = _mismatch(section)
        if problem:
            raise ConfigError(f"{file}: pattern.{name}.{problem}")
    return tuple(_pattern(name, section) for name, section in document.pattern.items())


def _pattern(name: str, section: PatternSection) -> Pattern:
    return Pattern(
        name=name,
        sql=section.sql,
        parameters=section.parameters,
        weight=section.weight,
        p95_ms=section.p95 * 1000,
        writes=section.writes,
        works_s=section.works,
    )


def _mismatch(section: PatternSection) -> str | None:
    """'key: what is wrong; remedy' where placeholders and parameters do not belong together."""
    named: dict[str, int] = {}
    for number, statement in enumerate(section.sql, start=1):
        try:
            for name in placeholders(statement):
                named.setdefault(name, number)
        except ValueError as error:
            return f"sql: statement {number}: {error}"
    for name, number in named.items():
        if name not in section.parameters:
            return (
                f"sql: statement {number}: nothing says what %({name})s is; "
                f'add parameters.{name} = {{ kind = "between", low = 1, high = 1000 }}, or the like'
            )
    for name in section.parameters:
        if name not in named:
            wanted = nearest(name, named) if named else f"write %({name})s"
            return f"parameters.{name}: stands in no statement; use it there, or remove it ({wanted})"
    return None


_PLACE = places(PatternDocument, PatternSection)
_REMEDIES = remedies(empty="is empty; write at least one", kinds=KINDS)
