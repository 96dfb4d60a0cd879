"""What a client says before its first message, and whether it goes on in TLS; from then on, what is said in it.

SSLRequest ──> asks the server, which knows no TLS and says N ──> YES ──> handshake ──> StartupMessage
TLS at once ─> asks the server, too, so that a frozen one is silent ────> handshake ──> StartupMessage
GSSENCRequest ──> NO, and the client says something else
StartupMessage ──> refused in plain where TLS is required, else passed on; so is CancelRequest
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from lab.forwarder import greeting
from lab.forwarder.greeting import Heard, Word
from lab.forwarder.tls import PROTOCOL, Tls

if TYPE_CHECKING:
    from lab.forwarder.client import Client


class Negotiation:
    """One client's; `asked`: the server's next word is the answer to whether there is TLS.

    Over at once on a route without `tls`. Keeps what the client says early, until there is a server to pass it on to.
    """

    def __init__(self, client: Client) -> None:
        self.client, self.route = client, client.route
        self.over = self.route.tls is None
        self.asked = self.direct = False
        self.early = bytearray()
        self.tls: Tls | None = None

    def hear(self, data: bytes) -> None:
        """Take in what the client said, and pass it on if it may be by now."""
        if self.tls:
            shaking_hands = not self.tls.established
            try:
                data = self.tls.receive(data)
            except ssl.SSLError:
                self.client.pace.carry(self.tls.take())  # an alert that says why
                self.client.break_off(reset=False)
                return
            if shaking_hands and (words := self.tls.take()):
                self.client.pace.carry(words)
            if not data:
                return
        if self.over and self.client.other is not None:
            self.client.other.write(data)
        else:
            self.early += data
            self.listen()

    def listen(self) -> None:
        """Understand what the client said so far, once there is somebody to pass it on to."""
        server = self.client.other
        while server is not None and self.early and not (self.over or self.asked):
            heard = greeting.hear(self.early)
            if heard.word is Word.PART:
                return
            if heard.word in {Word.TLS, Word.SSL_REQUEST} and self.tls is None:
                del self.early[: heard.length]
                self.asked, self.direct = True, heard.word is Word.TLS
                server.write(greeting.SSL_REQUEST)
            elif heard.word is Word.GSS_REQUEST:
                del self.early[: heard.length]
                self.client.send(greeting.NO)
            elif self._unwelcome(heard):
                self.client.break_off()
                return
            elif heard.word is Word.STARTUP and self.tls is None and self.route.tls_required:
                self._refuse()
                return
            else:
                self.over = True
        if server is not None and self.over and self.early:
            server.write(bytes(self.early))
            self.early.clear()

    def answered(self, answer: bytes) -> None:
        """The server answers, and knows no TLS: so we grant it."""
        self.asked = False
        # Plain words behind a request for TLS may be anybody's.
        if answer != greeting.NO or self.route.tls is None or (self.early and not self.direct):
            self.client.break_off()
            return
        if not self.direct:
            self.client.pace.carry(greeting.YES)
        self.tls = Tls(self.route.tls)
        if self.early:
            said = bytes(self.early)
            self.early.clear()
            self.hear(said)

    def wrapped(self, data: bytes) -> bytes:
        """What to write for the client to read this."""
        return self.tls.send(data) if self.tls else data

    def farewell(self) -> bytes:
        """What to write last."""
        return self.tls.close() if self.tls else b""

    def _unwelcome(self, heard: Heard) -> bool:
        """Whether it is nonsense, or TLS from the start of which it does not say that it is PostgreSQL's."""
        wrong = self.direct and self.tls is not None and self.tls.protocol != PROTOCOL
        return wrong or heard.word in {Word.NONSENSE, Word.TLS, Word.SSL_REQUEST}

    def _refuse(self) -> None:
        transport = self.client.transport
        host = transport.get_extra_info("peername")[0] if transport else ""
        self.client.send(greeting.refusal(bytes(self.early), host))
        self.client.break_off(reset=False)
