"""What an application is asked of DynamoDB, and what it is given for it: the seam between load and application.

    load --ItemRequest, Transfer--> application --Answer--> load
                                        |
                                        +-- boto3 clients of `ItemSurroundings.client`: every call they send is recorded

A team puts its own client here: anything with the two methods of `ItemApplication`. Transfer and Answer are those of
drill.requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.config import Config

from drill.requests import Answer, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A value that a request writes, so that it can be looked for afterwards.

    `item` names what is written: the text of its key's attributes in the order of the key schema, joined by "|".
    `value` stands in its attribute `value` ({"S": ...}); it is the request's own, and no other's.
    """

    table: str
    item: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRequest:
    """One thing that a user of the application wants: one call of boto3's DynamoDB client.

    `operation` is the client's method ("get_item", "batch_write_item", ...), `arguments` are its own, in DynamoDB's
    JSON ({"S": ...}). `key` is the same for every attempt, and for no other request: a token for what must happen once.
    `puts` are the values that it writes, where somebody looks for them later.
    """

    key: str
    pattern: str
    operation: str
    arguments: Mapping[str, Any]
    reads_only: bool
    puts: tuple[Put, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the tables are, as far as it can be written down: no credentials but those that a lab takes from anybody.

    `replica_region` has the same tables, where they are global. `accounts_table` has an item for each account (key
    `account`: N, attribute `balance`: N), `ledger_table` one for each transfer (key `transfer`: S; `source`,
    `destination`, `amount`: N). Durations in seconds: within `deadline_s` a user wants an answer.
    """

    region: str
    endpoint_url: str | None = None
    profile: str | None = None
    replica_region: str | None = None
    accounts_table: str = ""
    ledger_table: str = ""
    deadline_s: float = 3.0
    workers: int = 32


class Client(Protocol):
    """A boto3 client of DynamoDB; typed loosely, as boto3 makes its methods at run time."""

    def __getattr__(self, operation: str) -> Any:
        """The client's method of that name."""


class Clients(Protocol):
    """Makes clients whose every call is recorded."""

    def __call__(self, config: Config | None = None, *, region: str | None = None) -> Client:
        """A client with that configuration, in that region (by default the place's own)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSurroundings:
    """What an application is given when it is opened.

    It must make its clients by `client`, before it is asked anything: what other clients send is not seen, and what
    is not seen makes promises undecided.
    """

    place: Place
    client: Clients = field(repr=False)


class ItemApplication(Protocol):
    """The client under test. All of it runs on one event loop; no method may block it (boto3 does: use threads)."""

    async def perform(self, request: ItemRequest) -> Answer:
        """Do what the request asks, with whatever patience and repetition is right; raises nothing.

        OK means all of it, every item of a batch included. `Answer.server` is the region that answered, `waited_ns`
        is left out, `code` is AWS's error code.
        """

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move money between items of `accounts_table`, noted once in `ledger_table`; raises nothing."""


class ItemFactory(Protocol):
    """What opens an application; named as "module:attribute", since the load runs in a process of its own."""

    def __call__(self, surroundings: ItemSurroundings) -> AbstractAsyncContextManager[ItemApplication]:
        """Open it for the length of a block; it is ready for requests when the block begins."""
