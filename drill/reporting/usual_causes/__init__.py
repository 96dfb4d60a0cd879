"""What usually breaks a promise, and where to look first: experience, not evidence.

failover.toml   the writer moves, a region falls silent
cluster.toml    Aurora: how it is set up, what its indexes serve, what an application meets
tables.toml     DynamoDB: the same of tables
cost.toml       money, and whether what is deployed fits the workload

Each key is the name of a promise of drill.checks; `cause` and `step` are each a sentence without its end, to be
read after "usually:" and "next:".
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOKS = ("failover.toml", "cluster.toml", "tables.toml", "cost.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Why a promise usually breaks, and the first step of who wants to mend it."""

    cause: str
    step: str


@cache
def usual() -> Mapping[str, Usual]:
    """Everything that is known, by the promise's name; a name that stands twice is a mistake of ours, and raises."""
    known: dict[str, Usual] = {}
    for book in BOOKS:
        for name, told in tomllib.loads(files(__name__).joinpath(book).read_text("utf-8")).items():
            if name in known:
                raise ValueError(f"{book}: {name}: stands in another book, too; keep one of them")
            known[name] = Usual(**told)
    return known


def usual_cause(promise_name: str) -> str | None:
    """Both in one sentence, for who has room for one; None for what no check promises."""
    told = usual().get(promise_name)
    return None if told is None else f"{told.cause}; next: {told.step}"
