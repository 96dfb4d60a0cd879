"""What a line of the control stream says of one address."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, Any

from lab.forwarder.pace import Pacing
from lab.forwarder.tls import context_of

if TYPE_CHECKING:
    from lab.forwarder.client import Client

Host = tuple[str, int]


class Route:
    """One listening address and where connections to it go now."""

    def __init__(self) -> None:
        self.destinations: deque[Host] = deque()
        self.pacing = Pacing()
        self.refuse_one_in = 0
        self.tls: ssl.SSLContext | None = None
        self.tls_required = False
        self.clients: set[Client] = set()
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
