"""The load as a whole: asks on time whatever the answers do, and loses none of them."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError, LimitReached, ProbeError
from drill.load.parameters import Between
from drill.load.pattern import Pattern
from drill.load.plan import LoadPlan
from drill.load.process import running
from drill.load.reference import factory
from drill.load.schedule import Step, arrivals
from drill.requests import Surroundings
from drill.targets.postgres import Address
from tests.drill.histories import property_test
from tests.drill.load.applications import WHERE
from tests.drill.probes.server import wait_until

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = Address(host="127.0.0.1", user="nobody", password="secret-word", dbname="none")
READ = Pattern(name="read", sql=("SELECT %(id)s",), parameters={"id": Between(low=1, high=9)}, weight=3)
WRITE = Pattern(name="write", sql=("UPDATE t SET a = 1",), weight=1, writes=True)


def plan(named: str, **changes: object) -> LoadPlan:
    """Two seconds at 200 requests a second, and some transfers."""
    around = Surroundings(writer=NOWHERE, reader=NOWHERE, schema="s", deadline_s=0.5, pool_timeout_s=0.1)
    whole = LoadPlan(
        surroundings=around,
        application=f"{WHERE}:{named}",
        patterns=(READ, WRITE),
        steps=(Step(rate_per_s=200, lasts_s=2.0),),
        transfers_per_s=20,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def latency_ms(requests: pl.DataFrame) -> pl.Series:
    """From when each was due."""
    return (requests["completed_ns"] - requests["due_ns"]) / 1e6


def test_every_request_is_noted() -> None:
    """As many as were due, reads at the reader endpoint, writes and transfers at the writer's, in their shares."""
    with running(plan("instant")) as load:
        tables = load.result()
    requests = tables["requests"]
    due = sum(1 for _ in arrivals((Step(rate_per_s=200, lasts_s=2.0),), seed=1))
    counts = dict(requests.group_by(pl.col("pattern").cast(pl.String)).len().rows())
    assert counts["read"] + counts["write"] == due
    assert 2 < counts["read"] / counts["write"] < 4.5
    assert counts["transfer"] == len(tables["transfers"])
    assert 20 < counts["transfer"] < 70
    places = set(requests.select(pl.col("pattern", "endpoint").cast(pl.String)).unique().rows())
    assert places == {("read", "reader"), ("write", "writer"), ("transfer", "writer")}
    assert set(requests["outcome"]) == {"ok"}
    assert tables["transfers"]["key"].is_unique().all()
    assert (tables["transfers"]["source"] != tables["transfers"]["destination"]).all()
    assert tables["pool"]["max_size"].unique().to_list() == [1]
    assert tables["checkouts"].rows() == [("writer", 1, None)]


def test_requests_come_when_they_are_due() -> None:
    """Half of them within a millisecond, and none before its time: what an event loop's timers cannot do."""
    with running(plan("instant")) as load:
        requests = load.result()["requests"]
    late_ms = (requests["begun_ns"] - requests["due_ns"]) / 1e6
    assert late_ms.min() >= 0
    assert late_ms.median() < 1.0


def test_a_stall_is_not_hidden() -> None:
    """Requests go on to be due while nothing is answered, and each one's latency counts from then."""
    with running(plan("stalling")) as load:
        requests = load.result()["requests"].filter(pl.col("pattern") == "read")
    waited = latency_ms(requests)
    # 150 reads a second over half a second, their waits spread evenly from nothing to all of it.
    assert (waited > 100).sum() > 30
    assert (waited > 400).sum() > 3
    assert waited.max() < 700


def test_what_is_never_answered_is_noted() -> None:
    """A request that is still open when patience ends is unknown, not left out."""
    with running(plan("mute", steps=(Step(rate_per_s=100, lasts_s=0.3),), transfers_per_s=0)) as load:
        requests = load.result()["requests"]
    assert len(requests) > 10
    assert set(requests["outcome"]) == {"unknown"}
    assert set(requests["cause"]) == {"silent"}
    assert latency_ms(requests).min() > 1000


def test_an_application_that_raises_did_not_answer() -> None:
    """Whatever it raises is an unknown outcome that names it."""
    with running(plan("raising", transfers_per_s=0)) as load:
        requests = load.result()["requests"]
    assert set(requests["outcome"]) == {"unknown"}
    assert set(requests["code"]) == {"ZeroDivisionError"}


