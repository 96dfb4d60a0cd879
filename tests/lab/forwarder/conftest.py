"""A forwarder process between real clients and tiny servers."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from lab.forwarder.process import Forwarder
from lab.processes import wait_until

Address = tuple[str, int]
DEADLINE_S = 10.0
RESET = b"reset"
LEAVE = b"leave"


class Echo:
    """Says its name to every client, and then what the client says; resets or ends the connection when told to."""

    def __init__(self, name: bytes) -> None:
        """Listen."""
        self.name = name
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address: Address = self.listening.getsockname()
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(self.name)
            while data := connection.recv(65_536):
                if data == RESET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()
                connection.sendall(data)
                if data == LEAVE:
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Go away."""
        for each in (self.listening, *self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is closed when the test is over, the last first."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def forwarder(tmp_path: Path) -> Iterator[Forwarder]:
    """The process."""
    up = Forwarder(tmp_path)
    up.start()
    assert up.process is not None
    yield up
    assert up.process.stdin is not None
    with suppress(BrokenPipeError):
        up.process.stdin.close()
    up.process.wait(DEADLINE_S)


@pytest.fixture
def echo(stack: ExitStack) -> Callable[[bytes], Echo]:
    """Make such a server."""

    def make(name: bytes) -> Echo:
        server = Echo(name)
        stack.callback(server.close)
        return server

    return make


@pytest.fixture
def address() -> Address:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        host, port = chosen.getsockname()
        return host, port


@pytest.fixture
def connect(stack: ExitStack, address: Address) -> Callable[[], socket.socket]:
    """Connect to the forwarder, once it listens."""

    def attempt() -> socket.socket | None:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(address, timeout=DEADLINE_S)
        return None

    def connected() -> socket.socket:
        found: list[socket.socket] = []

        def there() -> bool:
            found.extend(filter(None, [attempt()]))
            return bool(found)

        wait_until(there, deadline_s=DEADLINE_S, what="the forwarder to listen")
        return stack.enter_context(found[0])

    return connected


def received(client: socket.socket, length: int) -> bytes:
    """Exactly so many bytes, or fewer where the connection ends first."""
    data = bytearray()
    while len(data) < length and (part := client.recv(length - len(data))):
        data += part
    return bytes(data)


def leads_to(connect: Callable[[], socket.socket], name: bytes) -> None:
    """Wait until new connections get to that server: a line for the forwarder takes a moment to arrive."""
    wait_until(lambda: received(connect(), len(name)) == name, deadline_s=DEADLINE_S, what=f"a route to {name!r}")


Make = Callable[[bytes], Echo]
Connect = Callable[[], socket.socket]
