"""An application beside a failover: its evidence is kept, nothing waits for it, and nothing is broken without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from drill.checks import recovered_within
from drill.errors import DrillError, Halted, LimitReached, ProbeError
from drill.experiment import ApplicationWitness, Experiment, Glimpse, Stage, Timing, Watch
from drill.experiment.glimpse import nobody
from drill.experiment.recovery import Clients
from drill.faults import managed_failover
from drill.history import History
from drill.journal import Journal
from drill.load.progress import LoadProgress
from drill.tables import typed_table
from drill.verdict import Ruling, judge
from tests.drill import simulation
from tests.drill.experiment.simulation import setting

TIMING = Timing(steady_s=1.0, steady_deadline_s=3.0, recovery_deadline_s=10.0, redundancy_deadline_s=10.0)


@dataclass(kw_only=True)
class Cluster(simulation.Simulation):
    """The simulated cluster, which notes when its probes come and go."""

    did: list[str]

    @contextmanager
    def clients(self) -> Iterator[Cluster]:
        """Be at work for the length of a block."""
        self.did.append("probes begin")
        try:
            with super().clients():
                yield self
        finally:
            self.did.append("probes end")

    def stop(self) -> pl.DataFrame:
        """What they recorded."""
        self.did.append("probes stop")
        return super().stop()

    def read_back(self) -> list[pl.DataFrame]:
        """All that is there."""
        self.did.append("read back")
        return super().read_back()

    def tables(self) -> dict[str, pl.DataFrame]:
        """One of their own."""
        return {"samples": typed_table("samples", [])}


@dataclass(kw_only=True)
class Application:
    """A load that never has its requests served, and fails itself once it is told to."""

    did: list[str]
    cluster: Cluster
    fails: DrillError | None = None

    @contextmanager
    def load(self) -> Iterator[Application]:
        """Be at work for the length of a block."""
        self.did.append("load begins")
        try:
            yield self
        finally:
            self.did.append("load ends")

    def progress(self) -> LoadProgress:
        """Nothing is served; raises where the load has failed."""
        if self.fails and self.cluster.fault_ns is not None:
            raise self.fails
        return LoadProgress(recent=100, recent_ok=0)

    def stop(self) -> Mapping[str, pl.DataFrame]:
        """What it recorded; raises where it has failed, as `progress` does."""
        self.progress()
        self.did.append("load stops")
        request = {"pattern": "transfer", "endpoint": "writer", "outcome": "failed"}
        return {"requests": typed_table("requests", [request]), "settings": setting("load", "rate", "50")}


@dataclass(kw_only=True)
class Bench:
    """A failover beside an application."""

    journal: Journal
    fails: DrillError | None = None
    did: list[str] = field(default_factory=list)
    kept: list[History] = field(default_factory=list)

    def run(self, watch: Watch = nobody) -> History:
        """Run it once."""
        cluster = Cluster(did=self.did)
        application = Application(did=self.did, cluster=cluster, fails=self.fails)
        return Experiment(
            fault=managed_failover(),
            target=cluster.target,
            witness=ApplicationWitness(witness=cluster, load=application.load, examine=self._examine),
            journal=self.journal,
            mark="mark",
            name="failover",
            timing=TIMING,
            watch=watch,
            salvage=self.kept.append,
            now_ns=cluster.now_ns,
            sleep=cluster.sleep,
        ).run()

    def _examine(self) -> dict[str, pl.DataFrame]:
        self.did.append("examine")
        return {"audit": typed_table("audit", [{"invariant": "sum of balances", "expected": 9, "found": 9}])}


Build = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Build:
    """A failover, and an application that fails like this."""
    return lambda fails=None: Bench(journal=Journal(folder=tmp_path / "journal"), fails=fails)


def test_probes_stop_before_the_load_and_the_bank_is_audited_last(bench: Build) -> None:
    """What a process does when it ends must not look like an outage to the other; nobody audits what still moves."""
    ran = bench()
    ran.run()
    assert ran.did == [
        "probes begin",
        "load begins",
        "probes stop",
        "load stops",
        "load ends",
        "probes end",
        "read back",
        "examine",
    ]


def test_all_tables_are_kept(bench: Build) -> None:
    """The probes', the application's, and what was found of it when all was over."""
    history = bench().run()
    assert set(history.tables) == {"settings", "samples", "requests", "audit"}
    assert history.table("settings")["subject"].to_list() == ["load"]
    assert history.table("requests")["outcome"].to_list() == ["failed"]


def test_what_the_application_recorded_is_kept_of_what_is_cut_off(bench: Build) -> None:
    """Nobody is asked about it: the database is not audited, nor read back."""

    def watch(glimpse: Glimpse) -> None:
        if glimpse.stage is Stage.FAULT:
            raise Halted("an alarm rings")

    ran = bench()
    with pytest.raises(Halted):
        ran.run(watch)
    assert set(ran.kept[0].tables) == {"settings", "requests"}
    assert not {"examine", "read back"} & set(ran.did)


def test_nothing_waits_for_the_application(bench: Build) -> None:
    """Not one of its requests is served; the failover is as fast as without it, and its evidence whole."""
    verdict = judge(recovered_within(5), bench().run())
    assert verdict.ruling is Ruling.HELD, verdict.because


@pytest.mark.parametrize("error", [ProbeError("the load failed"), LimitReached("10,000 open")], ids=repr)
def test_a_load_that_fails_ends_the_experiment(bench: Build, error: DrillError) -> None:
    """Its silence proves nothing; the fault is healed, both end, and nothing is left to undo."""
    ran = bench(error)
    with pytest.raises(type(error), match=str(error)):
        ran.run()
    assert ran.did == ["probes begin", "load begins", "probes stop", "load ends", "probes end"]
    assert ran.kept == []
    assert ran.journal.entries() == {}


def test_who_observes_sees_the_probes() -> None:
    """An experiment decides by what the probes say, and by nothing else."""
    cluster = Cluster(did=[])
    load = Application(did=[], cluster=cluster).load
    witness = ApplicationWitness(witness=cluster, load=load, examine=dict)
    with witness.clients() as clients:
        both: Clients = clients
        cluster.sleep(0.2)
        assert both.progress().clients == cluster.progress_of
    assert witness.missing() is cluster.missing()
    assert witness.anchor() == cluster.anchor()
