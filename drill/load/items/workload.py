"""From patterns to requests: which one comes next, and with which values; the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate, count

from drill.errors import ConfigError
from drill.items import ItemRequest, Put
from drill.load.items.pattern import WRITES, ItemPattern, PutTemplate
from drill.load.items.template import Values, compiled, placeholders, tabled
from drill.load.parameters import Draw
from drill.load.source import Source

BUILT_IN = ("key", "fresh", "now")
"""Placeholders that need no parameter."""


def item_requests(
    patterns: Sequence[ItemPattern], tables: Mapping[str, str], *, seed: int, run: str = ""
) -> Iterator[ItemRequest]:
    """Requests without end, each pattern as often as its weight says; a value of its own each time.

    `tables` maps the name in `<name>` to the table's real one. The same seed gives the same sequence of patterns and
    drawn values, but for `{now}`; `run` tells two loads with the same seed apart: keys and fresh numbers are never the
    same in both. ConfigError for a pattern that names a table or a value that nobody knows.
    """
    if not patterns:
        raise ConfigError("no pattern, so no load; name at least one")
    source = Source(seed=seed, run=run)
    makers = [_maker(each, tables, source) for each in patterns]
    return _endless(makers, list(accumulate(each.weight for each in patterns)), source)


def _endless(makers: list[Callable[[str], ItemRequest]], weights: list[float], source: Source) -> Iterator[ItemRequest]:
    choose = source.random.choices
    for number in count():
        (make,) = choose(makers, cum_weights=weights)
        yield make(source.begin(number))


def _maker(pattern: ItemPattern, tables: Mapping[str, str], source: Source) -> Callable[[str], ItemRequest]:
    """What makes this pattern's requests; everything that does not change is worked out here, once."""
    draws = _draws(pattern, source)
    try:
        arguments = compiled(tabled(pattern.arguments, tables))
        puts = [_put(each, tables) for each in pattern.puts]
    except KeyError as error:
        known = ", ".join(f"<{name}>" for name in sorted(tables)) or "none"
        raise ConfigError(
            f"pattern.{pattern.name}: nothing says which table <{error.args[0]}> is; known: {known}"
        ) from error
    name, operation, reads_only = pattern.name, pattern.operation, pattern.operation not in WRITES

    def make(key: str) -> ItemRequest:
        values = {each: draw() for each, draw in draws.items()}
        return ItemRequest(
            key=key,
            pattern=name,
            operation=operation,
            arguments=arguments(values),
            reads_only=reads_only,
            puts=tuple(put(values) for put in puts),
        )

    return make


def _draws(pattern: ItemPattern, source: Source) -> dict[str, Draw]:
    """What draws each value that the pattern names, its parameters first and in their order."""
    built_in: dict[str, Draw] = {"key": lambda: source.key, "fresh": source.fresh, "now": _now}
    draws = {name: each.drawn_from(source) for name, each in pattern.parameters.items()}
    named = placeholders([pattern.arguments, [[each.table, each.item, each.value] for each in pattern.puts]])
    for name in named:
        if name not in draws and name not in built_in:
            raise ConfigError(f"pattern.{pattern.name}: nothing says what {{{name}}} is; add it to its parameters")
    return draws | {name: built_in[name] for name in named if name not in draws}


def _put(template: PutTemplate, tables: Mapping[str, str]) -> Callable[[Values], Put]:
    table, item, value = (compiled(tabled(each, tables)) for each in (template.table, template.item, template.value))
    return lambda values: Put(table=table(values), item=item(values), value=value(values))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
