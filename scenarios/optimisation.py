"""Phase 3 of the requirements: how fast the patterns are, and what each index saves."""

from drill import faults
from scenarios.load_scenario import LoadScenario, Look

INDEXED = LoadScenario(
    name="optimisation",
    fault_name="indexed patterns",
    story="nothing: every pattern is asked for, then executed with and without each index that serves it",
    fault=lambda _: faults.none,
    looks=frozenset({Look.INDEXES, Look.EXECUTIONS}),
)
"""Without an index: in a transaction that is rolled back, once the load has stopped."""
