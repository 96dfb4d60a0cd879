"""A process that carries TCP connections; told by lines of JSON on its standard input, and ends with it.

    {"listen": ["127.0.10.1", 5432], "to": [["127.0.1.1", 5433]], "tls": {"certificate": ..., "key": ...,
     "required": true}, "delay_s": 0, "bytes_per_s": 0, "cut": false, "lossy": false, "refuse_one_in": 0}

A route's destination is chosen when a connection is made, by turns where there are several, and what is
open is never cut: as with a DNS name. A line for a known address changes what later connections get,
`refuse_one_in` (see lab/tamper.py) and `tls` included. How fast it goes to clients (see lab/pace.py) changes for open
ones too. While a route is `cut`, nothing passes in either direction and nothing is closed: what was sent meanwhile
arrives afterwards, ends and resets included, and who connects is accepted and hears nothing.

With `tls` a client is spoken to in TLS, the destination in plain; TLS is granted once the destination has answered, so
that whoever is frozen is as silent as without. With `required` who asks for none is refused, as on Aurora.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import ssl
import sys
from collections import deque
from collections.abc import Callable
from struct import pack
from typing import Any

import uvloop

from lab import greeting
from lab.greeting import Word
from lab.pace import Pace, Pacing
from lab.tamper import Refuser
from lab.tls import PROTOCOL, Tls, context_of

Host = tuple[str, int]


class Route:
    """One listening address and where connections to it go now."""

    def __init__(self) -> None:
        self.destinations: deque[Host] = deque()
        self.pacing = Pacing()
        self.refuse_one_in = 0
        self.tls: ssl.SSLContext | None = None
        self.tls_required = False
        self.clients: set[FromClient] = set()
        self.server: asyncio.Server | None = None

    def change(self, line: dict[str, Any]) -> None:
        """Take over what a line of the control stream says."""
        self.destinations = deque((host, port) for host, port in line["to"])
        self.refuse_one_in = line.get("refuse_one_in", 0)
        tls = line.get("tls")
        self.tls = context_of(tls["certificate"], tls["key"]) if tls else None
        self.tls_required = bool(tls and tls["required"])
        pacing = Pacing(**{name: line[name] for name in Pacing.__dataclass_fields__ if name in line})
        if pacing != self.pacing:
            self.pacing = pacing
            for client in list(self.clients):
                client.change_pace()

    def next(self) -> Host | None:
        """The destination of the next connection, or None while there is none."""
        if not self.destinations:
            return None
        self.destinations.rotate(-1)
        return self.destinations[-1]


class Side(asyncio.Protocol):
    """One half of a carried connection: what arrives here is written to the other half."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.transport: asyncio.Transport | None = None
        self.other: Side | None = None
        self.choked = False
        self.reading = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport = transport  # type: ignore[assignment]

    def write(self, data: bytes) -> None:
        """Write to this half, unless it is gone."""
        if self.transport and not self.transport.is_closing():
            self.transport.write(data)

    @property
    def full(self) -> bool:
        """Whether nothing should be fed to this half before it has taken what it has."""
        return self.choked

    def regulate(self) -> None:
        """Read from this half for as long as the other takes it, and the line is not cut."""
        if self.transport is None or self.transport.is_closing():
            return
        wanted = not (self.route.pacing.cut or (self.other is not None and self.other.full))
        if wanted != self.reading:
            self.reading = wanted
            (self.transport.resume_reading if wanted else self.transport.pause_reading)()

    def pause_writing(self) -> None:
        """It is slow: read no more from the one who feeds it."""
        self.choked = True
        if self.other:
            self.other.regulate()

    def resume_writing(self) -> None:
        """It caught up."""
        self.choked = False
        if self.other:
            self.other.regulate()

    def connection_lost(self, error: Exception | None) -> None:
        """End the other side too; a reset stays a reset."""
        if self.other:
            self.other.end(reset=error is not None)

    def end(self, *, reset: bool) -> None:
        """End this half, after what was written to it or at once."""
        if self.transport is None or self.transport.is_closing():
            return
        if not reset:
            self.transport.close()
            return
        # To linger for no time is to reset.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
        self.transport.abort()


