"""Phases 2 and 3 of the requirements on DynamoDB: the access patterns at work, and what serves them.

Nothing is broken, and the patterns are the run's own: those of the shop, or of the team's file.
"""

from drill.faults import items as faults
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemLook, ItemScenario

LASTS_S = 8.0
"""Of load, beside what comes before and after: hundreds of calls, enough to tell a hot key."""

CALM_PER_S = 60.0
"""Where the time of one call is measured: what many at a time add is another suite's promise."""

ACCESS_PATTERNS = ItemScenario(
    name="modelling",
    fault_name="access patterns",
    story="nothing: every pattern is asked for, and each call of the application tells what it read and consumed",
    fault=faults.none,
    demand=ItemDemand(rate_per_s=CALM_PER_S),
    least_s=LASTS_S,
    after_s=1.0,
    looks=frozenset({ItemLook.SCANS}),
)
