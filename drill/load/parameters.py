"""Where the values of a pattern's placeholders come from: frozen generators, drawn by a seeded random source.

    kind      a value                                          for
    between   a whole number; the low ones more often, if so   ids, quantities; hot keys
    recent    a whole number; the high ones more often         what was made last is asked for most
    choice    one of a list; the first ones more often, if so  statuses, regions
    query     one of what a query found when the load began    ids of a schema that is not ours
    fresh     a number that nobody had before                  ids of rows to insert
    key       the request's own idempotency key                what makes a retry safe

The same seed draws the same values. `skew` is the exponent of Zipf's law (rank to the power of -skew): 0 draws
evenly, 1 gives the hottest of 20,000 keys one request in fourteen. `form` makes text of a number, as in
"customer-{}@shop.example".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from drill.errors import ConfigError
from drill.load.source import Source

Value = int | float | str | bool | None
Draw = Callable[[], Value]
"""Gives the next value."""

_CONFIG = ConfigDict(extra="forbid", strict=False)
_LARGEST_SKEW = 5.0


def _plain(value: object) -> object:
    """JSON and every driver know these; TOML's dates and tables would be something else at the other end."""
    if value is None or isinstance(value, int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError("no value that can be kept; write text, a number, true or false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A whole number from `low` to `high`, both included; with a `skew` the low ones are the hot ones."""

    __pydantic_config__ = _CONFIG

    kind: Literal["between"] = "between"
    low: int
    high: int
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0
    form: str | None = None

    def __post_init__(self) -> None:  # noqa: D105 - says what is wrong with the values
        _ordered(self.low, self.high)
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, low = _ranks(source, self.high - self.low + 1, self.skew), self.low
        return _shaped(lambda: low + rank(), self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A whole number from `low` to `high`, both included; the high ones, which were made last, are the hot ones."""

    __pydantic_config__ = _CONFIG

    kind: Literal["recent"] = "recent"
    low: int
    high: int
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.8
    form: str | None = None

    def __post_init__(self) -> None:  # noqa: D105 - says what is wrong with the values
        _ordered(self.low, self.high)
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, high = _ranks(source, self.high - self.low + 1, self.skew), self.high
        return _shaped(lambda: high - rank(), self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values; with a `skew` the first ones are the hot ones."""

    __pydantic_config__ = _CONFIG

    kind: Literal["choice"] = "choice"
    values: tuple[Annotated[Value, BeforeValidator(_plain)], ...]
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0

    def __post_init__(self) -> None:  # noqa: D105 - says what is wrong with the values
        if not self.values:
            raise ValueError("no values to choose from; write at least one, as in values = [1]")

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, values = _ranks(source, len(self.values), self.skew), self.values
        return lambda: values[rank()]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromQuery:
    """One of what `sql` finds in its only column when the load begins; its first rows are the hot ones."""

    __pydantic_config__ = _CONFIG

    kind: Literal["query"] = "query"
    sql: Annotated[str, Field(min_length=1)]
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0

    def drawn_from(self, source: Source) -> Draw:  # noqa: ARG002 - the others draw from it
        """Nothing can be drawn before `resolve` has asked the database."""
        raise ConfigError(f'the values of "{self.sql}" were not fetched yet; call resolve() first')


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A number (a bigint) that no other request, process or run uses; for what a request inserts."""

    __pydantic_config__ = _CONFIG

    kind: Literal["fresh"] = "fresh"
    form: str | None = None

    def __post_init__(self) -> None:  # noqa: D105 - says what is wrong with the values
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        return _shaped(source.fresh, self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The request's idempotency key: text, the same for every attempt, and for no other request."""

    __pydantic_config__ = _CONFIG

    kind: Literal["key"] = "key"

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        return lambda: source.key


Parameter = Annotated[Between | Recent | Choice | FromQuery | Fresh | Key, Field(discriminator="kind")]
"""What a placeholder may be given."""

KINDS: dict[str, type] = {
    "between": Between,
    "recent": Recent,
    "choice": Choice,
    "query": FromQuery,
    "fresh": Fresh,
    "key": Key,
}
"""By the name that a file gives it."""


def _ranks(source: Source, count: int, skew: float) -> Callable[[], int]:
    """What draws a rank from 0, by Zipf's law in its continuous form: one random number, one power."""
    random = source.random.random
    last = count - 1  # what rounding could make of a draw next to 1
    if skew == 0:
        return lambda: min(last, int(random() * count))
    if skew == 1:
        return lambda: min(last, int((count + 1) ** random()) - 1)
    rest = 1.0 - skew
    span, power = (count + 1) ** rest - 1.0, 1.0 / rest
    return lambda: min(last, int((1.0 + span * random()) ** power) - 1)


def _shaped(number: Callable[[], int], form: str | None) -> Draw:
    if form is None:
        return number
    before, after = form.split("{}")
    return lambda: f"{before}{number()}{after}"


def _ordered(low: int, high: int) -> None:
    if low > high:
        raise ValueError(f"low = {low} is above high = {high}; write the smaller one as low")


def _formed(form: str | None) -> None:
    if form is not None and form.count("{}") != 1:
        raise ValueError('form has no place for the number, or several; write one {} into it, as in "order-{}"')
