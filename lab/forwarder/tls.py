"""One TLS connection as its server sees it, in memory: bytes in, bytes out, no socket.

PostgreSQL's wheel speaks no TLS, so the lab's forwarders do. By hand and not by `loop.start_tls`, so that what has
been read already can be the beginning of it, and that a reset stays a reset.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

PROTOCOL = "postgresql"
"""What clients name when they begin with TLS at once (sslnegotiation=direct), and must."""
RECORD = 16_384


def context_of(certificate: str, key: str) -> ssl.SSLContext:
    """What all connections of a server have in common."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols([PROTOCOL])
    # As PostgreSQL: nobody resumes a session, so nobody needs a ticket.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    return context


class Tls:
    """The server's end; every method may leave bytes for the client in `take`, handshakes and alerts included."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.established = False

    @property
    def protocol(self) -> str | None:
        """What the client wants to speak, if it named anything that we speak."""
        return self._tls.selected_alpn_protocol()

    def receive(self, data: bytes) -> bytes:
        """What the client said; nothing while that is only a part. ssl.SSLError where it makes no sense."""
        self._incoming.write(data)
        plain = b""
        try:
            if not self.established:
                self._tls.do_handshake()
                self.established = True
            while self._incoming.pending:
                plain += self._tls.read(RECORD)
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass  # the rest is under way; or it says goodbye, and its end follows
        return plain

    def send(self, data: bytes) -> bytes:
        """What to write to the client for it to read this."""
        sent = self._tls.write(data)
        while sent < len(data):  # a record at a time
            sent += self._tls.write(data[sent:])
        return self._outgoing.read()

    def close(self) -> bytes:
        """What to write last, so that the client can tell the end from a cut."""
        with suppress(ssl.SSLError):  # it waits for the client's goodbye, and we do not
            self._tls.unwrap()
        return self.take()

    def take(self) -> bytes:
        """What there is to write to the client."""
        return self._outgoing.read()
