"""Refuse to the client what the server has done: the sabotage `false-refusal`, on PostgreSQL's own protocol.

Server messages are a type byte, four bytes of length (that count themselves), and a body. Now and then the
CommandComplete of an INSERT is replaced by the ErrorResponse of a serialization failure.
"""

from __future__ import annotations

ERROR = b"SERROR\0VERROR\0C40001\0Mcould not serialize access\0\0"
NO, *YES = b"NSG"
"""Bare bytes that answer requests for TLS or GSS before the first message; after a yes all is encrypted."""

REFUSAL = b"E" + (len(ERROR) + 4).to_bytes(4, "big") + ERROR


class Refuser:
    """Follows one connection's server messages across the boundaries of reads."""

    def __init__(self) -> None:
        self.seen = 0
        self.rest = b""
        self.negotiating = True
        self.encrypted = False

    def alter(self, data: bytes, *, one_in: int) -> bytes:
        """The same messages, but one INSERT's completion in `one_in` refused; a part message waits for its rest."""
        data, position, altered = self.rest + data, 0, bytearray()
        while self.negotiating and position < len(data):
            self.encrypted = data[position] in YES
            self.negotiating = data[position] == NO
            position += self.negotiating
        if self.encrypted:
            return data
        altered += data[:position]
        while len(data) - position >= 5:
            end = position + 1 + int.from_bytes(data[position + 1 : position + 5], "big")
            if end > len(data):
                break
            altered += self._message(data[position:end], one_in)
            position = end
        self.rest = data[position:]
        return bytes(altered)

    def _message(self, message: bytes, one_in: int) -> bytes:
        if not message.startswith(b"C") or b"INSERT" not in message:
            return message
        self.seen += 1
        return REFUSAL if self.seen % one_in == 0 else message
