"""Phase 5 of the requirements: what an application is to the database, and the database to it."""

from drill import faults
from drill.load.parameters import Between
from drill.load.pattern import Pattern
from scenarios import shop
from scenarios.demand import Demand
from scenarios.load_scenario import LoadScenario, Look
from scenarios.scenario import Scenario

POOL = 8
WORKS_S = 0.1
ERLANG = 0.85 * POOL
"""Connections in use on average, were the database to answer at once: it cannot be less."""


def _checkouts(scale: float) -> tuple[Pattern, ...]:
    return (shop.checkout(scale, works_s=WORKS_S),)


EXPECTED_LOAD = LoadScenario(
    name="integration",
    fault_name="expected load",
    story="nothing: the load that the pool was made for",
    fault=lambda _: faults.none,
    demand=Demand(patterns=_checkouts, rate_per_s=ERLANG / WORKS_S, pool=POOL, reads_at_readers=False),
    looks=frozenset({Look.SHOP, Look.PINGS}),
)
"""Transactions in which the application itself works for a while keep as many connections as the pool has."""

MISTAKE = Pattern(
    name="mistake",
    sql=("SELECT 1 / (%(n)s::int - %(n)s::int)",),
    parameters={"n": Between(low=1, high=9)},
    weight=1,
    writes=True,
)
"""A statement that fails in the same way however often it is tried (22012)."""

CONTENTION = Demand(extra=(MISTAKE,), rate_per_s=5, transfers_per_s=100, accounts=24)
"""So few accounts that transfers meet, and serialization failures (40001) are sure to come."""


def _transfers(fault_name: str, story: str, fault: faults.Fault) -> Scenario:
    return Scenario(name="integration", fault_name=fault_name, story=story, fault=fault, demand=CONTENTION)


TRANSFERS = (
    _transfers(
        "transfers through a managed failover",
        "money is moved between two dozen accounts while the control plane promotes the next reader",
        faults.managed_failover(),
    ),
    _transfers(
        "transfers through a writer crash",
        "money is moved between two dozen accounts while the writer's database process is killed",
        faults.writer_crash,
    ),
)
