"""The effect of each fault on the writer, seen on a real PostgreSQL to which it really happens."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from drill.faults import Fault, frozen_writer, partitioned_writer, writer_crash, zone_loss
from drill.faults.fault import silent
from tests.drill.memory import InMemory
from tests.drill.probes.server import Server


def stop(server: Server) -> None:
    """SIGSTOP: sockets stay open and nobody answers."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)


def go_on(server: Server) -> None:
    """SIGCONT."""
    assert server.process is not None
    server.process.send_signal(signal.SIGCONT)


def nothing(_server: Server) -> None:
    """The one instance hears of no other as it is."""


@pytest.mark.parametrize(
    ("fault", "damage", "mend", "action", "words"),
    [
        (writer_crash, Server.kill, nothing, "lab:crash-writer", "a is gone"),
        (zone_loss, Server.kill, nothing, "lab:lose-zone", "a is gone"),
        (frozen_writer, stop, go_on, "lab:freeze-zone", "no answer"),
        (partitioned_writer, nothing, nothing, "lab:partition-zone", "has heard no other instance"),
    ],
    ids=["writer crash", "zone loss", "frozen writer", "partitioned writer"],
)
def test_each_fault_is_confirmed_by_what_it_does(
    postgres: Server,
    fault: Fault,
    damage: Callable[[Server], None],
    mend: Callable[[Server], None],
    action: str,
    words: str,
) -> None:
    """The fault's own effect on the writer is seen, and the experiment stopped in the end."""
    target = InMemory(at=postgres.address, on_start=lambda _: damage(postgres), on_stop=lambda: mend(postgres))
    with fault(target, mark="m") as injection:
        assert words in injection.confirm()
    assert [call[:2] for call in target.calls] == [("start", action), ("stop", "EXP0")]


def test_a_restart_in_place_is_a_crash(postgres: Server) -> None:
    """A postmaster of another start time is another one, though somebody always answers."""

    def restart(_: str) -> None:
        postgres.kill()
        postgres.start()

    with writer_crash(InMemory(at=postgres.address, on_start=restart), mark="m") as injection:
        assert "a was started anew at" in injection.confirm()


def test_without_the_action_the_crash_is_asked_for_in_sql(postgres: Server) -> None:
    """On Aurora the writer is asked to crash itself; nothing of FIS is started."""
    crash = """
        CREATE OR REPLACE FUNCTION aurora_inject_crash(kind text) RETURNS void LANGUAGE plpgsql AS
        $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END$$
    """
    postgres.run(crash)
    target = InMemory(at=postgres.address, offers=frozenset())
    with writer_crash(target, mark="m") as injection:
        assert injection.instance == "a"
        postgres.kill()
        assert "a is gone" in injection.confirm()
    assert target.calls == []


def test_an_instance_that_answers_or_refuses_is_not_silent(postgres: Server) -> None:
    """Only open sockets without an answer are silence."""
    look = silent(InMemory(at=postgres.address), "a")
    assert look() is None
    postgres.kill()
    assert look() is None
