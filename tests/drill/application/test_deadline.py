"""A request ends by its deadline, whatever the server does, and the next one is none the worse for it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest

from drill.history import Cause, Outcome
from drill.requests import Answer, Request
from tests.drill.application.asking import note, opened, reading, request
from tests.drill.application.conftest import Shop
from tests.drill.application.relay import relayed
from tests.drill.probes.server import Server

DEADLINE_S = 0.5
LATE_S = 5.0
"""More than any machine needs, and far less than the server would take."""


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """All of its processes keep their sockets open and answer nothing."""
    assert server.process is not None
    postmaster = psutil.Process(server.process.pid)
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (note("frozen"), Outcome.FAILED),
        (reading(), Outcome.UNKNOWN),
        (request("SELECT 1", "SELECT 2", reads_only=True), Outcome.FAILED),
    ],
    ids=["write", "read", "two reads"],
)
def test_frozen_server(shop: Shop, asked: Request, outcome: Outcome) -> None:
    """A frozen server costs a request its deadline; once it goes on, the next request is served."""

    async def ask() -> tuple[Answer, float, Answer]:
        surroundings = replace(shop.surroundings, deadline_s=DEADLINE_S)
        async with opened(surroundings) as application:
            with frozen(shop.server):
                began = time.monotonic()
                silent = await application.perform(asked)
                took_s = time.monotonic() - began
            # The pool has its connections made anew; how soon depends on the machine, that it is so does not.
            ends = time.monotonic() + 20
            while (again := await application.perform(note("thawed"))).outcome is not Outcome.OK:
                assert time.monotonic() < ends, again
            return silent, took_s, again

    silent, took_s, _ = asyncio.run(ask())
    # No COMMIT was sent, so that a write was not done; a read without a transaction is simply not known.
    assert (silent.outcome, silent.cause, silent.attempts) == (outcome, Cause.SILENT, 1)
    assert DEADLINE_S <= took_s < DEADLINE_S + LATE_S
    assert shop.notes() == ["thawed"]


def test_all_wait_no_longer_than_the_deadline(shop: Shop) -> None:
    """Not even those that wait for a connection outlast it, when every connection hangs."""

    async def ask() -> tuple[list[Answer], float]:
        surroundings = replace(shop.surroundings, deadline_s=DEADLINE_S, pool_timeout_s=10)
        async with opened(surroundings) as application:
            with frozen(shop.server):
                began = time.monotonic()
                ended = await asyncio.gather(*(application.perform(reading()) for _ in range(20)))
                return ended, time.monotonic() - began

    ended, took_s = asyncio.run(ask())
    assert Outcome.OK not in {each.outcome for each in ended}
    assert took_s < DEADLINE_S + LATE_S


def test_server_hears_of_no_cancellation(shop: Shop) -> None:
    """A deadline in mid-statement sends no cancel request, and neither does the end of the task."""

    async def ask() -> tuple[Answer, int]:
        async with relayed(shop.server.address) as relay:
            surroundings = replace(shop.surroundings, writer=relay.address, deadline_s=DEADLINE_S)
            async with opened(surroundings) as application:
                ended = await application.perform(reading("SELECT pg_sleep(20)"))
                task = asyncio.create_task(application.perform(reading("SELECT pg_sleep(20)")))
                await asyncio.sleep(DEADLINE_S / 5)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            return ended, relay.cancel_requests

    ended, cancel_requests = asyncio.run(ask())
    assert (ended.outcome, ended.cause) == (Outcome.UNKNOWN, Cause.SILENT)
    assert cancel_requests == 0


def test_work_of_its_own_ends_by_the_deadline(shop: Shop) -> None:
    """An application that works on with its transaction open gives up by the deadline, and nothing was done."""
    long = request("INSERT INTO notes (words) VALUES ('long')", "SELECT 1", works_s=60)

    async def ask() -> tuple[Answer, float, Answer]:
        async with opened(replace(shop.surroundings, deadline_s=DEADLINE_S)) as application:
            began = time.monotonic()
            ended = await application.perform(long)
            took_s = time.monotonic() - began
        async with opened(shop.surroundings) as application:
            return ended, took_s, await application.perform(note("next"))

    ended, took_s, after = asyncio.run(ask())
    assert (ended.outcome, ended.cause) == (Outcome.FAILED, Cause.SILENT)
    assert took_s < DEADLINE_S + LATE_S
    assert after.outcome is Outcome.OK
    assert shop.notes() == ["next"]


def test_nothing_leaks(shop: Shop) -> None:
    """After any number of passed deadlines no descriptor of ours stays open."""

    async def ask(times: int) -> None:
        async with opened(replace(shop.surroundings, deadline_s=0.1)) as application:
            for _ in range(times):
                await application.perform(reading("SELECT pg_sleep(1)"))

    asyncio.run(ask(1))
    before = psutil.Process().num_fds()
    asyncio.run(ask(10))
    assert psutil.Process().num_fds() <= before
