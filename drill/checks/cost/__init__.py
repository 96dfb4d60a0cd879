"""Promises about what a database costs: budget, capacity model, sizes, alerts, and an overrun that is injected."""

from drill.checks.cost.alerts import budget_with_alert_exists
from drill.checks.cost.bounded import overrun_is_bounded
from drill.checks.cost.budget import within_budget
from drill.checks.cost.capacity_model import capacity_model_fits
from drill.checks.cost.named import overrun_is_named
from drill.checks.cost.notice import overrun_is_noticed_within
from drill.checks.cost.patterns import cost_by_pattern
from drill.checks.cost.sizes import nothing_oversized, nothing_undersized
from drill.checks.cost.watched import consumption_is_watched

__all__ = [
    "budget_with_alert_exists",
    "capacity_model_fits",
    "consumption_is_watched",
    "cost_by_pattern",
    "nothing_oversized",
    "nothing_undersized",
    "overrun_is_bounded",
    "overrun_is_named",
    "overrun_is_noticed_within",
    "within_budget",
]
