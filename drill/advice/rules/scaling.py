"""Decision 4: more instances or larger ones.

"Use horizontal scaling for read-heavy workloads, vertical for specific use cases."
"""

from __future__ import annotations

from drill.advice.demand import movable_share, read_share
from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.workload import Workload


def scaling(workload: Workload, store: Choice, figures: Figures) -> Recommendation:
    """Choose readers where they can take at least half of the load; a table scales by its partition keys."""
    if store is Choice.DYNAMODB:
        return Recommendation(
            decision=Decision.SCALING,
            store=store,
            choice=Choice.HORIZONTAL,
            because="a table is spread over partitions by its keys; there is no instance to enlarge",
            rests_on="how DynamoDB works: what limits it is its hottest key",
            would_change="nothing",
        )
    movable, reads = movable_share(workload), read_share(workload)
    enough = figures.read_heavy_share
    if movable >= enough:
        choice, most = (
            Choice.HORIZONTAL,
            f"up to {1 / (1 - movable):.1f} times" if movable < 1 else "any number of times",
        )
        because = f"readers can take {movable:.0%} of the load, and so carry {most} as much"
        change = f"less than {enough:.0%} of the requests reads that may be a little old"
    else:
        choice = Choice.VERTICAL
        because = (
            f"only {movable:.0%} of the load may go to readers: a larger instance doubles all of it, "
            f"readers carry {1 / (1 - movable):.1f} times as much at best"
        )
        change = f"{enough:.0%} or more of the requests reads with consistency = eventual"
    return Recommendation(
        decision=Decision.SCALING,
        store=store,
        choice=choice,
        because=because,
        rests_on=f"{reads:.0%} of the requests read, {movable:.0%} may be a little old; readers from {enough:.0%}",
        would_change=change,
        measured={"movable_share_pct": 100 * movable, "read_share_pct": 100 * reads},
    )
