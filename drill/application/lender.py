"""Where an attempt gets its connection from: a pool, or whatever a defective application has in its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from drill.application.connection import ApplicationConnection
from drill.requests import PoolState, Surroundings
from drill.targets.postgres import Address

Checkout = tuple[str, int, int | None]
"""Endpoint, acquired_ns, released_ns (None: still out)."""


class Lender(Protocol):
    """Lends connections of one endpoint."""

    def lent(self, patience_s: float) -> AbstractAsyncContextManager[ApplicationConnection]:
        """One connection for the length of a block; PoolTimeout or TooManyRequests where there is none to be had."""

    async def distrust(self, connection: ApplicationConnection) -> None:
        """Replace what was made before or beside this connection, which turned out to be dead or misled."""

    def states(self) -> list[PoolState]:
        """How its pool stands; nothing where it has none."""

    def checkouts(self) -> list[Checkout]:
        """Every connection that was lent so far."""


Lending = Callable[[str, Address, Surroundings], AbstractAsyncContextManager[Lender]]
"""Opens the lender of one endpoint for the length of a block."""
