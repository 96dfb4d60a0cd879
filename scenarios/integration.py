"""Phase 5 of the requirements: what an application is to the database, and the database to it."""

from drill import faults
from drill.load.pattern import Pattern
from scenarios import shop
from scenarios.load_scenario import Demand, LoadScenario, Look

POOL = 8
WORKS_S = 0.05
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
    looks=frozenset({Look.SHOP}),
)
"""Transactions in which the application itself works for a while keep as many connections as the pool has."""