class FromClient(Side):
    """The half that faces the client; opens the half that faces the server, and speaks TLS if need be."""

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        self.early = bytearray()
        self.opening: asyncio.Task[None] | None = None
        self.greeting = route.tls is not None
        self.asked = self.direct = False
        self.tls: Tls | None = None
        self.pace = Pace(route.pacing, write=self.write, finish=self.finish, sent=self.sent)

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
            await asyncio.get_running_loop().create_connection(lambda: FromServer(self), *destination)
        except OSError:
            self.end(reset=True)

    def meet(self, server: FromServer) -> None:
        """The server is there; the client may have spoken, or gone, before."""
        self.other = server
        if self.transport is None or self.transport.is_closing():
            server.end(reset=False)
            return
        self.regulate()
        self.listen()

    def data_received(self, data: bytes) -> None:
        """Pass on what came; before all is said that comes before, keep it."""
        if self.tls:
            shaking_hands = not self.tls.established
            try:
                data = self.tls.receive(data)
            except ssl.SSLError:
                self.pace.carry(self.tls.take())  # an alert that says why
                self.break_off(reset=False)
                return
            if shaking_hands and (words := self.tls.take()):
                self.pace.carry(words)
            if not data:
                return
        if self.greeting or self.other is None:
            self.early += data
            self.listen()
        else:
            self.other.write(data)

    def listen(self) -> None:
        """Take in what the client said so far, once there is somebody to pass it on to."""
        while self.other is not None and self.greeting and not self.asked and self.early:
            heard = greeting.hear(self.early)
            if heard.word is Word.PART:
                return
            if heard.word in {Word.TLS, Word.SSL_REQUEST} and self.tls is None:
                del self.early[: heard.length]
                self.asked, self.direct = True, heard.word is Word.TLS
                self.other.write(greeting.SSL_REQUEST)
            elif heard.word is Word.GSS_REQUEST:
                del self.early[: heard.length]
                self.send(greeting.NO)
            elif self.unwelcome(heard):
                self.break_off()
                return
            elif heard.word is Word.STARTUP and self.tls is None and self.route.tls_required:
                host = self.transport.get_extra_info("peername")[0] if self.transport else ""
                self.send(greeting.refusal(bytes(self.early), host))
                self.break_off(reset=False)
                return
            else:
                self.greeting = False
        if self.other is not None and not self.greeting and self.early:
            self.other.write(bytes(self.early))
            self.early.clear()

    def unwelcome(self, heard: greeting.Heard) -> bool:
        """Whether it is nonsense, or TLS from the start of which it does not say that it is PostgreSQL's."""
        wrong = self.direct and self.tls is not None and self.tls.protocol != PROTOCOL
        return wrong or heard.word in {Word.NONSENSE, Word.TLS, Word.SSL_REQUEST}

    def answered(self, answer: bytes) -> None:
        """The server answers, and knows no TLS: so we grant it."""
        self.asked = False
        # Plain words behind a request for TLS may be anybody's.
        if answer != greeting.NO or self.route.tls is None or (self.early and not self.direct):
            self.break_off()
            return
        if not self.direct:
            self.pace.carry(greeting.YES)
        self.tls = Tls(self.route.tls)
        if self.early:
            said = bytes(self.early)
            self.early.clear()
            self.data_received(said)

    def break_off(self, *, reset: bool = True) -> None:
        """End both halves."""
        if self.other:
            self.other.end(reset=False)
        self.end(reset=reset)

    def send(self, data: bytes) -> None:
        """Have the client read this, in its turn."""
        self.pace.carry(self.tls.send(data) if self.tls else data)
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

    def end(self, *, reset: bool) -> None:
        """End this half in its turn."""
        self.pace.end(reset=reset)

    def finish(self, reset: bool) -> None:  # noqa: FBT001 - what the pace calls, with nothing else
        """It is the end's turn."""
        if self.tls and not reset:
            self.write(self.tls.close())
        super().end(reset=reset)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody is there to be written to."""
        self.pace.drop()
        self.route.clients.discard(self)
        super().connection_lost(error)


class FromServer(Side):
    """The half that faces the server; what comes from there may be tampered with."""

    def __init__(self, client: FromClient) -> None:
        super().__init__(client.route)
        self.other = self.client = client
        self.refuser, self.refuse_one_in = Refuser(), client.route.refuse_one_in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client know."""
        super().connection_made(transport)
        self.client.meet(self)

    def data_received(self, data: bytes) -> None:
        """Pass it on, altered where a route says so."""
        if self.client.asked:
            self.client.answered(data)
            return
        if self.refuse_one_in:
            data = self.refuser.alter(data, one_in=self.refuse_one_in)
        if data:  # a part of a message waits for its rest
            self.client.send(data)


async def serve() -> None:
    """Follow the lines on standard input until it ends."""
    # Two sockets a connection, and a flood brings a thousand.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    routes: dict[Host, Route] = {}

    def accept(route: Route) -> Callable[[], FromClient]:
        return lambda: FromClient(route)

    while line := await lines.readline():
        told = json.loads(line)
        host, port = told["listen"]
        route = routes.setdefault((host, port), Route())
        route.change(told)
        if route.server is None:
            route.server = await loop.create_server(accept(route), host, port, backlog=1024)


if __name__ == "__main__":
    uvloop.run(serve())
