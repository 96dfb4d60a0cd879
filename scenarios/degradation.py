"""Scenario 4 of the requirements: each way in which a database becomes slow under load."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from drill import faults
from drill.checks.load.diagnosis.reason import Reason
from drill.faults import NEIGHBOUR, Crowd, Fault, Stage, Staged
from drill.load.flood import CrowdPlan, Mode, Party, gathered
from drill.load.pattern import Pattern
from drill.load.schedule import Step
from drill.targets.postgres import Address
from scenarios.demand import Demand
from scenarios.load_scenario import LoadScenario, Look
from scenarios.shop import patterns

WHOLE = frozenset({Look.SHOP})
"""Slow is not wrong: the data is looked at in the end."""

INDEX = "orders_customer_created"
DELAY_MS = 50
HELD_S = 12.0
"""Longer than anybody may take to notice (10 s, objectives.notice): who is too late must be seen to be."""

# About 50 ms of one core each, so that all have ended soon after they were told to go.
NEIGHBOURS_QUERY = "SELECT count(*) FROM generate_series(1, 100000) AS n WHERE md5(n::text) LIKE 'a%'"
NEIGHBOURS = min(40, 10 * (os.cpu_count() or 2))
"""Ten for each core that we know of, which on AWS are not the server's; no more than would be a flood of their own."""


def _more_often(**weights: float) -> Demand:
    """The shop's patterns, some of them asked for more often: 20 a second are wanted to tell a 95th percentile."""
    names: Mapping[str, float] = {name.replace("_", "-"): weight for name, weight in weights.items()}

    def weighted(scale: float) -> tuple[Pattern, ...]:
        return tuple(replace(each, weight=names.get(each.name, each.weight)) for each in patterns(scale))

    return Demand(patterns=weighted)


def _neighbour(stage: Stage) -> Fault:
    def gather(address: Address, count: int) -> AbstractContextManager[Crowd]:
        party = Party(
            mode=Mode.QUERY,
            name="neighbour",
            application=NEIGHBOUR,
            address=address,
            count=count,
            statements=(NEIGHBOURS_QUERY,),
            settings={"statement_timeout": "10s", "max_parallel_workers_per_gather": "0"},
            pause_s=0.0,
        )
        return gathered(CrowdPlan(parties=(party,), duration_s=stage.limits.duration_s))

    return faults.noisy_neighbour(gather, limits=stage.limits, clients=NEIGHBOURS, query=NEIGHBOURS_QUERY)


def _anywhere(fault: Fault) -> Staged:
    """A fault that needs to know nothing of the run."""
    return lambda _: fault


DROPPED_INDEX = LoadScenario(
    name="degradation",
    fault_name="dropped index",
    story=f"the index {INDEX} is dropped, and built again in the end",
    fault=lambda stage: faults.dropped_index(stage, INDEX),
    affected=frozenset({"orders-of-customer"}),
    cause=Reason.MISSING_INDEX,
    looks=WHOLE,
    least_s=HELD_S,
)
STALE_STATISTICS = LoadScenario(
    name="degradation",
    fault_name="stale statistics",
    story="seven of ten orders are open again, and nobody analyses the table, until the end",
    fault=faults.stale_statistics,
    affected=frozenset({"open-orders"}),
    cause=Reason.STALE_STATISTICS,
    looks=WHOLE,
    least_s=HELD_S,
    demand=_more_often(open_orders=15),
)
NOISY_NEIGHBOUR = LoadScenario(
    name="degradation",
    fault_name="noisy neighbour",
    story=f"up to {NEIGHBOURS} clients repeat a query that takes all the processor's time there is",
    fault=_neighbour,
    clients=(NEIGHBOUR,),
    cause=Reason.NOISY_NEIGHBOUR,
    demand=Demand(reads_at_readers=False),  # the neighbour lives at the writer
    looks=WHOLE,
    least_s=HELD_S,
)
LAGGING_READER = LoadScenario(
    name="degradation",
    fault_name="lagging reader",
    story="a reader answers, and applies nothing of what it receives",
    fault=_anywhere(faults.lagging_reader()),
    cause=Reason.LAGGING_READER,
    looks=WHOLE,
    least_s=HELD_S,
)
NETWORK_LATENCY = LoadScenario(
    name="degradation",
    fault_name="network latency",
    story=f"what clients receive through the endpoints comes {DELAY_MS} ms later",
    fault=_anywhere(faults.network_latency(DELAY_MS)),
    cause=Reason.NETWORK,
    looks=WHOLE,
    least_s=HELD_S,
)

SLOWDOWNS = (DROPPED_INDEX, STALE_STATISTICS, NOISY_NEIGHBOUR, NETWORK_LATENCY)
"""Queries take longer; a lagging reader is no slower, and what it shows is old."""

DEGRADATIONS = (*SLOWDOWNS, LAGGING_READER)

RATES = (200, 500, 1000, 2000, 3000, 4000, 5500)
STEP_S = 3.0

RAMP = LoadScenario(
    name="degradation",
    fault_name="ramp",
    story=f"nothing is broken, and more and more is asked: {', '.join(map(str, RATES))} requests a second",
    fault=_anywhere(faults.none),
    demand=Demand(steps=tuple(Step(rate_per_s=rate, lasts_s=STEP_S) for rate in RATES)),
)
