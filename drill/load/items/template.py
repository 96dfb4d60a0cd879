"""Arguments with places for values: `<table>` is filled once, `{name}` for each request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Values = Mapping[str, object]
Fill = Callable[[Values], Any]

_TABLE = re.compile(r"<([A-Za-z][\w.-]*)>")
_PLACE = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z_]\w*)\}|(?P<stray>[{}])")
"""{name}; {{ and }} for braces; any other brace is a mistake."""


def tabled(template: Any, tables: Mapping[str, str]) -> Any:
    """The same with the tables' real names; KeyError for a table that is not among them."""
    if isinstance(template, str):
        return _TABLE.sub(lambda found: tables[found[1]], template)
    if isinstance(template, Mapping):
        return {tabled(name, tables): tabled(value, tables) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [tabled(each, tables) for each in template]
    return template


def placeholders(template: Any) -> tuple[str, ...]:
    """The names of its placeholders in order, each once; a lone brace is a ValueError that says what to write."""
    names: dict[str, None] = {}
    for text in _texts(template):
        for found in _PLACE.finditer(text):
            if found["stray"] is not None:
                raise ValueError(
                    f'a lone {found["stray"]} in "{text[:40]}"; write {{name}} for a value, {{{{ for a brace'
                )
            if found["name"] is not None:
                names[found["name"]] = None
    return tuple(names)


def compiled(template: Any) -> Fill:
    """What fills it; everything that does not change is the same object each time, so that nobody may change it."""
    fill = _compiled(template)
    return fill if fill is not None else lambda _values: template


def _compiled(template: Any) -> Fill | None:
    """None: nothing in it changes."""
    if isinstance(template, str):
        return _text(template)
    if isinstance(template, Mapping):
        return _mapping(template)
    if isinstance(template, list | tuple):
        return _list(template)
    return None


def _text(template: str) -> Fill | None:
    if not _PLACE.search(template):
        return None
    # str.format reads braces as we do; all that it could do beyond that, our own pattern does not let pass.
    return template.format_map


def _mapping(template: Mapping[str, Any]) -> Fill:
    fixed = {name: value for name, value in template.items() if _text(name) is None and _compiled(value) is None}
    moving = [(_text(name), name, compiled(value)) for name, value in template.items() if name not in fixed]
    if not moving:
        return lambda _values: template
    if any(key for key, _, _ in moving):
        return lambda values: fixed | {(key(values) if key else name): fill(values) for key, name, fill in moving}
    plain = [(name, fill) for _, name, fill in moving]
    return lambda values: {**fixed, **{name: fill(values) for name, fill in plain}}


def _list(template: list[Any] | tuple[Any, ...]) -> Fill | None:
    fills = [_compiled(each) for each in template]
    if not any(fills):
        return None
    parts = [compiled(each) for each in template]
    return lambda values: [fill(values) for fill in parts]


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping):
        for name, value in template.items():
            yield from _texts(name)
            yield from _texts(value)
    elif isinstance(template, list | tuple):
        for each in template:
            yield from _texts(each)
