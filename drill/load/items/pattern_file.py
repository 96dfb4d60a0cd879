"""A team's own access patterns of DynamoDB: a file, checked to the last key before anything is asked.

[pattern.order-by-id]
operation = "get_item"
weight = 20
parameters.order = { kind = "between", low = 1, high = 200_000 }

[pattern.order-by-id.arguments]
TableName = "orders"
Key = { id = { S = "order-{order}" } }

docs/examples/item-patterns.toml is a whole one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from drill.config import Duration
from drill.config.problems import nearest
from drill.config.section import Section, Text
from drill.errors import ConfigError
from drill.load.document import places, remedies, text_of, understood
from drill.load.items.pattern import OPERATIONS, ItemPattern, PutTemplate
from drill.load.items.template import placeholders
from drill.load.items.vetting import vet
from drill.load.items.workload import BUILT_IN
from drill.load.parameters import KINDS, Parameter


class PutSection(Section):
    """A value that a pattern writes, so that it can be looked for afterwards."""

    table: Annotated[Text, Field(examples=["orders"])]
    item: Annotated[Text, Field(examples=["order-{order}"])]
    value: Text = "{key}"


class ItemPatternSection(Section):
    """What one `[pattern.NAME]` says; everything but `operation`, `arguments` and `weight` may be left out."""

    operation: Annotated[Text, Field(examples=["get_item"])]
    arguments: Annotated[dict[str, Any], Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False, examples=[1])]
    parameters: Annotated[dict[str, Parameter], Field(default_factory=dict)]
    p95: Annotated[Duration, Field(gt=0)] = 0.020
    writes: bool = False
    puts: Annotated[tuple[PutSection, ...], Field(strict=False)] = ()


class ItemPatternDocument(Section):
    """All of the file."""

    pattern: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], ItemPatternSection]


def read(path: Path) -> tuple[ItemPattern, ...]:
    """The file's patterns, in its order. Whatever is wrong is a ConfigError of one line: file, key, remedy."""
    return parse(text_of(path), path)


def parse(text: str, file: Path) -> tuple[ItemPattern, ...]:
    """Understand a text as `read` does; `file` is for messages."""
    document = understood(ItemPatternDocument, text, file, place=_PLACE, remedies=_REMEDIES)
    if not document.pattern:
        raise ConfigError(f"{file}: pattern: there is none; write at least one [pattern.NAME]")
    found = tuple(_pattern(name, section) for name, section in document.pattern.items())
    for each in found:
        where = f"{file}: pattern.{each.name}"
        problem = _mismatch(each)
        if problem:
            raise ConfigError(f"{where}.{problem}")
        vet(each, where)
    return found


def _pattern(name: str, section: ItemPatternSection) -> ItemPattern:
    return ItemPattern(
        name=name,
        operation=section.operation,
        arguments=section.arguments,
        parameters=section.parameters,
        weight=section.weight,
        p95_ms=section.p95 * 1000,
        writes=section.writes,
        puts=tuple(PutTemplate(table=each.table, item=each.item, value=each.value) for each in section.puts),
    )


def _mismatch(pattern: ItemPattern) -> str | None:
    """'key: what is wrong; remedy' where placeholders and parameters do not belong together."""
    named: dict[str, str] = {}
    puts = [[each.table, each.item, each.value] for each in pattern.puts]
    for place, template in (("arguments", pattern.arguments), ("puts", puts)):
        try:
            named |= {name: place for name in placeholders(template) if name not in named}
        except ValueError as error:
            return f"{place}: {error}"
    for name, place in named.items():
        if name not in pattern.parameters and name not in BUILT_IN:
            return (
                f"{place}: nothing says what {{{name}}} is; "
                f'add parameters.{name} = {{ kind = "between", low = 1, high = 1000 }}, or the like'
            )
    for name in pattern.parameters:
        if name not in named:
            wanted = nearest(name, named) if named else f"write {{{name}}}"
            return f"parameters.{name}: stands in no argument; use it there, or remove it ({wanted})"
    return None


_PLACE = places(ItemPatternDocument, ItemPatternSection, puts=PutSection)
_REMEDIES = remedies(
    empty=f"is empty; write what boto3 takes ({', '.join(OPERATIONS)})",
    kinds=[each for each in KINDS if each != "query"],
    puts='{ table = "orders", item = "order-{order}" }',
)
