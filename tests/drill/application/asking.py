"""What the tests ask of an application."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from drill.application import Reference, RetryPolicy, reference
from drill.requests import Request, Statement, Surroundings, Transfer

_numbers = itertools.count()

AT_ONCE = RetryPolicy(first_pause_s=0, longest_pause_s=0)
"""As patient as the default, and no slower than the test needs."""


def request(
    *sql: str, reads_only: bool = False, works_s: float = 0.0, parameters: Mapping[str, Any] | None = None
) -> Request:
    """A request of these statements, under a key of its own."""
    statements = tuple(Statement(sql=each, parameters=parameters or {}) for each in sql)
    return Request(
        key=f"request {next(_numbers)}", pattern="test", statements=statements, reads_only=reads_only, works_s=works_s
    )


def reading(sql: str = "SELECT count(*) FROM accounts") -> Request:
    """A request that only reads."""
    return request(sql, reads_only=True)


def note(words: str) -> Request:
    """A write that does not carry its key."""
    return request("INSERT INTO notes (words) VALUES (%(words)s)", parameters={"words": words})


def transfer(key: str = "t", *, source: int = 1, destination: int = 2, amount: int = 5) -> Transfer:
    """Five coins from the first to the second, unless said otherwise."""
    return Transfer(key=key, source=source, destination=destination, amount=amount)


@asynccontextmanager
async def opened(surroundings: Surroundings, policy: RetryPolicy = AT_ONCE) -> AsyncIterator[Reference]:
    """The reference application, without pauses."""
    async with reference(surroundings, policy=policy) as application:
        yield application
