"""Phase 4 of the requirements: several instances in several zones, at rest, read from, and replaced."""

from __future__ import annotations

from drill import faults
from drill.load.schedule import Step
from scenarios import shop
from scenarios.demand import Demand
from scenarios.load_scenario import LoadScenario, Look
from scenarios.provisioning import Inspection
from scenarios.scenario import Scenario

CLUSTER = Inspection(
    name="availability", fault_name="cluster", story="nothing: ask the control plane where the instances stand"
)

AT_REST = LoadScenario(
    name="availability",
    fault_name="reads and writes at rest",
    story="nothing: an application reads and writes, and connections are opened to see who answers",
    fault=lambda _: faults.none,
    looks=frozenset({Look.PINGS, Look.WRITES_AT_READERS}),
)

READER_LOSS = Scenario(
    name="availability",
    fault_name="reader loss",
    story="everything in a reader's zone is killed, or the reader is restarted where that cannot be asked for",
    fault=faults.reader_loss,
)
FAILOVER_AND_BACK = Scenario(
    name="availability",
    fault_name="failover and back",
    story="as soon as a managed failover is complete, another one leads back to the first writer",
    fault=faults.failover_and_back,
)
REPLACEMENTS = (READER_LOSS, FAILOVER_AND_BACK)

RATES = (400, 1600, 3200, 4800, 6400)
STEP_S = 3.0


def _ramp(fault_name: str, story: str, *, reads_at_readers: bool) -> LoadScenario:
    steps = tuple(Step(rate_per_s=rate, lasts_s=STEP_S) for rate in RATES)
    return LoadScenario(
        name="availability",
        fault_name=fault_name,
        story=story,
        fault=lambda _: faults.none,
        demand=Demand(patterns=shop.reads, steps=steps, reads_at_readers=reads_at_readers),
    )


RAMPS = (
    _ramp("reads with readers", "nothing: more and more reads, through the reader endpoint", reads_at_readers=True),
    _ramp("reads without readers", "nothing: the same, through the writer endpoint", reads_at_readers=False),
)
