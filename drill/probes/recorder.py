"""Rows of a history, written column by column while the loop runs, at about a microsecond each."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import polars as pl

from drill.history import SCHEMA, Action
from drill.targets.outcomes import ACKNOWLEDGED, Ending

NULL = -1
"""Stands for null in `key` and `session`, which are counted from 0."""

NO_VALUE = -(2**63)
"""Stands for null in `value`, where -1 is a value (a read of an empty stream)."""


class Source(NamedTuple):
    """What all operations of one client at one endpoint have in common."""

    client: str
    action: Action
    endpoint: str | None


class Answerer(NamedTuple):
    """Who answered, over which of the client's connections."""

    server: str | None
    session: int


class Recorder:
    """Appends rows; not thread-safe: it belongs to the loop.

    Seven numbers a row. Words that come again and again (sources, answerers, endings) are kept once each, as
    the position in their dict, which also is what keeps ten million rows in memory.
    """

    def __init__(self) -> None:
        """Start without a row."""
        self.sources: dict[Source, int] = {}
        self.answerers: dict[Answerer, int] = {}
        self.endings: dict[Ending, int] = {}
        self.source, self.answerer, self.ending = array("i"), array("i"), array("i")
        self.key, self.value = array("i"), array("q")
        self.invoked, self.completed = array("q"), array("q")

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.completed)

    def register(self, client: str, action: Action, endpoint: str | None) -> int:
        """The number that stands for a source, to be given to every `add` of it."""
        return self.sources.setdefault(Source(client, action, endpoint), len(self.sources))

    def add(  # noqa: PLR0913 - a row has that many columns
        self,
        source: int,
        invoked_ns: int,
        completed_ns: int,
        ending: Ending = ACKNOWLEDGED,
        *,
        key: int = NULL,
        value: int = NO_VALUE,
        server: str | None = None,
        session: int = NULL,
    ) -> None:
        """Append one operation; `source` is the number that `register` gave."""
        self.source.append(source)
        self.answerer.append(self.answerers.setdefault(Answerer(server, session), len(self.answerers)))
        self.ending.append(self.endings.setdefault(ending, len(self.endings)))
        self.key.append(key)
        self.value.append(value)
        self.invoked.append(invoked_ns)
        self.completed.append(completed_ns)

    def frame(self) -> pl.DataFrame:
        """All rows with the columns and types of a history."""
        numbers = pl.DataFrame(
            {
                "key": pl.Series(self.key, dtype=pl.Int32),
                "value": pl.Series(self.value, dtype=pl.Int64),
                "invoked_ns": pl.Series(self.invoked, dtype=pl.Int64),
                "completed_ns": pl.Series(self.completed, dtype=pl.Int64),
            }
        ).with_columns(_null("key", NULL), _null("value", NO_VALUE))
        sources = _words(self.sources, Source._fields)[pl.Series(self.source, dtype=pl.Int32)]
        answerers = _words(self.answerers, Answerer._fields)[pl.Series(self.answerer, dtype=pl.Int32)]
        endings = _words(self.endings, Ending._fields)[pl.Series(self.ending, dtype=pl.Int32)]
        answerers = answerers.with_columns(_null("session", NULL))
        whole = pl.concat([numbers, sources, answerers, endings], how="horizontal")
        return whole.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _words(kept: dict[Source, int] | dict[Answerer, int] | dict[Ending, int], names: tuple[str, ...]) -> pl.DataFrame:
    """The kept words as a table whose row n is the words numbered n, typed before they are multiplied."""
    columns = zip(*kept, strict=True) if kept else [()] * len(names)
    return pl.DataFrame(
        [pl.Series(name, list(column), dtype=SCHEMA[name]) for name, column in zip(names, columns, strict=True)]
    )


def _null(name: str, stands_for_null: int) -> pl.Expr:
    return pl.when(pl.col(name) != stands_for_null).then(pl.col(name)).alias(name)
