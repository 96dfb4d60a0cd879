"""Phase 2 of the requirements: the access patterns at work, and the indexes that are there for them."""

from drill import faults
from scenarios.load_scenario import LoadScenario, Look

ACCESS_PATTERNS = LoadScenario(
    name="modelling",
    fault_name="access patterns",
    story="nothing: every pattern is asked for, and what serves it is looked at",
    fault=lambda _: faults.none,
    looks=frozenset({Look.INDEXES}),
)
