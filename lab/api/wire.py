"""moto's HTTP server, quiet and quick: werkzeug's threads around moto's dispatcher.

Seams: werkzeug's server and handler are subclassed for three things that a development server does not do,
namely connections that stay open (boto3 otherwise opens one per call), silence on stdout and stderr (all goes
to logging), and an end: closing cuts the connections that are open. moto's dispatcher is subclassed for one:
it lists a directory and tries hundreds of patterns per request to find a host's service, which is now done
once per host.
"""

from __future__ import annotations

import io
import logging
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import ThreadedWSGIServer

log = logging.getLogger("lab.api")


class _Dispatcher(DomainDispatcherApplication):  # type: ignore[misc]  # mypy skips moto
    """Finds each host's service once; moto calls it under a lock of its own."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # mypy skips moto
    """Reads a request whole before it is answered, and keeps the connection open after."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the client's delayed ACK of the headers
    wbufsize = -1  # one segment for headers and body

    def run_wsgi(self) -> None:
        """Answer one request; an error of ours is a 500, and its traceback goes to the log."""
        environ = self.make_environ()
        length = self.headers.get("Content-Length")
        if length is not None:
            environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(length)))
        elif environ.get("wsgi.input_terminated"):  # chunked: werkzeug has put its decoder there
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read())
        else:
            environ["wsgi.input"] = io.BytesIO()
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            started[:] = [status, headers]

        try:
            chunks = self.server.app(environ, start_response)
            body = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
            status, headers = started
        except Exception:
            log.exception("%s %s could not be answered", self.command, self.path)
            status, headers, body = "500 Internal Server Error", [], b"The lab failed; its log says how."
        self._answer(status, headers, body)

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in {"content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        head = self.command == "HEAD"
        told = next((value for name, value in headers if name.lower() == "content-length"), len(body))
        self.send_header("Content-Length", str(told if head else len(body)))
        self.end_headers()
        self.wfile.write(b"" if head else body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", _size: int | str = "-") -> None:
        log.debug("%s %s %s", self.command, self.path, code)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        log.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)


class HttpServer(ThreadedWSGIServer):
    """Serves moto on a listening socket, from a daemon thread, until closed."""

    def __init__(self, listening: socket.socket) -> None:
        """Serve on this socket, which is bound, listening, and from now on ours."""
        host, port = listening.getsockname()[:2]
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        with listening:
            super().__init__(host, port, _Dispatcher(), handler=_Handler, fd=listening.fileno())
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.03}, name="lab-api", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more and cut what is open."""
        self.shutdown()
        self._thread.join()
        with self._guard:
            still_open = list(self._open)
        for connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember what is open."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget what was closed."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # socketserver's shape
        """Log what socketserver would print; it calls this while it handles the exception."""
        log.error("a connection from %s broke", client_address, exc_info=sys.exc_info())

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Log what werkzeug would print."""
        log.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)
