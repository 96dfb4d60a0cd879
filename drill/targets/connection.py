"""A connection whose calls can be ended from our side alone, without the server hearing of it.

psycopg answers the cancellation of a task with a cancel request to the server, which hangs where the server is
frozen (11 s were seen for a deadline of 1 s), and which ends a wait for synchronous replication, so that it is
itself a fault. So we shut down a copy of the socket: libpq then sees the end of the stream at once, and nothing
reaches the server.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any

import psycopg


class CuttableConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A connection that cuts its socket where psycopg would send a cancel request (a task's cancellation)."""

    was_cut = False
    """Whether the stream was ended by us; whatever the state says, no further call can work."""

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:  # noqa: ARG002, ASYNC109 - psycopg's signature
        """Send nothing; end the call from our side."""
        self.cut()

    def cut(self) -> None:
        """End the stream both ways, through a copy of the descriptor, since the original belongs to libpq."""
        self.was_cut = True
        # The connection may be gone by now (psycopg.Error), or its peer (OSError): then there is nothing to cut.
        with (
            contextlib.suppress(psycopg.Error, OSError),
            socket.socket(fileno=os.dup(self.fileno())) as copy,
        ):
            copy.shutdown(socket.SHUT_RDWR)