def test_stop_ends_it_early() -> None:
    """Told to stop it asks nothing more, and what it saw until then is there."""
    with running(plan("instant", steps=(Step(rate_per_s=200, lasts_s=60),))) as load:
        wait_until(lambda: load.progress().ok > 100, "a hundred answers")
        progress = load.progress()
        requests = load.stop()["requests"]
    assert len(requests) >= progress.ok
    assert progress.recent_ok == progress.recent > 0
    assert progress.p95_ms is not None


def test_too_many_open_requests_end_it() -> None:
    """A load that nobody answers is bounded, and says so."""
    with running(plan("mute", max_open=20)) as load, pytest.raises(LimitReached, match="20 requests open"):
        load.result()


@pytest.mark.parametrize(
    ("name", "why"),
    [("nothing", "names no factory"), ("no.such:thing", "No module named"), (f"{WHERE}:nobody", "no attribute")],
)
def test_an_application_that_is_not_there(name: str, why: str) -> None:
    """One clear line for a name that leads nowhere, before and within the process of the load."""
    with pytest.raises(ConfigError, match=why):
        factory(name)
    with pytest.raises(ProbeError, match=why), running(plan("instant", application=name)):
        pytest.fail("there was nothing to run")


@pytest.mark.parametrize(
    ("named", "why"),
    [("unopened", "PermissionError: s is closed"), ("poolless", "LookupError: no pool here")],
)
def test_an_application_that_breaks_the_load_is_an_error_of_ours(named: str, why: str) -> None:
    """What it raises anywhere but in an answer goes to whoever started the load, in its own words."""
    with pytest.raises(ProbeError, match=f"the load failed: {why}"), running(plan(named)) as load:
        load.result()


def test_its_own_end_is_told() -> None:
    """When every step is over, so that nobody takes the quiet that follows for a healthy application."""
    with running(plan("instant", steps=(Step(rate_per_s=50, lasts_s=0.5),), transfers_per_s=0)) as load:
        assert not load.progress().over
        wait_until(lambda: load.progress().over, "the end of all steps")
        assert len(load.result()["requests"]) > 5


def test_a_load_that_dies_is_an_error_of_ours() -> None:
    """A child killed from outside is noticed while it is looked at, and never taken for silence of the database."""
    with running(plan("instant", steps=(Step(rate_per_s=50, lasts_s=60),))) as load:
        os.kill(load.pid, signal.SIGKILL)
        with pytest.raises(ProbeError, match="the load failed: the process ended without a word"):
            wait_until(lambda: load.progress() is None, "an error")


def test_leaving_the_block_ends_it() -> None:
    """However the block is left, nothing of it stays behind."""

    class Left(Exception):
        pass

    with pytest.raises(Left), running(plan("mute", steps=(Step(rate_per_s=50, lasts_s=60),))) as load:
        raise Left
    assert not psutil.pid_exists(load.pid)


PARENT = """
import sys
from drill.load.plan import LoadPlan
from drill.load.process import running
with running(LoadPlan.load(sys.stdin.buffer.readline())) as load:
    print(load.pid, flush=True)
    sys.stdin.read()
"""


def test_it_does_not_outlive_its_parent() -> None:
    """A parent that is killed takes its load with it; no password is to be seen by others."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(plan("mute", steps=(Step(rate_per_s=50, lasts_s=60),)).dump() + b"\n")
        parent.stdin.flush()
        load = psutil.Process(int(parent.stdout.readline()))
        directory = Path(load.cmdline()[-1])
        assert not any("secret" in word for word in (*load.cmdline(), *load.environ().values()))
        parent.kill()
        parent.wait()
        wait_until(lambda: not load.is_running(), "the load is gone")
    assert not directory.exists(), "it leaves nothing behind, not even its parent's directory"


steps = st.lists(st.builds(Step, rate_per_s=st.floats(0, 500), lasts_s=st.floats(0.01, 2)), min_size=1, max_size=4).map(
    tuple
)


@property_test
@given(steps, st.integers(0, 1000))
def test_arrivals(steps: tuple[Step, ...], seed: int) -> None:
    """In order, within the steps, the same for the same seed, and no more than chance allows."""
    moments = list(arrivals(steps, seed=seed))
    assert moments == sorted(moments)
    assert moments == list(arrivals(steps, seed=seed))
    ends = [0.0, *itertools.accumulate(step.lasts_s for step in steps)]
    assert all(0 <= at <= round(ends[-1] * 1e9) for at in moments)
    for step, from_s, to_s in zip(steps, ends, ends[1:], strict=False):
        expected = step.rate_per_s * step.lasts_s
        found = sum(from_s <= at / 1e9 < to_s for at in moments)
        assert abs(found - expected) <= 6 * expected**0.5 + 6
