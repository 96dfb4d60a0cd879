"""The first words of a PostgreSQL client, before any message has a type: length, code, and what belongs to it.

https://www.postgresql.org/docs/18/protocol-message-formats.html: SSLRequest, GSSENCRequest, CancelRequest,
StartupMessage. A first byte of 0x16 begins TLS at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from struct import pack, unpack_from

SSL_REQUEST = pack("!ii", 8, 80877103)
YES, NO = b"S", b"N"
_TLS_HANDSHAKE = 0x16
_LONGEST = 10_000  # as PostgreSQL: MAX_STARTUP_PACKET_LENGTH


class Word(Enum):
    """What a client begins with; `PART`: it has not said enough yet."""

    PART = auto()
    TLS = auto()
    SSL_REQUEST = auto()
    GSS_REQUEST = auto()
    CANCEL = auto()
    STARTUP = auto()
    NONSENSE = auto()


_CODES = {80877102: Word.CANCEL, 80877103: Word.SSL_REQUEST, 80877104: Word.GSS_REQUEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A word, and how many bytes of what was said it takes."""

    word: Word
    length: int = 0


def hear(said: bytes | bytearray) -> Heard:
    """The first word of what a client has said so far."""
    if said and said[0] == _TLS_HANDSHAKE:
        return Heard(word=Word.TLS)
    if len(said) < 8:
        return Heard(word=Word.PART)
    length, code = unpack_from("!ii", said)
    if not 8 <= length <= _LONGEST:
        return Heard(word=Word.NONSENSE)
    if len(said) < length:
        return Heard(word=Word.PART)
    return Heard(word=_CODES.get(code, Word.STARTUP), length=length)


def refusal(startup: bytes, host: str) -> bytes:
    """PostgreSQL's ErrorResponse to a StartupMessage without TLS where only TLS is let in, as on Aurora."""
    fields = startup[8:].split(b"\0")
    asked = dict(zip(fields[::2], fields[1::2], strict=False))
    user = asked.get(b"user", b"").decode(errors="replace")
    database = asked.get(b"database", b"").decode(errors="replace") or user
    text = f'no pg_hba.conf entry for host "{host}", user "{user}", database "{database}", no encryption'
    told = b"".join(
        kind + value.encode() + b"\0"
        for kind, value in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", "28000"), (b"M", text))
    )
    return b"E" + pack("!i", len(told) + 5) + told + b"\0"
