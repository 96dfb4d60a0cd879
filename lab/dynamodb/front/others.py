"""Every service but DynamoDB: moto's own answers, from threads beside the event loop."""

from __future__ import annotations

import asyncio
import io
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import web
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

log = logging.getLogger("lab.dynamodb")

_OURS = frozenset({"content-length", "connection", "date", "server", "transfer-encoding"})


class Others:
    """moto's WSGI application, asked from an asyncio server; one request at a time, as moto takes a lock anyway."""

    def __init__(self) -> None:
        """Make moto's dispatcher."""
        self._application = DomainDispatcherApplication(create_backend_app)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lab-others")

    async def answer(self, request: web.BaseRequest, raw: bytes) -> web.Response:
        """The answer of the service that the request was signed for."""
        loop = asyncio.get_running_loop()
        status, headers, body = await loop.run_in_executor(self._thread, self._asked, _environ(request, raw))
        answer = web.Response(status=status, body=body)
        for name, value in headers:
            if name.lower() not in _OURS:
                answer.headers[name] = value
        return answer

    def warm(self) -> None:
        """Have moto load what its first answers take tenths of a second for, which would hold up DynamoDB's."""
        for service in ("fis", "cloudwatch"):
            scope = f"AWS4-HMAC-SHA256 Credential=any/20250101/us-east-1/{service}/aws4_request, SignedHeaders=host"
            path = {"fis": "/actions"}.get(service, "/")
            environ = _variables("GET", path, "", "localhost", b"") | {"HTTP_AUTHORIZATION": scope}
            self._asked(environ | {"QUERY_STRING": "Action=DescribeAlarms" if service == "cloudwatch" else ""})

    def close(self) -> None:
        """Answer nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _asked(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            started[:] = [int(status.split(" ", 1)[0]), headers]

        try:
            chunks = self._application(environ, start_response)
            body = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
        except Exception:
            log.exception("%s %s could not be answered", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return 500, [], b"The lab failed; its log says how."
        status, headers = started
        return status, headers, body


def _environ(request: web.BaseRequest, raw: bytes) -> dict[str, Any]:
    environ = _variables(request.method, request.path, request.query_string, request.host, raw)
    environ |= {"RAW_URI": request.raw_path, "REQUEST_URI": request.raw_path, "REMOTE_ADDR": request.remote or ""}
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


def _variables(method: str, path: str, query: str, host_and_port: str, raw: bytes) -> dict[str, Any]:
    """What WSGI (PEP 3333) says of any request."""
    host, _, port = host_and_port.partition(":")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "RAW_URI": path,
        "REQUEST_URI": path,
        "HTTP_HOST": host_and_port,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(raw),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
