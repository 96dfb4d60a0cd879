"""Whoever must be refused is: without TLS by the server, and a server that nobody vouches for by ourselves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from drill.probes.server.ping import pings
from drill.probes.server.transport import NOBODY, plaintext, strange_authority
from drill.targets.postgres import Address
from lab import certificates
from lab.forwarder.process import Forwarder
from tests.drill.probes.server import LOCKED, Server, free_port, wait_until

Tls = Callable[..., Address]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lab's certificates."""
    folder = tmp_path_factory.mktemp("certificates") / "tls"
    certificates.make(folder, name="t-transport", hosts=["127.0.0.1"])
    return folder


@pytest.fixture
def tls(postgres: Server, certificate: Path, tmp_path: Path) -> Iterator[Tls]:
    """An endpoint that speaks TLS before the server that cannot."""
    forwarder = Forwarder(tmp_path / "forwarder")
    forwarder.start()

    def tls(*, required: bool = True, user: str = "postgres", authority: Path | None = None) -> Address:
        port = free_port()
        keys = {"certificate": str(certificate / "server.pem"), "key": str(certificate / "server.key")}
        forwarder.route(("127.0.0.1", port), ("127.0.0.1", postgres.port), tls={**keys, "required": required})
        trusted = str(authority or certificate / "ca.pem")
        address = replace(postgres.address, port=port, user=user, sslmode="verify-full", sslrootcert=trusted)
        # A route is told to the forwarder's process, which opens it in its own time.
        wait_until(lambda: _listens(port), "the endpoint listens")
        return address

    yield tls
    assert forwarder.process is not None
    assert forwarder.process.stdin is not None
    forwarder.process.stdin.close()  # it ends with whoever tells it routes
    forwarder.process.wait(10)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_an_endpoint_that_wants_tls_refuses_who_has_none(tls: Tls) -> None:
    """In the server's own words, which name no password."""
    found = plaintext(tls(), "writer")
    assert (found["subject"], found["name"]) == ("plaintext", "writer")
    assert str(found["value"]).startswith("refused: ")
    assert "no encryption" in str(found["value"])


def test_an_endpoint_that_takes_anybody_is_noticed(tls: Tls, postgres: Server) -> None:
    """Whether TLS is merely on offer, or there is none at all."""
    assert plaintext(tls(required=False), "writer")["value"] == "accepted"
    assert plaintext(postgres.address, "alone")["value"] == "accepted"


def test_no_password_is_sent_in_the_clear(tls: Tls) -> None:
    """A server that asks for one has taken us without TLS; it gets none, and logs no failed login."""
    assert plaintext(tls(required=False, user=LOCKED), "writer")["value"] == "accepted"


def test_a_strange_authority_is_refused_by_ourselves(tls: Tls) -> None:
    """The same endpoint is let pass by its own."""
    address = tls()
    assert pings(address, "writer")["encrypted"].to_list() == [True]
    found = strange_authority(address, "writer")
    assert found["subject"] == "strange authority"
    assert str(found["value"]).startswith("refused: ")
    assert "certificate verify failed" in str(found["value"])


def test_a_server_without_tls_is_no_proof_of_verification(postgres: Server) -> None:
    """That nobody was let in says nothing: no certificate was shown."""
    found = strange_authority(postgres.address, "alone")
    assert str(found["value"]).startswith("unclear: ")


def test_an_endpoint_that_is_not_there_refuses_nobody() -> None:
    """Silence and a closed port are no refusal of plaintext."""
    gone = Address(host="127.0.0.1", port=free_port(), user="app", password="hidden-word", dbname="app")
    for found in (plaintext(gone, "writer"), strange_authority(gone, "writer")):
        assert str(found["value"]).startswith("unclear: ")
        assert "hidden-word" not in str(found["value"])


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    """The try ends by its deadline."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken: list[socket.socket] = []
        thread = threading.Thread(target=lambda: taken.append(listening.accept()[0]))
        thread.start()
        mute = Address(
            host="127.0.0.1", port=listening.getsockname()[1], user="app", password="hidden-word", dbname="app"
        )
        found = plaintext(mute, "writer", deadline_s=0.3)
        thread.join(5)
        for each in taken:
            each.close()
    assert found["value"] == "unclear: no answer within 0.3 s"


def test_the_strange_authority_is_one_that_could_vouch() -> None:
    """It is read as an authority, so that it is refused for what it is, and not as rubbish."""
    assert ssl.create_default_context(cadata=NOBODY).cert_store_stats()["x509_ca"] == 1
