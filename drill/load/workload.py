"""From patterns to requests: which one comes next, and with which values; the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, count

from drill.errors import ConfigError
from drill.load.pattern import Pattern, placeholders
from drill.load.source import Source
from drill.requests import Request, Statement


def requests(patterns: Sequence[Pattern], *, seed: int, run: str = "") -> Iterator[Request]:
    """Requests without end, each pattern as often as its weight says; a value of its own each time.

    The same seed gives the same sequence of patterns and drawn values. `run` tells two loads with the same seed
    apart: keys and fresh ids are never the same in both. Patterns that draw from a query must be resolved before.
    """
    if not patterns:
        raise ConfigError("no pattern, so no load; name at least one")
    source = Source(seed=seed, run=run)
    makers = [_maker(each, source) for each in patterns]
    weights = list(accumulate(each.weight for each in patterns))
    return _endless(makers, weights, source)


def _endless(makers: list[Callable[[str], Request]], weights: list[float], source: Source) -> Iterator[Request]:
    """One random number chooses the pattern, the next ones its values: 200,000 requests a second and more."""
    choose = source.random.choices
    for number in count():
        (make,) = choose(makers, cum_weights=weights)
        yield make(source.begin(number))


def _maker(pattern: Pattern, source: Source) -> Callable[[str], Request]:
    """What makes this pattern's requests; everything that does not change is worked out here, once."""
    draws = {name: each.drawn_from(source) for name, each in pattern.parameters.items()}
    statements = tuple((sql, placeholders(sql)) for sql in pattern.sql)
    name, reads_only, works_s = pattern.name, not pattern.writes, pattern.works_s

    def make(key: str) -> Request:
        values = {each: draw() for each, draw in draws.items()}
        return Request(
            key=key,
            pattern=name,
            statements=tuple(
                Statement(sql=sql, parameters={each: values[each] for each in named}) for sql, named in statements
            ),
            reads_only=reads_only,
            works_s=works_s,
        )

    return make
