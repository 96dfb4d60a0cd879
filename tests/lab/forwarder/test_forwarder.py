"""The forwarder process, between real clients and tiny servers."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from lab.forwarder.process import Forwarder
from lab.forwarder.tamper import REFUSAL
from lab.processes import wait_until
from tests.lab.forwarder.conftest import DEADLINE_S, LEAVE, RESET, Address, Connect, Make, leads_to, received


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


def test_the_end_is_as_late_as_what_came_before(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """A server's last words arrive before its end does, however late; on a lossy line they are lost with it."""
    server = echo(b"1")
    forwarder.route(address, server.address, delay_s=0.3)

    def last_words() -> bytes:
        client = connect()
        assert received(client, 1) == b"1"
        client.sendall(LEAVE)
        return received(client, 100)

    assert last_words() == LEAVE
    forwarder.route(address, server.address, delay_s=0.3, lossy=True)
    wait_until(lambda: last_words() == b"", deadline_s=DEADLINE_S, what="words to be lost")


def test_what_the_server_says_can_be_slow(forwarder: Forwarder, address: Address, echo: Make, connect: Connect) -> None:
    """By `bytes_per_s`, unchanged and in order; whoever feeds it is read no faster; what is left is free at once."""
    forwarder.route(address, echo(b"1").address, bytes_per_s=200_000)
    client = connect()
    assert received(client, 1) == b"1"
    sent = bytes(range(256)) * 400  # 100 kB
    began_s = time.monotonic()
    client.sendall(sent)
    assert received(client, len(sent)) == sent
    assert 0.4 < time.monotonic() - began_s < 2.0
    much = bytes(range(256)) * (32 << 10)  # 8 MiB: 42 seconds of it
    sending = threading.Thread(target=client.sendall, args=(much,), daemon=True)
    sending.start()
    assert received(client, 1000) == much[:1000]
    forwarder.route(address, *forwarder.routes[address]["to"])
    began_s = time.monotonic()
    assert received(client, len(much) - 1000) == much[1000:]
    assert time.monotonic() - began_s < 10
    sending.join(DEADLINE_S)


def test_a_cut_line_is_silent_and_closes_nothing(
    forwarder: Forwarder, address: Address, echo: Make, connect: Connect
) -> None:
    """Nothing passes either way; what was sent meanwhile arrives afterwards, an end too; who is new waits as well."""
    server = echo(b"1")
    forwarder.route(address, server.address)
    client, leaving = connect(), connect()
    assert received(client, 1) + received(leaving, 1) == b"11"
    wait_until(lambda: len(server.open) == 2, deadline_s=DEADLINE_S, what="both connections")
    forwarder.route(address, server.address, cut=True)
    wait_until(lambda: is_silent(client), deadline_s=DEADLINE_S, what="silence")
    client.sendall(b"meanwhile")
    new = connect()
    server.open[1].shutdown(socket.SHUT_RDWR)
    assert is_silent(client)
    assert is_silent(leaving)
    assert is_silent(new)
    assert len(server.open) == 2, "nobody new gets through"
    forwarder.route(address, server.address)
    answered = received(client, len(b"meanwhile") + 1)
    assert answered.endswith(b"meanwhile")
    assert received(new, 1) == b"1"
    assert received(leaving, 1) == b"", "its end"


def is_quiet(client: socket.socket) -> bool:
    """Whether a client that says nothing hears nothing for a moment, not even an end."""
    client.settimeout(0.2)
    try:
        with suppress(TimeoutError):
            client.recv(1)
            return False
        return True
    finally:
        client.settimeout(DEADLINE_S)


def is_silent(client: socket.socket, *, for_s: float = 0.3) -> bool:
    """Whether a client says something and hears neither an answer nor an end."""
    client.settimeout(for_s)
    try:
        with suppress(TimeoutError):
            client.sendall(b"?")
            client.recv(1)
            return False
        return True
    finally:
        client.settimeout(DEADLINE_S)


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
    client = connect()
    assert received(client, len(begun)) == begun
    client.sendall(inserted[:3])
    assert is_quiet(client), "a part of a message waits for its rest"
    client.sendall(inserted[3:])
    assert received(client, len(REFUSAL)) == REFUSAL


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
