"""The forwarder speaks TLS to PostgreSQL's clients in the place of a server that cannot."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import certificates
from lab.forwarder import greeting
from lab.forwarder.process import Forwarder
from lab.processes import wait_until
from tests.lab.forwarder.conftest import DEADLINE_S, Address, Connect, received

SSL_REQUEST = pack("!ii", 8, 80877103)
GSS_REQUEST = pack("!ii", 8, 80877104)
CANCEL = pack("!iiii", 16, 80877102, 1234, 5678)
STARTUP = pack("!ii", 31, 3 << 16) + b"user\0me\0database\0shop\0\0"


class Plain:
    """A server as PostgreSQL without TLS: it says N to whoever wants it, and repeats all else."""

    def __init__(self) -> None:
        """Listen."""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address: Address = self.listening.getsockname()
        self.heard = bytearray()
        self.mute = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while data := connection.recv(65_536):
                self.heard += data
                if self.mute.is_set():
                    continue
                connection.sendall(b"N" if data == SSL_REQUEST else data)
                if data == b"leave":
                    return

    def close(self) -> None:
        """Go away; to close alone would leave who waits in `accept` to take one more."""
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


@pytest.fixture
def server(stack: ExitStack) -> Plain:
    """Such a server."""
    up = Plain()
    stack.callback(up.close)
    return up


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lab's certificates."""
    folder = tmp_path_factory.mktemp("tls") / "tls"
    certificates.make(folder, name="t-tls", hosts=["127.0.0.1", "127.0.10.1"])
    return folder


@pytest.fixture
def tls(certificate: Path) -> dict[str, Any]:
    """What a route is told of TLS."""
    return {"certificate": str(certificate / "server.pem"), "key": str(certificate / "server.key"), "required": True}


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    """A client's, who verifies in full."""
    return ssl.create_default_context(cafile=str(certificate / "ca.pem"))


@pytest.fixture
def upgrade(connect: Connect, trust: ssl.SSLContext, stack: ExitStack) -> Callable[[], ssl.SSLSocket]:
    """Connect as PostgreSQL's clients do: ask for TLS, and go on in it."""

    def connected() -> ssl.SSLSocket:
        client = connect()
        client.sendall(SSL_REQUEST)
        assert received(client, 1) == b"S"
        return stack.enter_context(trust.wrap_socket(client, server_hostname="127.0.0.1"))

    return connected


def test_who_asks_for_tls_gets_it(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], upgrade: Callable[[], ssl.SSLSocket]
) -> None:
    """With a certificate that verifies for the address; the server hears in plain what the client says in TLS."""
    forwarder.route(address, server.address, tls=tls)
    client = upgrade()
    client.sendall(STARTUP)
    assert received(client, len(STARTUP)) == STARTUP
    assert bytes(server.heard) == SSL_REQUEST + STARTUP
    for length in (1, 16_383, 16_384, 16_385, 200_000):  # around a record's, and many at once
        sent = bytes(range(256)) * (length // 256) + b"." * (length % 256)
        client.sendall(sent)
        assert received(client, length) == sent


def test_an_end_can_be_told_from_a_cut(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], upgrade: Callable[[], ssl.SSLSocket]
) -> None:
    """A server that closes says goodbye, in TLS too: without it reading would raise."""
    forwarder.route(address, server.address, tls=tls)
    client = upgrade()
    client.sendall(STARTUP)
    assert received(client, len(STARTUP)) == STARTUP
    client.sendall(b"leave")
    assert received(client, 100) == b"leave"


def test_tls_from_the_first_byte_is_for_postgresql_alone(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect, trust: ssl.SSLContext
) -> None:
    """As sslnegotiation=direct does it; who does not say that it speaks PostgreSQL's protocol is cut off."""
    forwarder.route(address, server.address, tls=tls)
    with trust.wrap_socket(connect(), server_hostname="127.0.0.1") as stranger:
        stranger.sendall(STARTUP)
        with suppress(ConnectionResetError):
            assert received(stranger, 1) == b""
    assert STARTUP not in server.heard
    trust.set_alpn_protocols(["postgresql"])
    with trust.wrap_socket(connect(), server_hostname="127.0.0.1") as client:
        client.sendall(STARTUP)
        assert received(client, len(STARTUP)) == STARTUP


