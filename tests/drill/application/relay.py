"""A way to the server that can lose an answer: it lets a statement through, and cuts when the server has spoken."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from drill.targets.postgres import Address

CANCEL_REQUEST = struct.pack("!ii", 16, 80877102)


@dataclass(slots=True, kw_only=True)
class Relay:
    """Where to go instead of the server, and what happened there."""

    address: Address
    losing: bytes = b""
    after: bool = True
    for_good: bool = False
    closed: bool = False
    lost: int = 0
    cancel_requests: int = 0

    def lose(self, word: bytes, *, after: bool = True, for_good: bool = False) -> None:
        """Lose the next message with that word in it, before or after the server has it and has answered.

        `for_good`: nobody gets in from then on.
        """
        self.losing, self.after, self.for_good = word, after, for_good

    def loses(self, data: bytes) -> bool:
        """Whether this message is the one to be lost."""
        self.cancel_requests += data.startswith(CANCEL_REQUEST)
        if not self.losing or self.losing not in data:
            return False
        self.losing = b""
        self.lost += 1
        self.closed = self.for_good
        return True


@asynccontextmanager
async def relayed(server: Address) -> AsyncIterator[Relay]:
    """A relay to that server."""
    guests: set[asyncio.Task[None]] = set()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None
        guests.add(guest)
        try:
            if not relay.closed:
                await _carry(relay, server, (reader, writer), ended)
        finally:
            # Reset, not closed: what a crash of the host looks like.
            writer.transport.abort()
            await _gone(writer)

    door = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with door:
        relay = Relay(address=server.at("127.0.0.1", door.sockets[0].getsockname()[1]))
        yield relay
    ended.set()
    await asyncio.gather(*guests, return_exceptions=True)


async def _gone(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        await writer.wait_closed()


Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _carry(relay: Relay, server: Address, client: Client, ended: asyncio.Event) -> None:
    """Carry words both ways until a side hangs up, is to be lost, or all is over."""
    reader, writer = client
    from_server, to_server = await asyncio.open_connection(server.host, server.port)
    lost = asyncio.Event()

    async def up() -> None:
        while data := await reader.read(65536):
            if relay.loses(data):
                lost.set()
                if not relay.after:
                    return
            to_server.write(data)
            await to_server.drain()

    async def down() -> None:
        while (data := await from_server.read(65536)) and not lost.is_set():
            writer.write(data)
            await writer.drain()

    ways = [asyncio.create_task(each) for each in (up(), down(), ended.wait())]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        to_server.close()
        await _gone(to_server)
