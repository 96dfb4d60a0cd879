"""A team's own access patterns: the file that drill.toml names, checked to the last key before anything is asked.

[pattern.order-by-id]
sql = "SELECT status FROM orders WHERE id = %(order)s"
weight = 20
parameters.order = { kind = "recent", low = 1, high = 200_000 }

docs/examples/patterns.toml is a whole one.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, ValidationError

from drill.config import Duration, toml
from drill.config.problems import Place, first_problem, fixed, keys_of, nearest
from drill.config.settings import Section, Text
from drill.errors import ConfigError
from drill.load.parameters import KINDS, Parameter
from drill.load.pattern import Pattern, placeholders

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


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
    try:
        text = toml.read(path)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: the file: is not there; write it, or correct patterns in drill.toml") from error
    return parse(text, path)


def parse(text: str, file: Path) -> tuple[Pattern, ...]:
    """Understand a text as `read` does; `file` is for messages."""
    try:
        document = PatternDocument.model_validate(toml.parsed(text, file), context=file.parent)
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error, place=_place, remedies=_REMEDIES)}") from error
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


def _place(problem: ErrorDetails) -> Place:
    """Find the keys of the table of a problem; pydantic puts a parameter's kind into the path."""
    path = [str(each) for each in problem["loc"] if each != "[key]"]
    match path:
        case ["pattern", _, "parameters", _, kind, *_] if kind in KINDS:
            del path[4]
            keys = {each.name: 1 if each.name in {"low", "high"} else "..." for each in fields(KINDS[kind])}
            return Place(keys, path)
        case ["pattern", _, _, *_]:
            return Place(keys_of(PatternSection), path)
    return Place(keys_of(PatternDocument), path)


def _no_table(_problem: ErrorDetails, place: Place) -> str:
    match place.path:
        case ["pattern"]:
            return "wants a table; write [pattern.NAME] on a line of its own"
        case [_, _, "parameters", _]:
            return 'wants a table; write { kind = "between", low = 1, high = 1000 }, or the like'
    return f"wants a table; write [{'.'.join(place.path)}] on a line of its own"


_KINDS = "write one of " + ", ".join(f'kind = "{each}"' for each in KINDS)
_REMEDIES = {
    "dict_type": _no_table,
    "model_type": _no_table,
    "model_attributes_type": _no_table,
    "union_tag_invalid": fixed(f"has no kind that we know; {_KINDS}"),
    "union_tag_not_found": fixed(f"has no kind; {_KINDS}"),
    "tuple_type": fixed("wrong type; write a list, as in [...]"),
    "too_short": fixed("is empty; write at least one"),
    "int_parsing": fixed("wrong type; write a whole number without quotes"),
    "int_from_float": fixed("wrong type; write a whole number"),
    "float_parsing": fixed("wrong type; write a number without quotes"),
    "string_pattern_mismatch": fixed("no name for a pattern; write letters, digits, - and _ only"),
}
"""By pydantic's name for the problem, before those of drill.toml."""
