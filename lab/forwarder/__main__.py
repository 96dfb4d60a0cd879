"""The forwarder as a process: follows the lines on its standard input, and ends with it."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from functools import partial

import uvloop

from lab.forwarder.client import Client
from lab.forwarder.route import Host, Route


async def serve() -> None:
    """Follow the lines on standard input until it ends."""
    # Two sockets a connection, and a flood brings a thousand.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    routes: dict[Host, Route] = {}
    while line := await lines.readline():
        told = json.loads(line)
        host, port = told["listen"]
        route = routes.setdefault((host, port), Route())
        route.change(told)
        if route.server is None:
            route.server = await loop.create_server(partial(Client, route), host, port, backlog=1024)


if __name__ == "__main__":
    uvloop.run(serve())
