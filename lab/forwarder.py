"""A process that carries TCP connections; told by lines of JSON on its standard input, and ends with it.

    {"listen": ["127.0.10.1", 5432], "to": [["127.0.1.1", 5432]], "delay_s": 0, "refuse_one_in": 0}

A route's destination is chosen when a connection is made, by turns where there are several, and what is
open is never cut: as with a DNS name. A line for a known address changes what later connections get,
`refuse_one_in` (see lab/tamper.py) included; `delay_s` (server to client) changes open ones too. What is under
way that long is lost when either end goes, as in a network.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections import deque
from collections.abc import Callable
from struct import pack
from typing import Any

import uvloop

from lab.tamper import Refuser

Host = tuple[str, int]


class Route:
    """One listening address and where connections to it go now."""

    def __init__(self) -> None:
        self.destinations: deque[Host] = deque()
        self.delay_s = 0.0
        self.refuse_one_in = 0
        self.server: asyncio.Server | None = None

    def change(self, line: dict[str, Any]) -> None:
        """Take over what a line of the control stream says."""
        self.destinations = deque((host, port) for host, port in line["to"])
        self.delay_s = line.get("delay_s", 0.0)
        self.refuse_one_in = line.get("refuse_one_in", 0)

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
        self.early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Pass on what came, or keep it until the other side is there."""
        if self.other is None:
            self.early.append(data)
        else:
            self.pass_on(data)

    def pass_on(self, data: bytes) -> None:
        """Write to the other side, unless it is gone."""
        if self.other and self.other.transport and not self.other.transport.is_closing():
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        """The one we write to is slow: read no more from the one who feeds us."""
        if self.other and self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """It caught up."""
        if self.other and self.other.transport and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

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
    """The half that faces the client; opens the half that faces the server."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Choose the destination, once, and connect to it."""
        super().connection_made(transport)
        self.opening = asyncio.get_running_loop().create_task(self.open())

    async def open(self) -> None:
        """Connect to where the route leads now; where nobody listens, the client is reset as by nobody."""
        destination = self.route.next()
        try:
            if destination is None:
                raise ConnectionRefusedError
            _, other = await asyncio.get_running_loop().create_connection(lambda: FromServer(self.route), *destination)
        except OSError:
            self.end(reset=True)
            return
        other.other, self.other = self, other
        # Either side may have spoken, or gone, before it knew of the other.
        for side in (self, other):
            for data in side.early:
                side.pass_on(data)
        if self.transport and self.transport.is_closing():
            other.end(reset=False)
        if other.transport and other.transport.is_closing():
            self.end(reset=False)


class FromServer(Side):
    """The half that faces the server; what comes from there may be delayed or tampered with."""

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        self.refuser, self.refuse_one_in = Refuser(), route.refuse_one_in
        self.late: deque[tuple[float, bytes]] = deque()

    def pass_on(self, data: bytes) -> None:
        """Write to the client, late or altered where a route says so."""
        if self.refuse_one_in:
            data = self.refuser.alter(data, one_in=self.refuse_one_in)
        if not self.route.delay_s and not self.late:
            super().pass_on(data)
            return
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self.route.delay_s
        self.late.append((due_s, data))
        if len(self.late) == 1:
            loop.call_at(due_s, self.pass_on_late)

    def pass_on_late(self) -> None:
        """Write what is due by now, in the order in which it came."""
        loop = asyncio.get_running_loop()
        while self.late and self.late[0][0] <= loop.time():
            super().pass_on(self.late.popleft()[1])
        if self.late:
            loop.call_at(self.late[0][0], self.pass_on_late)


async def serve() -> None:
    """Follow the lines on standard input until it ends."""
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
