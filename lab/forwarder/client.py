"""The half of a connection that faces the client."""

from __future__ import annotations

import asyncio

from lab.forwarder.negotiation import Negotiation
from lab.forwarder.pace import Pace
from lab.forwarder.route import Route
from lab.forwarder.server import Server
from lab.forwarder.side import Side


class Client(Side):
    """Opens the half that faces the server; what goes to the client goes through its `pace`, in TLS if need be."""

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        self.opening: asyncio.Task[None] | None = None
        self.pace = Pace(route.pacing, write=self.write, finish=self.finish, sent=self.sent)
        self.negotiation = Negotiation(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Go to where the route leads now, or wait until the line is no longer cut."""
        super().connection_made(transport)
        self.route.clients.add(self)
        self.change_pace()

    def change_pace(self) -> None:
        """Carry on as the route says from now on."""
        self.pace.change(self.route.pacing)
        self.regulate()
        if self.other:
            self.other.regulate()
        if self.opening is None and not self.route.pacing.cut:
            self.opening = asyncio.get_running_loop().create_task(self.open())

    async def open(self) -> None:
        """Connect to where the route leads now; where nobody listens, the client is reset as by nobody."""
        destination = self.route.next()
        try:
            if destination is None:
                raise ConnectionRefusedError
            await asyncio.get_running_loop().create_connection(lambda: Server(self), *destination)
        except OSError:
            self.end(reset=True)

    def meet(self, server: Server) -> None:
        """The server is there; the client may have spoken, or gone, before."""
        self.other = server
        if self.transport is None or self.transport.is_closing():
            server.end(reset=False)
            return
        self.regulate()
        self.negotiation.listen()

    def data_received(self, data: bytes) -> None:
        """Pass on what came, once all is said that comes before."""
        self.negotiation.hear(data)

    def send(self, data: bytes) -> None:
        """Have the client read this, in its turn."""
        self.pace.carry(self.negotiation.wrapped(data))
        if self.pace.size:
            self.sent()

    def sent(self) -> None:
        """More may come, or no more."""
        if self.other:
            self.other.regulate()

    @property
    def full(self) -> bool:
        """Also while too much is under way."""
        return self.choked or self.pace.full

    def break_off(self, *, reset: bool = True) -> None:
        """End both halves."""
        if self.other:
            self.other.end(reset=False)
        self.end(reset=reset)

    def end(self, *, reset: bool) -> None:
        """End this half in its turn."""
        self.pace.end(reset=reset)

    def finish(self, reset: bool) -> None:  # noqa: FBT001 - what the pace calls, with nothing else
        """It is the end's turn."""
        if not reset and (words := self.negotiation.farewell()):
            self.write(words)
        super().end(reset=reset)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody is there to be written to."""
        self.pace.drop()
        self.route.clients.discard(self)
        super().connection_lost(error)
