"""The half of a connection that faces the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lab.forwarder.side import Side
from lab.forwarder.tamper import Refuser

if TYPE_CHECKING:
    from lab.forwarder.client import Client


class Server(Side):
    """What comes from the server goes to the client, in its turn; it may be tampered with."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.route)
        self.other = self.client = client
        self.refuser, self.refuse_one_in = Refuser(), client.route.refuse_one_in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client know."""
        super().connection_made(transport)
        self.client.meet(self)

    def data_received(self, data: bytes) -> None:
        """Pass it on, altered where a route says so."""
        if self.client.negotiation.asked:
            self.client.negotiation.answered(data)
            return
        if self.refuse_one_in:
            data = self.refuser.alter(data, one_in=self.refuse_one_in)
        if data:  # a part of a message waits for its rest
            self.client.send(data)
