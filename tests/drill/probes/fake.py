"""A server that speaks just enough of PostgreSQL's protocol to say what a real one says only when it dies.

Message formats: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drill.targets.postgres import Address

Error = tuple[str, str, str]
"""Severity, SQLSTATE, words."""

HANG_UP: Error = ("", "", "")
"""No words: the connection ends."""


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _error(said: Error) -> bytes:
    severity, code, words = said
    fields = ("S" + severity, "V" + severity, "C" + code, "M" + words)
    return _message(b"E", b"".join(field.encode() + b"\0" for field in fields) + b"\0")


_READY = _message(b"Z", b"I")
_COLUMNS = b"".join(
    name + b"\0" + struct.pack("!ihihih", 0, 0, kind, -1, -1, 0) for name, kind in ((b"w", 25), (b"r", 16))
)
_WHO = (
    _message(b"T", struct.pack("!h", 2) + _COLUMNS)
    + _message(b"D", struct.pack("!h", 2) + struct.pack("!i", 4) + b"fake" + struct.pack("!i", 1) + b"f")
    + _message(b"C", b"SELECT 1\0")
)


@asynccontextmanager
async def saying(*, entering: Error | None = None, answering: Error | None = None) -> AsyncIterator[Address]:
    """A server that turns clients away with `entering`, or lets them in and meets their statement with `answering`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(struct.unpack("!i", await reader.readexactly(4))[0] - 4)
            if entering is not None:
                writer.write(b"" if entering == HANG_UP else _error(entering))
                return
            writer.write(_message(b"R", struct.pack("!i", 0)) + _message(b"S", b"client_encoding\0UTF8\0") + _READY)
            while True:
                _, length = struct.unpack("!ci", await reader.readexactly(5))
                asked = await reader.readexactly(length - 4)
                if b"aurora" in asked:
                    writer.write(_WHO + _READY)
                    continue
                if answering is not None and answering != HANG_UP:
                    writer.write(_error(answering) + (_READY if answering[0] == "ERROR" else b""))
                return
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()

    door = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with door:
        port = door.sockets[0].getsockname()[1]
        yield Address(host="127.0.0.1", port=port, user="u", password="", dbname="d", sslmode="disable")
