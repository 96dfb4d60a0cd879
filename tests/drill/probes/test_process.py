"""The probes as a whole: they see everything, stop when told, and never outlive whom they work for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import psutil
import pytest

from drill.errors import LimitReached, ProbeError
from drill.history import Action, Cause, History, Outcome
from drill.probes import process, tables
from drill.probes.clock import anchor
from drill.probes.plan import ProbePlan
from tests.drill.probes.server import NAME, Server, free_port, wait_until

ROOT = Path(__file__).parents[3]
OK = pl.col("outcome") == str(Outcome.OK)


def plan_for(server: Server, schema: str) -> ProbePlan:
    """All kinds of probes, except of the control plane, with deadlines that keep a test short."""
    return ProbePlan(
        schema=schema,
        writer=server.address,
        reader=server.address,
        instances={NAME: server.address},
        deadline_s=0.5,
        connect_deadline_s=0.5,
        max_seconds=30,
    )


def gone(pid: int) -> bool:
    """Whether a process is no more; a zombie is none."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_run_sees_everything(server: Server, schema: str) -> None:
    """Two seconds of peace: every client is alive, nothing fails, and what was acknowledged is there."""
    plan = plan_for(server, schema)
    with process.running(plan) as probes:
        enough = 2 * plan.write_rate_per_s
        wait_until(lambda: probes.progress().acknowledged > enough, "two seconds of writes", 20)
        progress = probes.progress()
        operations = probes.stop()
    assert gone(probes.pid)
    assert 0 < progress.acknowledged_per_s < 2 * plan.write_rate_per_s
    assert progress.reads > plan.read_rate_per_s / 2

    expected = {f"writer-{each:02}" for each in range(16)} | {f"reader-{each:02}" for each in range(4)}
    expected |= {f"pinned-{NAME}-0", f"watcher-{NAME}", "watcher-endpoint"}
    assert set(progress.clients) == expected
    assert all(progress.at_ns - (each.last_ok_ns or 0) < 1e9 for each in progress.clients.values())

    history = History.of(operations, anchor=anchor())
    assert history.only(Action.STALL).height < 100
    worked = history.operations.filter(pl.col("action") != str(Action.STALL))
    assert worked["outcome"].unique().to_list() == ["ok"]
    assert worked["server"].unique().to_list() == [NAME]
    assert (worked["completed_ns"] >= worked["invoked_ns"]).all()
    assert set(worked["client"].unique()) == expected

    writes = history.only(Action.WRITE)
    assert writes["value"].is_unique().all()
    assert all(stream["value"].is_sorted() for stream in writes.partition_by("key"))
    assert writes.group_by("key").agg(pl.col("client").n_unique())["client"].unique().to_list() == [1]
    assert set(writes["key"]) == set(range(17))
    # No gaps: through the cluster endpoint an acknowledgement every millisecond or so, on a machine we share.
    through = history.only(Action.WRITE, endpoint="writer")["completed_ns"].sort().diff().drop_nulls()
    assert max(through) < 200_000_000

    assert history.only(Action.CONNECT).height == 16 + 4 + 1
    assert history.only(Action.OBSERVE, endpoint=NAME)["value"].unique().to_list() == [1]
    assert history.only(Action.LOOKUP, endpoint="writer")["session"].is_unique().all()
    reads = history.only(Action.READ, endpoint="reader")
    assert set(reads["key"]) == set(range(16))
    assert max(reads["value"]) <= max(writes["value"])

    back = tables.read_back(server.address, schema, endpoint=NAME).filter(pl.col("key").is_not_null())
    assert sorted(back.select("key", "value").rows()) == sorted(writes.select("key", "value").rows())


