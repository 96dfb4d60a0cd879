"""Decision 3: one zone, several, or several regions.

"Use multi-AZ for production workloads, single-AZ for development."
"""

from __future__ import annotations

from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.workload import Environment, Workload


def availability(workload: Workload, store: Choice, figures: Figures) -> Recommendation:
    """Choose the least that gives what was asked, and never less than several zones in production."""
    choice, because, change = _chosen(workload, store, figures)
    allowed = workload.downtime_minutes_per_month
    told = (
        f"the environment, {workload.environment}",
        *((f"{allowed:g} min a month away at most",) if allowed is not None else ()),
        *((f"back within {workload.recovery_time_s:g} s",) if workload.recovery_time_s is not None else ()),
    )
    return Recommendation(
        decision=Decision.AVAILABILITY,
        store=store,
        choice=choice,
        because=because,
        rests_on=", ".join(told),
        would_change=change,
        measured={} if allowed is None else {"allowed_minutes_per_month": allowed},
    )


def _chosen(workload: Workload, store: Choice, figures: Figures) -> tuple[Choice, str, str]:
    allowed, one = workload.downtime_minutes_per_month, figures.one_region_minutes_per_month
    second = "a global table" if store is Choice.DYNAMODB else "an Aurora Global Database"
    if allowed is not None and allowed < one:
        because = f"{allowed:g} min a month are less than the {one:.1f} min that one region may be away: {second}"
        two = figures.two_regions_minutes_per_month
        if store is Choice.AURORA:
            because += ", whose other region takes over when somebody tells it to"
        elif allowed < two:
            because += f"; even that may be away for {60 * two:.0f} s"
        return Choice.MULTI_REGION, because, f"{one:.1f} min a month or more allowed"
    if store is Choice.DYNAMODB:
        because = "a table lies in three zones of its region, whatever is chosen, and one region is enough"
        return Choice.MULTI_AZ, because, f"less than {one:.1f} min a month allowed: {second}"
    if workload.environment is Environment.PRODUCTION:
        because = "production: a reader in another zone takes over by itself"
        return Choice.MULTI_AZ, because, "an environment that nobody depends on: development"
    away_s = figures.without_reader_s
    tight = min(
        workload.recovery_time_s if workload.recovery_time_s is not None else away_s,
        60 * allowed if allowed is not None else away_s,
    )
    if tight < away_s:
        because = f"development, but away for {tight:g} s at most: without a reader it is up to {away_s / 60:.0f} min"
        return Choice.MULTI_AZ, because, f"{away_s / 60:.0f} min allowed"
    because = f"development: whoever waits {away_s / 60:.0f} min for a new instance saves the second one"
    return Choice.SINGLE_AZ, because, f"production, or a recovery time below {away_s / 60:.0f} min"
