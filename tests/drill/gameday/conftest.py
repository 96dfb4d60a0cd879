"""Those whom a game day talks to: AWS's APIs by moto's server, and a webhook, both over real HTTP on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from drill.config import DynamoDBSettings

REGION = "eu-west-1"


def have_alarm(client: Any, name: str, state: str = "OK", reason: str = "made for a test") -> None:
    """Have an alarm in that state."""
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="shop",
        MetricName="errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """AWS behind an endpoint of its own."""

    url: str

    @property
    def session(self) -> boto3.Session:
        """One that it takes."""
        return boto3.Session(region_name=REGION, aws_access_key_id="any", aws_secret_access_key="any")

    @property
    def settings(self) -> DynamoDBSettings:
        """A target there, as drill.toml would describe it."""
        return DynamoDBSettings(kind="dynamodb", region=REGION, endpoint_url=self.url)

    def client(self, service: str) -> Any:
        """A client that nothing of drill's has made."""
        make: Any = self.session.client
        return make(service, endpoint_url=self.url)

    def alarm(self, name: str, state: str = "OK", reason: str = "") -> None:
        """Have an alarm in that state."""
        have_alarm(self.client("cloudwatch"), name, state, reason)


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """One for all tests, each of which uses names of its own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Aws(url=f"http://{host}:{port}")
    server.stop()


@dataclass(slots=True, kw_only=True)
class Received:
    """A stand-in for whoever is told over HTTP: what arrived, and what it answers, by turns the last for good."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    bodies: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    is_slow: bool = False

    @property
    def messages(self) -> list[Any]:
        """Each body as JSON."""
        return [json.loads(each) for each in self.bodies]


@contextmanager
def listening(path: str = "/services/T000/B000/secretpath") -> Iterator[Received]:
    """A server for the length of a block."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.paths.append(self.path)
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if received.is_slow:
                received.release.wait(30)
            status = received.answers[0] if len(received.answers) == 1 else received.answers.pop(0)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    received.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield received
    finally:
        received.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def received() -> Iterator[Received]:
    """A webhook's other end."""
    with listening() as received:
        yield received


@pytest.fixture
def said() -> list[str]:
    """What was said."""
    return []


@pytest.fixture
def say(said: list[str]) -> Callable[[str], None]:
    """Say it."""
    return said.append