def test_killed_server_comes_back_and_nothing_known_is_lost(server: Server, schema: str) -> None:
    """SIGKILL and a restart: what was lost in flight is unknown, what met a closed door failed, what is known stays."""
    with process.running(plan_for(server, schema)) as probes:
        wait_until(lambda: probes.progress().acknowledged > 400, "a steady state")
        server.kill()
        killed_ns = time.monotonic_ns()
        wait_until(lambda: probes.progress().at_ns > killed_ns + 300_000_000, "the outage has been seen")
        server.start()
        started_ns = time.monotonic_ns()
        wait_until(
            lambda: all((each.last_ok_ns or 0) > started_ns for each in probes.progress().clients.values()),
            "every client is back",
        )
        operations = probes.stop()
    assert isinstance(operations, pl.DataFrame)
    writes = operations.filter(pl.col("action") == str(Action.WRITE))
    back = set(tables.read_back(server.address, schema, endpoint=NAME).filter(pl.col("key").is_not_null())["value"])
    assert set(writes.filter(OK)["value"]) <= back
    assert back <= set(writes.filter(pl.col("outcome") != str(Outcome.FAILED))["value"])

    lost = writes.filter(~OK)
    assert set(lost["outcome"]) == {str(Outcome.UNKNOWN)}
    assert set(lost["cause"]) <= {str(Cause.RESET), str(Cause.SHUTTING_DOWN)}
    connects = operations.filter((pl.col("action") == str(Action.CONNECT)) & ~OK)
    assert set(connects["outcome"]) == {str(Outcome.FAILED)}
    assert str(Cause.REFUSED) in set(connects["cause"])
    assert connects["server"].is_null().all()
    # Whoever came back did so over a new connection.
    assert (writes.filter(OK & (pl.col("invoked_ns") > started_ns))["session"] >= 1).all()
    seen = operations.filter((pl.col("action") == str(Action.OBSERVE)) & ~OK)
    assert len(seen) > 0


def test_frozen_server_costs_each_client_its_deadline(server: Server, schema: str) -> None:
    """Where everything is frozen no call outlasts its deadline, look-ups go on, and stopping does not hang."""
    assert server.process is not None
    postmaster = psutil.Process(server.process.pid)
    with process.running(plan_for(server, schema)) as probes:
        wait_until(lambda: probes.progress().acknowledged > 400, "a steady state")
        everybody = [*postmaster.children(recursive=True), postmaster]
        for each in everybody:
            each.suspend()
        frozen_ns = time.monotonic_ns()
        try:
            wait_until(lambda: probes.progress().at_ns > frozen_ns + 1_200_000_000, "the freeze has been seen")
            began = time.monotonic()
            operations = probes.stop()
            assert time.monotonic() - began < 2
        finally:
            for each in reversed(everybody):
                each.resume()
    during = operations.filter((pl.col("completed_ns") > frozen_ns + 100_000_000) & (pl.col("client") != "loop"))
    assert set(during["cause"]) == {str(Cause.SILENT)}
    by_action = dict(during.group_by("action").agg(pl.col("outcome").unique()).rows())
    assert by_action["write"] == by_action["read"] == [str(Outcome.UNKNOWN)]
    assert by_action["connect"] == by_action["lookup"] == [str(Outcome.FAILED)]
    took = during["completed_ns"] - during["invoked_ns"]
    assert min(took) >= 499_000_000
    assert max(took) < 800_000_000
    lookups = during.filter(pl.col("action") == str(Action.LOOKUP))["invoked_ns"].diff().drop_nulls()
    assert max(lookups) < 300_000_000


def test_pinned_writer_stays_where_a_writer_moves_on(server: Server, schema: str) -> None:
    """Refused as a stale writer, a client of the cluster endpoint connects anew, a pinned one keeps asking."""
    server.run("ALTER ROLE postgres SET default_transaction_read_only = on")
    try:
        with process.running(replace(plan_for(server, schema), writers=2)) as probes:
            pinned = f"pinned-{NAME}-0"
            wait_until(lambda: probes.progress().clients[pinned].last_ns is not None, "a first attempt")
            first = probes.progress().clients[pinned].last_ns
            wait_until(lambda: (probes.progress().clients[pinned].last_ns or 0) > (first or 0) + 4e8, "some more")
            operations = probes.stop()
    finally:
        server.run("SET default_transaction_read_only = off", "ALTER ROLE postgres RESET default_transaction_read_only")
    writes = operations.filter(pl.col("action") == str(Action.WRITE))
    assert set(writes["outcome"]) == {str(Outcome.FAILED)}
    assert set(writes["cause"]) == {str(Cause.STALE_WRITER)}
    assert set(writes["code"]) == {"25006"}
    assert writes["value"].is_unique().all()
    sessions = writes.group_by("client").agg(pl.col("session").n_unique(), pl.len())
    for client, connections, attempts in sessions.rows():
        assert attempts > 3
        assert connections == (1 if client == pinned else attempts), client
    assert tables.read_back(server.address, schema, endpoint=NAME)["value"].to_list() == [0]


