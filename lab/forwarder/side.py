"""What both halves of a carried connection do alike: pass on, wait for a slow other half, end as the other ended."""

from __future__ import annotations

import asyncio
import socket
from struct import pack

from lab.forwarder.route import Route


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
