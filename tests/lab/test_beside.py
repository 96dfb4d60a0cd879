"""Labs stand beside each other, and a writer endpoint can lag as stale DNS does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from lab import life, processes
from lab.life import Lab
from tests.lab.api.conftest import Aws
from tests.lab.real import Real

pytestmark = pytest.mark.lab

LAG_S = 3.0


def run(*arguments: str) -> str:
    """What `python -m lab` says."""
    done = subprocess.run([sys.executable, "-m", "lab", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def second() -> Iterator[Real]:
    """Another lab, started and ended from the command line; who started it has ended long ago."""
    name = f"t-beside-{os.getpid()}"
    try:
        described = json.loads(run("up", "--name", name, "--json", "--endpoint-lag", str(LAG_S)))
        lab = Lab(**described)
        yield Real(lab, Aws(lab.endpoint_url))
    finally:
        said = run("down", "--name", name)
    assert said == f"ended: {name}\n"
    assert processes.below(life.layouts.home() / name) == []
    assert not (life.layouts.home() / name).exists()


def test_two_labs_know_nothing_of_each_other(real: Real, second: Real) -> None:
    """Each has its own ports, its own members and its own passwords."""
    second.await_whole()
    assert real.lab.port != second.lab.port
    assert real.lab.endpoint_url != second.lab.endpoint_url
    assert not set(real.hosts()) & set(second.hosts())
    assert real.name_at(real.lab.writer) == real.writer()
    assert second.name_at(second.lab.writer) == second.writer()
    assert real.secret["password"] != second.secret["password"]
    assert {real.lab.name, second.lab.name} <= set(life.names())


def test_a_lagging_endpoint_leads_to_the_old_writer_for_a_while(second: Real) -> None:
    """From the end of the failover on for `--endpoint-lag`, and then to the new one."""
    before = second.await_whole()
    asked_s = time.monotonic()
    second.fail_over()
    led_to: list[str | None] = []
    second.eventually(lambda: second.cluster()["Status"] == "available", "the failover to be over")
    after, over_s = second.writer(), time.monotonic()
    assert after != before
    assert over_s - asked_s < 30

    def follows() -> bool:
        led_to.append(second.name_at(second.lab.writer))
        return led_to[-1] == after

    second.eventually(follows, "the endpoint to follow", within_s=LAG_S + 5)
    assert time.monotonic() - over_s > LAG_S - 1
    assert set(led_to) - {None} == {before, after}, "the old one answers again, as a reader, before it is left"
    second.await_whole()
