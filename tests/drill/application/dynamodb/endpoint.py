"""An endpoint that speaks DynamoDB's protocol and answers as a test tells it; it keeps no items."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from drill.items import Place

SILENT = "silent"
"""No answer, nothing closed, until the endpoint ends."""
CUT = "cut"
"""The connection ends without an answer."""

Reply = tuple[int, dict[str, Any]] | str
OK: Reply = (200, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A call that came in."""

    operation: str
    body: dict[str, Any]
    region: str
    at_s: float


Answers = Callable[[Heard], Reply]


def refused(code: str, *, status: int = 400, **fields: Any) -> Reply:
    """An error as DynamoDB writes it."""
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "said the test", **fields}


def in_turn(*replies: Reply) -> Answers:
    """One after the other; the last one again and again."""
    left = list(replies)
    lock = threading.Lock()

    def answers(_heard: Heard) -> Reply:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return answers


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """The endpoint at work; `answers` may be changed at any time."""

    url: str
    answers: Answers
    heard: list[Heard] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def place(self, **changes: Any) -> Place:
        """Where it is; a call may take a fifth of the deadline, which a busy machine may need."""
        told: dict[str, Any] = {"deadline_s": 2.0, "accounts_table": "accounts", "ledger_table": "ledger"}
        return Place(region="us-east-1", endpoint_url=self.url, **{**told, **changes})

    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [each.operation for each in self.heard]


@contextmanager
def listening(answers: Answers) -> Iterator[Endpoint]:
    """Answer on a port of one's own for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers["Authorization"])
            heard = Heard(
                operation=self.headers["X-Amz-Target"].partition(".")[2],
                body=json.loads(body),
                region=region[1] if region else "",
                at_s=time.monotonic(),
            )
            endpoint.heard.append(heard)
            reply = endpoint.answers(heard)
            if isinstance(reply, str):
                if reply == SILENT:
                    endpoint.over.wait()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, said = reply
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that went away is no error here
    endpoint = Endpoint(url=f"http://127.0.0.1:{server.server_port}", answers=answers)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    serving.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        server.shutdown()
        server.server_close()
        serving.join()
