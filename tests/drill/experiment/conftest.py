"""An experiment under load in memory, to be run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drill.experiment import LoadExperiment, LoadTiming, Watch
from drill.experiment.at_work import Companion
from drill.experiment.glimpse import nobody
from drill.faults import bound
from drill.history import History
from drill.journal import Journal
from tests.drill.experiment.simulation import HEALTHY, Behaviour, Simulation

TIMING = LoadTiming(steady_s=4.0, steady_deadline_s=3.0, hold_s=4.0, after_s=8.0)

Companions = Callable[[], tuple[AbstractContextManager[Companion], ...]]


@dataclass(kw_only=True)
class Bench:
    """An experiment on a simulated application, and its journal."""

    world: Simulation
    journal: Journal
    said: list[str] = field(default_factory=list)
    watch: Watch = nobody
    kept: list[History] = field(default_factory=list)

    def run(self, timing: LoadTiming = TIMING, companions: Companions = lambda: ()) -> History:
        """Run it once."""
        return LoadExperiment(
            fault=bound(self.world.fault, self.world.target),
            target=self.world.target.name,
            load=self.world.load,
            observer=self.world,
            journal=self.journal,
            mark="mark",
            name="flood",
            companions=companions,
            timing=timing,
            say=self.said.append,
            watch=self.watch,
            salvage=self.kept.append,
            now_ns=self.world.now_ns,
            sleep=self.world.sleep,
        ).run()


Build = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Build:
    """Build an experiment on an application that behaves like this."""

    def build(behaviour: Behaviour = HEALTHY) -> Bench:
        return Bench(world=Simulation(behaviour=behaviour), journal=Journal(folder=tmp_path / "journal"))

    return build
