"""What the fault tells of itself: the truth, with which a diagnosis is compared."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from drill.checks.load.sampled import shortened
from drill.history import History

FAULT = "fault"
"""The subject under which it stands in the table of settings."""

COMPARED = 100
"""So many characters of a statement, its white space made even, tell it from all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Its words by their names (index, relation, reader, application, query); what it does not tell is not compared."""

    words: Mapping[str, str]

    @classmethod
    def of(cls, history: History) -> Self:
        """Nothing where it told nothing."""
        rows = history.tables.get("settings")
        if rows is None:
            return cls(words={})
        own = rows.filter(pl.col("subject") == FAULT).select(pl.col("name").cast(pl.String), "value")
        return cls(words={name: value for name, value in own.rows() if value})

    def other(self, row: Mapping[str, Any]) -> str:
        """In words for the end of a sentence that it was another application; nothing where it was this one."""
        expected = self.words.get("application")
        wrong = expected is not None and not str(row["application"]).startswith(expected)
        return f"; it was {expected}" if wrong else ""

    def other_query(self, queries: Iterable[str]) -> str:
        """The same, that it was another statement than any of these, as far as the server shows them."""
        expected = self.words.get("query")
        if expected is None or any(is_same(expected, each) for each in queries):
            return ""
        return f"; it was: {shortened(expected, 60)}"

    def other_relation(self, query: str) -> str:
        """The same, that a statement has nothing to do with the relation."""
        expected = self.words.get("relation")
        if expected is None or re.search(rf"\b{re.escape(expected)}\b", query, re.IGNORECASE):
            return ""
        return f"; it was about {expected}"


def is_same(statement: str, seen: str) -> bool:
    """Whether what a server shows of a statement is the beginning of this one, or this one and more."""
    whole, shown = (" ".join(each.split())[:COMPARED] for each in (statement, seen))
    return bool(shown) and (whole.startswith(shown) or shown.startswith(whole))