def test_who_asks_for_no_tls_is_refused_as_on_aurora(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect
) -> None:
    """By the words and the code of rds.force_ssl=1, and the server hears nothing of it."""
    forwarder.route(address, server.address, tls=tls)
    client = connect()
    client.sendall(STARTUP)
    answered = received(client, 1000)
    assert answered[:1] == b"E"
    assert int.from_bytes(answered[1:5], "big") == len(answered) - 1
    assert b"SFATAL\0" in answered
    assert b"C28000\0" in answered
    assert b'no pg_hba.conf entry for host "127.0.0.1", user "me", database "shop", no encryption\0' in answered
    assert not server.heard


def test_where_none_is_required_both_are_welcome(
    forwarder: Forwarder,
    address: Address,
    server: Plain,
    tls: dict[str, Any],
    connect: Connect,
    upgrade: Callable[[], ssl.SSLSocket],
) -> None:
    """As with rds.force_ssl=0."""
    forwarder.route(address, server.address, tls=tls | {"required": False})
    for client in (connect(), upgrade()):
        client.sendall(STARTUP)
        assert received(client, len(STARTUP)) == STARTUP


def test_a_cancel_request_passes_in_plain_and_in_tls(
    forwarder: Forwarder,
    address: Address,
    server: Plain,
    tls: dict[str, Any],
    connect: Connect,
    upgrade: Callable[[], ssl.SSLSocket],
) -> None:
    """As libpq sends it: either way."""
    forwarder.route(address, server.address, tls=tls)
    for client in (connect(), upgrade()):
        client.sendall(CANCEL)
        assert received(client, len(CANCEL)) == CANCEL


def test_gss_is_declined_and_the_next_word_heard(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect, trust: ssl.SSLContext
) -> None:
    """A client with a Kerberos ticket asks for that first."""
    forwarder.route(address, server.address, tls=tls)
    client = connect()
    client.sendall(GSS_REQUEST)
    assert received(client, 1) == b"N"
    client.sendall(SSL_REQUEST)
    assert received(client, 1) == b"S"
    with trust.wrap_socket(client, server_hostname="127.0.0.1") as encrypted:
        encrypted.sendall(STARTUP)
        assert received(encrypted, len(STARTUP)) == STARTUP


def test_words_in_plain_behind_a_request_for_tls_are_refused(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect
) -> None:
    """Somebody in between may have put them there."""
    forwarder.route(address, server.address, tls=tls)
    client = connect()
    client.sendall(SSL_REQUEST + STARTUP)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert STARTUP not in server.heard


def test_a_server_that_is_gone_is_gone_in_tls_too(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect
) -> None:
    """Its clients are reset at once, before anything is granted."""
    server.close()
    forwarder.route(address, server.address, tls=tls)
    client = connect()
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_a_server_that_says_nothing_is_silent_in_tls_too(
    forwarder: Forwarder, address: Address, server: Plain, tls: dict[str, Any], connect: Connect
) -> None:
    """TLS is granted once the server has answered: nobody takes a frozen one for one that is up."""
    server.mute.set()
    forwarder.route(address, server.address, tls=tls)
    client = connect()
    client.sendall(SSL_REQUEST)
    wait_until(lambda: bytes(server.heard) == SSL_REQUEST, deadline_s=DEADLINE_S, what="the server to be asked")
    client.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.recv(1)


def test_only_its_owner_reads_the_key(certificate: Path) -> None:
    """And the authority's own is kept by nobody."""
    assert (certificate / "server.key").stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in certificate.iterdir()) == ["ca.pem", "server.key", "server.pem"]


def test_every_lab_has_an_authority_of_its_own(tmp_path: Path, certificate: Path) -> None:
    """Who trusts one lab trusts no other."""
    certificates.make(tmp_path, name="t-tls", hosts=["127.0.0.1"])
    assert (tmp_path / "ca.pem").read_bytes() != (certificate / "ca.pem").read_bytes()


@given(st.sampled_from([SSL_REQUEST, GSS_REQUEST, CANCEL, STARTUP]), st.binary(max_size=20), st.integers(0, 100))
def test_a_word_is_heard_once_it_is_complete(said: bytes, more: bytes, cut: int) -> None:
    """Not before, and whatever follows it changes nothing."""
    whole = greeting.hear(said + more)
    assert whole.length == len(said)
    if cut < len(said):
        assert greeting.hear(said[:cut]).word is greeting.Word.PART


@given(st.binary(max_size=64))
def test_nothing_a_stranger_says_breaks_the_greeting(said: bytes) -> None:
    """It is a word, a part of one, or nonsense; a refusal can be made of whatever takes itself for a beginning."""
    heard = greeting.hear(said)
    assert heard.length <= len(said)
    if heard.word is greeting.Word.STARTUP:
        assert greeting.refusal(said, "127.0.0.1").endswith(b"\0\0")
