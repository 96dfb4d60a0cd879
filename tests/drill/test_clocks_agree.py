"""The probes' clock against the servers': commit timestamps are a second witness of every acknowledged write."""

from __future__ import annotations

import os

import polars as pl
import pytest

from drill.checks import outages
from drill.checks.moments import Moments
from drill.config import AuroraSettings
from drill.experiment import Experiment, Timing
from drill.history import WRITER_ENDPOINT, Action, History, Outcome
from drill.journal import Journal
from drill.locks import held
from drill.probes import tables
from drill.probes.plan import ControlPlane, ProbePlan
from drill.probes.witness import ProbeWitness
from drill.targets.connect import connect
from drill.targets.redundancy import quorum_size
from drill.targets.session import ask
from lab import life
from scenarios.failover import MANAGED

COMMITTED = "SELECT stream, value, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint FROM {}"
pytestmark = pytest.mark.lab
TRUNCATED_NS = 1_000
"""PostgreSQL keeps microseconds."""


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory):
    """A managed failover on a lab, and when each of its writes was committed by the servers' own account."""
    with life.running(f"t-clocks-{os.getpid()}") as lab:
        settings = AuroraSettings(
            kind="aurora", region=lab.region, cluster=lab.cluster, secret=lab.secret, endpoint_url=lab.endpoint_url
        )
        target = connect("lab", settings, os.environ)
        plan = ProbePlan(
            schema="clocks",
            writer=target.address("writer"),
            reader=target.address("reader"),
            instances={each.identifier: target.address(each.identifier) for each in target.topology().members},
            control_plane=ControlPlane(
                cluster=lab.cluster, region=lab.region, endpoint_url=lab.endpoint_url, access_key="x", secret_key="x"
            ),
            write_rate_per_s=1000,
        )
        tables.create(plan.writer, plan.schema)
        with held("measuring on this machine", patience_s=600):
            history = Experiment(
                fault=MANAGED.fault,
                target=target,
                witness=ProbeWitness(target=target, plan=plan, quorum=quorum_size(target)),
                journal=Journal(folder=tmp_path_factory.mktemp("journal")),
                mark="clocks",
                name=MANAGED.fault_name,
                timing=Timing(steady_s=1.0, recovered_s=1.0),
            ).run()
        rows = ask(target.address("writer"), COMMITTED.format(tables.table(plan.schema)), deadline_s=30)
    committed = pl.DataFrame(
        rows, schema={"key": pl.Int32, "value": pl.Int64, "committed_us": pl.Int64}, orient="row"
    ).select("key", "value", committed_ns=pl.col("committed_us") * 1000)
    return history, committed


def test_commits_lie_inside_their_operations(witnessed):
    """Every acknowledged write was committed between its invocation and its completion."""
    history, committed = witnessed
    writes = _with_commits(history, committed)
    slack_ns = history.anchor.error_ns + TRUNCATED_NS
    outside = writes.filter(
        (pl.col("committed_ns") < pl.col("began_ns") - slack_ns)
        | (pl.col("committed_ns") > pl.col("ended_ns") + slack_ns)
    )
    assert len(writes) > 2_000
    assert writes["committed_ns"].null_count() == 0
    assert outside.is_empty(), f"{len(outside)} of {len(writes)} outside, the anchor's error is {slack_ns} ns"


def test_the_gap_between_commits_is_the_write_outage(witnessed):
    """The two writes around the failover were committed as far apart as the outage is reported, give or take."""
    history, committed = witnessed
    moments = Moments.of(history)
    outage = outages(history, moments, Action.WRITE, WRITER_ENDPOINT).together
    writes = _with_commits(history, committed).filter(pl.col("endpoint") == WRITER_ENDPOINT)
    before = writes.filter(pl.col("completed_ns") == outage.began_ns)["committed_ns"][0]
    after = writes.filter(pl.col("completed_ns") == outage.until_ns)["committed_ns"][0]
    assert outage.length_ns > 500_000_000
    assert abs((after - before) - outage.length_ns) <= outage.resolution_ns + 2 * TRUNCATED_NS


def _with_commits(history: History, committed: pl.DataFrame) -> pl.DataFrame:
    """The acknowledged writes, their interval on the wall clock, and when they were committed."""
    offset_ns = history.anchor.wall_of(0)
    writes = history.only(Action.WRITE, outcome=Outcome.OK)
    return writes.join(committed, on=["key", "value"], how="left").with_columns(
        began_ns=pl.col("invoked_ns") + offset_ns, ended_ns=pl.col("completed_ns") + offset_ns
    )
