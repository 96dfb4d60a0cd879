"""What an application under test is asked, and what it answers: the seam between load and application.

    load --Request, Transfer--> application --Answer--> load

A team puts its own client here: anything with the four methods of `Application`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from drill.history import Cause, Outcome
from drill.targets.postgres import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with psycopg's named placeholders, and their values."""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing that a user of the application wants: its statements, in one transaction where they are several.

    `reads_only` may be answered by a reader. `key` is the same for every attempt, and for no other request.
    `works_s` is how long the application itself works between the first statement and the rest, with the
    transaction open: what it computes, renders or asks elsewhere.
    """

    key: str
    pattern: str
    statements: tuple[Statement, ...]
    reads_only: bool
    works_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Move `amount` from one account to another, once, whatever happens; `key` is what makes it once."""

    key: str
    source: int
    destination: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a request ended for its user.

    OK: done. FAILED: not done, and never will be. UNKNOWN: the application cannot tell. Where it does not count
    its attempts or its waiting for a connection, they are None, and what rests on them is undecided.
    """

    outcome: Outcome
    code: str | None = None
    cause: Cause | None = None
    attempts: int | None = None
    waited_ns: int | None = None
    server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """A pool at one moment; `max_waiting` 0 is a queue without bound."""

    endpoint: str
    size: int
    in_use: int
    waiting: int
    max_size: int
    max_waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an application is given when it is opened: where the database is, and how it may use it.

    Durations in seconds. `schema` is to be first in the search path. A client's own deadline must be longer than
    the server's, or a statement goes on that nobody waits for.
    """

    writer: Address
    reader: Address | None = None
    schema: str
    pool_size: int = 8
    pool_timeout_s: float = 2.0
    max_waiting: int = 200
    deadline_s: float = 5.0
    statement_timeout_s: float = 1.0
    lock_timeout_s: float = 0.5
    idle_in_transaction_timeout_s: float = 2.0


class Application(Protocol):
    """The client under test. All of it runs on one event loop; no method may block it."""

    async def perform(self, request: Request) -> Answer:
        """Do what the request asks, with whatever patience and repetition is right; raises nothing."""

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move money between rows of `accounts(id int, balance bigint)`, noted in `transfers`; raises nothing."""

    def pools(self) -> list[PoolState]:
        """How its pools stand now; empty where it has none, or does not tell."""

    def checkouts(self) -> list[tuple[str, int, int | None]]:
        """Every connection that was out of a pool so far: endpoint, acquired_ns, released_ns (None: still out)."""


class Factory(Protocol):
    """What opens an application; named as "module:attribute", since the load runs in a process of its own."""

    def __call__(self, surroundings: Surroundings) -> AbstractAsyncContextManager[Application]:
        """Open it for the length of a block; it is ready for requests when the block begins."""
