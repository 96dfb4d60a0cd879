"""Decision 1: NoSQL or relational."""

from __future__ import annotations

from drill.advice import Advice, Choice
from drill.checks.promise import Finding, observation
from drill.checks.selection.deployed import Deployed, tables_of
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def database_type_fits(advice: Advice) -> Check:
    """What is deployed is of the type that the workload asks for.

    Where it asks for both, one of them fits its part: whoever looks at a cluster does not see the tables beside it.
    Undecided where a table that it names for DynamoDB is not there.
    Undecided where the needs contradict each other: no database meets them.
    """

    @observation("database_type_fits", objective=f"{advice.placement.choice} for {advice.workload}")
    def judged(history: History) -> Finding:
        deployed = Deployed.of(history)
        stores, placed = deployed.stores, advice.placement
        if not advice.stores:
            raise Undecided(f"{advice.workload}: {placed.because}; {placed.would_change}")
        wrong = [each for each in stores if each not in advice.stores]
        if not wrong and Choice.DYNAMODB in stores:
            _, missing = tables_of(advice, deployed)
            if missing:
                raise Undecided("; ".join(missing))
        what = f"{' and '.join(wrong or stores)} is deployed"
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{what}, and {advice.workload} asks for {placed.choice}: {placed.because}",
            measured=dict(placed.measured),
            evidence=(f"would change it: {placed.would_change}",) if wrong else (),
        )

    return judged
