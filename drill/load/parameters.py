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

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from drill.errors import ConfigError

Value = int | float | str | bool | None
Draw = Callable[[], Value]
"""Gives the next value."""

_STRICT = ConfigDict(extra="forbid")
_FRESH_BITS = 32
_LARGEST_SKEW = 5.0


class Source:
    """What drawing rests on: one random source, the request that is being made, and a count for what is fresh.

    `run` tells two loads with the same seed apart: their keys and fresh numbers differ, what they draw does not.
    """

    __slots__ = ("_count", "_prefix", "_tag", "key", "random")

    def __init__(self, *, seed: int, run: str = "") -> None:
        digest = hashlib.blake2b(f"{run}/{seed}".encode(), digest_size=8).digest()
        self.random = Random(seed)  # noqa: S311 - a load is repeatable, not secret
        self.key = ""
        self._tag = digest.hex()
        # 30 bits, never 0: a fresh number is a positive bigint beyond any that a table counts up to by itself.
        self._prefix = (int.from_bytes(digest) >> 34 | 1) << _FRESH_BITS
        self._count = 0

    def begin(self, number: int) -> str:
        """The request of that number is now being made; its key."""
        self.key = f"{self._tag}-{number}"
        return self.key

    def fresh(self) -> int:
        """A number that this source did not give before, and that no other one gives."""
        self._count += 1
        return self._prefix | self._count


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A whole number from `low` to `high`, both included; with a `skew` the low ones are the hot ones."""

    __pydantic_config__ = _STRICT

    kind: Literal["between"] = "between"
    low: int
    high: int
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0
    form: str | None = None

    def __post_init__(self) -> None:
        _ordered(self.low, self.high)
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, low = _ranks(source, self.high - self.low + 1, self.skew), self.low
        return _shaped(lambda: low + rank(), self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A whole number from `low` to `high`, both included; the high ones, which were made last, are the hot ones."""

    __pydantic_config__ = _STRICT

    kind: Literal["recent"] = "recent"
    low: int
    high: int
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.8
    form: str | None = None

    def __post_init__(self) -> None:
        _ordered(self.low, self.high)
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, high = _ranks(source, self.high - self.low + 1, self.skew), self.high
        return _shaped(lambda: high - rank(), self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values; with a `skew` the first ones are the hot ones."""

    __pydantic_config__ = _STRICT

    kind: Literal["choice"] = "choice"
    values: tuple[Value, ...]
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("no values to choose from; write at least one, as in values = [1]")

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        rank, values = _ranks(source, len(self.values), self.skew), self.values
        return lambda: values[rank()]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromQuery:
    """One of what `sql` finds in its only column when the load begins; its first rows are the hot ones."""

    __pydantic_config__ = _STRICT

    kind: Literal["query"] = "query"
    sql: Annotated[str, Field(min_length=1)]
    skew: Annotated[float, Field(ge=0, le=_LARGEST_SKEW)] = 0.0

    def drawn_from(self, source: Source) -> Draw:
        """Nothing can be drawn before `resolve` has asked the database."""
        raise ConfigError(f'the values of "{self.sql}" were not fetched yet; call resolve() first')


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A number (a bigint) that no other request, process or run uses; for what a request inserts."""

    __pydantic_config__ = _STRICT

    kind: Literal["fresh"] = "fresh"
    form: str | None = None

    def __post_init__(self) -> None:
        _formed(self.form)

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        return _shaped(source.fresh, self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The request's idempotency key: text, the same for every attempt, and for no other request."""

    __pydantic_config__ = _STRICT

    kind: Literal["key"] = "key"

    def drawn_from(self, source: Source) -> Draw:
        """What draws it."""
        return lambda: source.key


Parameter = Annotated[Between | Recent | Choice | FromQuery | Fresh | Key, Field(discriminator="kind")]
"""What a placeholder may be given."""


def _ranks(source: Source, count: int, skew: float) -> Callable[[], int]:
    """What draws a rank from 0, by Zipf's law in its continuous form: one random number, one power."""
    random = source.random.random
    if skew == 0:
        return lambda: int(random() * count)
    last = count - 1
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
