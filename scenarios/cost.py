"""Scenario 5 of the requirements on Aurora: somebody spends more than was meant."""

from __future__ import annotations

from drill import faults
from drill.faults import CULPRIT, Fault, Stage, sessions
from drill.load.flood import Mode, Party
from drill.targets.postgres import Address
from scenarios.crowds import application_settings, crowd
from scenarios.load_scenario import LoadScenario, Look
from scenarios.provisioning import Inspection

PEAK_OVER_AVERAGE = 4.0
"""Of the shop, declared: in its busiest minute four times as much is asked as on average over a month."""

STEADY_S = 8.0
"""Long enough to tell what is usual: I/O comes in bursts."""
HELD_S = 8.0
"""Long enough to be noticed at the pace of the lab's counters."""
CLIENTS = 2

# All three tables from end to end: 8,200 pages at scale 1, more than shared_buffers hold, so that they are read anew
# each time. A sequential scan of a large table keeps to a ring of few buffers anyway.
UNINDEXED = """
    SELECT (SELECT count(*) FROM lines WHERE price_cents = 4242)
         + (SELECT count(*) FROM payments WHERE amount_cents = 4242)
         + (SELECT count(*) FROM orders WHERE total_cents = 4242)
"""


def _unindexed(stage: Stage) -> Fault:
    def parties(address: Address) -> tuple[Party, ...]:
        clients = Party(
            mode=Mode.QUERY,
            name="culprit",
            application=CULPRIT,
            address=address,
            count=CLIENTS,
            statements=(UNINDEXED,),
            settings=application_settings(stage),
            pause_s=0.05,
        )
        return (clients,)

    return faults.culprits(
        crowd(stage, parties),
        stage,
        seen=lambda address: sessions.runs(address, CULPRIT, for_s=0.02),
        tells={
            "cause": "unindexed query",
            "application": CULPRIT,
            "relation": "lines",
            "query": " ".join(UNINDEXED.split()),
        },
        needs=("lines", "payments", "orders"),
    )


STEADY = LoadScenario(
    name="cost",
    fault_name="steady spending",
    story="nothing: the access patterns at the declared rate, and what they cost",
    fault=lambda _: faults.none,
    steady_s=STEADY_S + 4.0,  # the data was loaded just before, and the caches are cold
    looks=frozenset({Look.SPENDING}),
)
UNINDEXED_QUERY = LoadScenario(
    name="cost",
    fault_name="unindexed query",
    story=f"{CLIENTS} clients look for an amount in columns that no index serves, again and again",
    fault=_unindexed,
    clients=(CULPRIT,),
    steady_s=STEADY_S,
    least_s=HELD_S,
    looks=frozenset({Look.SPENDING}),
)

OVERRUNS = (UNINDEXED_QUERY,)

WATCHED = Inspection(
    name="cost",
    fault_name="who watches the bill",
    story="nothing: ask for budgets, alerts and alarms",
)
