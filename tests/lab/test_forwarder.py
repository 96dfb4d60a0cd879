"""The forwarder process, between real clients and tiny servers."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from lab.processes import wait_until
from lab.tamper import REFUSAL
from lab.zone import Forwarder

Address = tuple[str, int]
DEADLINE_S = 10.0
RESET = b"reset"


class Echo:
    """Says its name to every client, and then what the client says; resets the connection when told RESET."""

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


def test_a_new_route_is_for_new_connections(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """The destination is chosen when a connection is made, and what is open is never cut."""
    one, two = echo(b"1"), echo(b"2")
    forwarder.route(address, one.address)
    client = connect()
    assert received(client, 1) == b"1"
    forwarder.route(address, two.address)
    leads_to(connect, b"2")
    client.sendall(b"still here")
    assert received(client, 10) == b"still here"


def test_several_destinations_take_turns(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """As a name with several addresses."""
    forwarder.route(address, *(echo(name).address for name in (b"1", b"2", b"3")))
    names = [received(connect(), 1) for _ in range(6)]
    assert sorted(names[:3]) == [b"1", b"2", b"3"]
    assert names[:3] == names[3:]


def test_what_the_server_says_can_be_late(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """By `delay_s` from the server to the client, on open connections too, and never out of order."""
    server = echo(b"1")
    forwarder.route(address, server.address)
    client = connect()
    assert received(client, 1) == b"1"

    def asked_s() -> float:
        began_s = time.monotonic()
        client.sendall(b"x")
        assert received(client, 1) == b"x"
        return time.monotonic() - began_s

    forwarder.route(address, server.address, delay_s=0.3)
    wait_until(lambda: asked_s() >= 0.3, deadline_s=DEADLINE_S, what="an answer that is late")
    client.sendall(b"first")
    forwarder.route(address, server.address)
    expected = b"first"
    for _ in range(100):
        client.sendall(b"then")
        expected += b"then"
    assert received(client, len(expected)) == expected
    wait_until(lambda: asked_s() < 0.3, deadline_s=DEADLINE_S, what="an answer in time")


def test_megabytes_pass_unchanged_and_a_slow_client_is_waited_for(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """What a client does not read stays with the server: the forwarder takes no more than it can pass on."""
    forwarder.route(address, echo(b"1").address)
    client = connect()
    assert received(client, 1) == b"1"
    sent = bytes(range(256)) * (256 << 10)  # 64 MiB: more than all buffers between the two take
    sending = threading.Thread(target=client.sendall, args=(sent,), daemon=True)
    sending.start()
    assert forwarder.process is not None
    process = psutil.Process(forwarder.process.pid)
    sizes: list[int] = []

    def steady() -> bool:
        sizes.append(process.memory_info().rss)
        return len(sizes) > 10 and len(set(sizes[-10:])) == 1

    wait_until(steady, deadline_s=DEADLINE_S, what="the forwarder to take no more")
    assert sending.is_alive()
    assert sizes[-1] < sizes[0] + (8 << 20)
    assert received(client, len(sent)) == sent
    sending.join(DEADLINE_S)


def test_a_client_is_reset_where_nobody_listens(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """There is nobody behind the address, which shows as a reset."""
    gone = echo(b"1")
    gone.close()
    forwarder.route(address, gone.address)
    with pytest.raises(ConnectionResetError):
        connect().recv(1)
    forwarder.route(address)
    with pytest.raises(ConnectionResetError):
        connect().recv(1)


def test_a_reset_stays_a_reset(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """A client of a server that knows nothing of it any more learns so."""
    server = echo(b"1")
    forwarder.route(address, server.address)
    client = connect()
    assert received(client, 1) == b"1"
    client.sendall(RESET)
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_an_end_stays_an_end(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """What a server says before it closes arrives, and then the end does."""
    server = echo(b"goodbye")
    forwarder.route(address, server.address)
    client = connect()
    wait_until(lambda: bool(server.open), deadline_s=DEADLINE_S, what="the connection")
    server.open[0].shutdown(socket.SHUT_RDWR)
    assert b"goodbye".startswith(received(client, 100))


def test_a_client_that_leaves_is_gone_for_the_server(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """No half of a connection stays behind."""
    server = echo(b"1")
    forwarder.route(address, server.address)
    client = connect()
    assert received(client, 1) == b"1"
    client.close()
    assert forwarder.process is not None
    process = psutil.Process(forwarder.process.pid)

    def held() -> list[Any]:
        return [each for each in process.net_connections("tcp") if each.status == psutil.CONN_ESTABLISHED]

    wait_until(lambda: not held(), deadline_s=DEADLINE_S, what="both halves to end")


def test_refusals_are_for_new_connections(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """A connection that is open is in the middle of a message as often as not."""
    begun = b"R" + (8).to_bytes(4, "big") + bytes(4)
    inserted = b"C" + (15).to_bytes(4, "big") + b"INSERT 0 1\0"
    server = echo(begun)
    forwarder.route(address, server.address)
    before = connect()
    assert received(before, len(begun)) == begun
    forwarder.route(address, server.address, refuse_one_in=1)

    def refused() -> bool:
        client = connect()
        assert received(client, len(begun)) == begun
        client.sendall(inserted)
        first = received(client, len(inserted))
        return first == REFUSAL[: len(inserted)]

    wait_until(refused, deadline_s=DEADLINE_S, what="a refusal")
    before.sendall(inserted)
    assert received(before, len(inserted)) == inserted


def test_it_ends_with_its_standard_input(tmp_path: Path) -> None:
    """Whoever started it may be killed, and it does not stay behind."""
    up = Forwarder(tmp_path)
    up.start()
    assert up.process is not None
    assert up.process.stdin is not None
    up.process.stdin.close()
    assert up.process.wait(DEADLINE_S) == 0


def test_a_new_process_is_told_all_routes(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """One that was killed is followed by one that knows as much, also what was said in between."""
    forwarder.route(address, echo(b"1").address)
    leads_to(connect, b"1")
    killed: subprocess.Popen[bytes] | None = forwarder.process
    assert killed is not None
    killed.kill()
    killed.wait(DEADLINE_S)
    assert not forwarder.is_running()
    forwarder.route(address, echo(b"2").address)
    assert killed.stdin is not None
    with suppress(BrokenPipeError):
        killed.stdin.close()
    forwarder.start()
    leads_to(connect, b"2")
