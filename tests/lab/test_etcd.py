"""What Patroni keeps in etcd is read as it stands, and an answer that is none is not taken for one."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lab.etcd import Consensus, Etcd
from lab.layout import Layout


class Gateway(ThreadingHTTPServer):
    """etcd's JSON gateway, as far as the lab asks: a range of keys, and their deletion."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a port that is free."""
        super().__init__(("127.0.0.1", 0), Answering)
        self.keys: dict[str, str] = {}
        self.raw: tuple[int, bytes] | None = None
        self.connections = 0


class Answering(BaseHTTPRequestHandler):
    """One connection to it."""

    protocol_version = "HTTP/1.1"
    server: Gateway

    def setup(self) -> None:
        """Count the connections."""
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        """Answer as etcd 3.5 does."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, body = self.server.raw or (200, json.dumps(self.answer(asked)).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        """The gateway leaves out what is empty."""
        first = base64.b64decode(asked["key"]).decode()
        if self.path == "/v3/kv/deleterange":
            return {"deleted": "1"} if self.server.keys.pop(first, None) else {}
        assert self.path == "/v3/kv/range"
        end = base64.b64decode(asked["range_end"]).decode()
        found = sorted((key, value) for key, value in self.server.keys.items() if first <= key < end)
        return {"kvs": [{"key": encoded(key)} | ({"value": encoded(value)} if value else {}) for key, value in found]}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def encoded(text: str) -> str:
    """As the gateway carries bytes."""
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """The gateway, up."""
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def etcd(gateway: Gateway) -> Iterator[Etcd]:
    """What the lab asks it with."""
    layout = Layout.plan("lab")
    asking = Etcd(replace(layout, ports=replace(layout.ports, etcd=gateway.server_address[1])))
    yield asking
    asking.connection.close()


def test_the_keys_of_one_cluster_are_its_consensus(gateway: Gateway, etcd: Etcd) -> None:
    """The leader, and the leader and the readers of the synchronous quorum; another cluster's keys are not ours."""
    gateway.keys = {
        "/service/lab/leader": "lab-b",
        "/service/lab/initialize": "7300000000000000000",
        "/service/lab/sync": json.dumps({"leader": "lab-b", "quorum": 1, "sync_standby": "lab-a,lab-c"}),
        "/service/lab/members/lab-a": "{}",
        "/service/lab-2/leader": "lab-2-a",
        "/service/la/leader": "la-a",
    }
    assert etcd.consensus() == Consensus(leader="lab-b", quorum=frozenset({"lab-a", "lab-b", "lab-c"}))


def test_nothing_agreed_on_is_no_leader_and_no_quorum(etcd: Etcd) -> None:
    """As before the first instance has come up."""
    assert etcd.consensus() == Consensus(leader=None, quorum=frozenset())


@pytest.mark.parametrize("sync", ["", "{}", json.dumps({"leader": None, "sync_standby": None})])
def test_a_quorum_of_nobody_is_empty(gateway: Gateway, etcd: Etcd, sync: str) -> None:
    """However Patroni writes it."""
    gateway.keys = {"/service/lab/sync": sync}
    assert etcd.consensus().quorum == frozenset()


def test_the_leader_key_can_be_taken_away(gateway: Gateway, etcd: Etcd) -> None:
    """And nothing else goes with it."""
    gateway.keys = {"/service/lab/leader": "lab-a", "/service/lab/initialize": "1"}
    etcd.release_leader()
    assert etcd.consensus() == Consensus(leader=None, quorum=frozenset())


@pytest.mark.parametrize(
    "raw",
    [
        (503, b'{"error": "etcdserver: request timed out", "code": 14, "message": "etcdserver: request timed out"}'),
        (500, b"{}"),
        (200, b"<html>"),
    ],
)
def test_an_error_is_no_consensus(gateway: Gateway, etcd: Etcd, raw: tuple[int, bytes]) -> None:
    """It is an OSError, never a cluster without a leader; the next question is answered again."""
    gateway.keys = {"/service/lab/leader": "lab-a"}
    gateway.raw = raw
    with pytest.raises(OSError, match="etcd"):
        etcd.consensus()
    gateway.raw = None
    assert etcd.consensus().leader == "lab-a"


def test_one_connection_is_kept(gateway: Gateway, etcd: Etcd) -> None:
    """It is asked ten times a second."""
    for _ in range(5):
        etcd.consensus()
    assert gateway.connections == 1


def test_an_etcd_that_is_not_there_is_an_oserror() -> None:
    """Refused is refused."""
    with pytest.raises(ConnectionRefusedError):
        Etcd(Layout.plan("lab")).consensus()