def test_limit_of_writes_ends_the_run(server: Server, schema: str) -> None:
    """A run that has written as much as it may ends, and says so."""
    with process.running(replace(plan_for(server, schema), max_writes=50)) as probes:

        def over() -> bool:
            try:
                return not probes.progress()
            except LimitReached as error:
                return "max_writes" in str(error)

        wait_until(over, "the limit is reached")
        with pytest.raises(LimitReached, match="50 writes"):
            probes.stop()
    assert len(tables.read_back(server.address, schema, endpoint=NAME)) == 51


def test_limit_of_time_ends_the_run(server: Server, schema: str) -> None:
    """The child stops by itself when its time is up, whether or not anybody asks."""
    with process.running(replace(plan_for(server, schema), max_seconds=0.3)) as probes:
        wait_until(lambda: gone(probes.pid), "the child is gone")
        with pytest.raises(LimitReached, match="max_seconds"):
            probes.stop()


def test_crash_of_a_probe_is_an_error_of_ours(server: Server) -> None:
    """A probe that trips over something unexpected ends the run with its own words, as ProbeError."""
    plan = replace(plan_for(server, "any"), write_rate_per_s=0)
    with pytest.raises(ProbeError, match="ZeroDivisionError"), process.running(plan):
        pytest.fail("a plan that crashes is never ready")  # pragma: no cover


def test_child_that_dies_is_an_error_of_ours(server: Server, schema: str) -> None:
    """A child killed from outside is noticed, and never taken for silence of the database."""
    with process.running(plan_for(server, schema)) as probes:
        os.kill(probes.pid, signal.SIGKILL)
        with pytest.raises(ProbeError, match="ended without a word"):
            probes.stop()


def test_unreachable_database_is_no_crash() -> None:
    """Where nobody answers at all the probes go on trying, and record that."""
    nobody = Server(directory=Path("/nowhere"), port=free_port())
    with process.running(replace(plan_for(nobody, "any"), writers=2)) as probes:
        wait_until(lambda: probes.progress().clients["watcher-endpoint"].last_ns, "somebody tried")
        operations = probes.stop()
    assert set(operations["cause"].drop_nulls()) == {str(Cause.REFUSED)}
    assert set(operations.filter(pl.col("action") == str(Action.CONNECT))["outcome"]) == {str(Outcome.FAILED)}
    assert operations.filter(pl.col("action") == str(Action.WRITE)).is_empty()


def test_leaving_the_block_ends_the_child(server: Server, schema: str) -> None:
    """However the block is left, nothing of it stays behind."""

    class Left(Exception):
        pass

    with pytest.raises(Left), process.running(plan_for(server, schema)) as probes:
        raise Left
    assert gone(probes.pid)


PARENT = """
import sys
from drill.probes.plan import ProbePlan
from drill.probes.process import running
with running(ProbePlan.load(sys.stdin.buffer.readline())) as probes:
    print(probes.pid, flush=True)
    sys.stdin.read()
"""


def test_child_does_not_outlive_its_parent(server: Server, schema: str) -> None:
    """A parent that is killed takes its probes with it; a Ctrl-C at the terminal does not reach them."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(plan_for(server, schema).dump() + b"\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        directory = Path(psutil.Process(child).cmdline()[-1])
        assert os.getpgid(child) != os.getpgid(parent.pid), "a signal to the parent's group would reach the child"
        command = psutil.Process(child).cmdline()
        assert not any("secret" in word for word in command)
        parent.kill()
        parent.wait()
        wait_until(lambda: gone(child), "the child is gone", 3)
    assert not directory.exists(), "the child leaves nothing behind, not even its parent's directory"
