"""Decision 1: NoSQL or relational.

"Use DynamoDB for high-scale, low-latency workloads; Aurora for complex queries and transactions."

    relational needs   more than a cluster does   choice
    none               -                          DynamoDB
    some               no                         Aurora
    some               yes                        both, where patterns that share no table can be told apart
                                                  and what is left for Aurora is not too much; else none
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from drill.advice.demand import read_share
from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.rules.needs import Need, relational_needs, scale_needs
from drill.advice.workload import AccessPattern, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The decision, and the part of the workload that each store then carries; none where the needs contradict."""

    recommendation: Recommendation
    parts: tuple[tuple[Choice, Workload], ...]


def store(workload: Workload, figures: Figures) -> Placement:
    """Decide by what only one of the two can give; where both are needed, by whether the workload can be divided."""
    relational, scale = relational_needs(workload, figures), scale_needs(workload, figures)
    measured = {
        "relational_needs": float(len(relational)),
        "scale_needs": float(len(scale)),
        "read_share_pct": 100 * read_share(workload),
    }

    def decided(choice: Choice, because: str, rests_on: str, would_change: str) -> Recommendation:
        return Recommendation(
            decision=Decision.STORE,
            choice=choice,
            because=because,
            rests_on=rests_on,
            would_change=would_change,
            measured=measured,
        )

    counted = f"{len(relational)} relational needs; {len(scale)} beyond one cluster in {figures.horizon_months} months"
    if not relational:
        return Placement(
            recommendation=decided(
                Choice.DYNAMODB,
                "every pattern reads or writes by key" + ("; " + _told(scale) if scale else "") + _fast(workload),
                counted,
                "a join, an aggregate, a search, SQL, foreign keys, or a transaction beyond DynamoDB's limits",
            ),
            parts=((Choice.DYNAMODB, workload),),
        )
    if not scale:
        return Placement(
            recommendation=decided(
                Choice.AURORA,
                _told(relational),
                counted,
                f"DynamoDB would do if all of this gave way: {_ways(relational)}",
            ),
            parts=((Choice.AURORA, workload),),
        )
    parts = _divided(workload, relational, figures)
    if parts:
        (_, sql), (_, items) = parts
        divided = f"Aurora for {_names(sql.patterns)}; DynamoDB for {_names(items.patterns)}, which share no table"
        return Placement(
            recommendation=decided(
                Choice.BOTH,
                f"{_told(relational)}; but {_told(scale)}: {divided}",
                counted,
                "a table that patterns of both sides use",
            ),
            parts=parts,
        )
    return Placement(
        recommendation=decided(
            Choice.CONTRADICTION,
            f"{_told(relational)}; but {_told(scale)}, and the workload cannot be divided by its tables",
            counted,
            f"one side gives way: either {_ways(relational)}; or {_ways(scale)}",
        ),
        parts=(),
    )


def _divided(workload: Workload, needs: tuple[Need, ...], figures: Figures) -> tuple[tuple[Choice, Workload], ...]:
    """Aurora's part and DynamoDB's; nothing where a need is the whole workload's, or a part would still not fit."""
    if any(each.pattern is None for each in needs) or not all(each.tables for each in workload.patterns):
        return ()
    wanted = {each.pattern for each in needs}
    tables = {table for each in workload.patterns if each.name in wanted for table in each.tables}
    # Whoever shares a table with one of Aurora's patterns is Aurora's, and so are its other tables in turn.
    while more := {table for each in workload.patterns if tables & {*each.tables} for table in each.tables} - tables:
        tables |= more
    sql = tuple(each for each in workload.patterns if tables & {*each.tables})
    items = tuple(each for each in workload.patterns if each not in sql)
    # Nobody says how the storage divides: all of it must fit, whichever the part.
    relational = replace(workload, patterns=sql)
    if not items or scale_needs(relational, figures):
        return ()
    return ((Choice.AURORA, relational), (Choice.DYNAMODB, replace(workload, patterns=items)))


def _fast(workload: Workload) -> str:
    return "" if workload.latency_p95_ms is None else f"; p95 of {workload.latency_p95_ms:g} ms at any scale"


def _told(needs: tuple[Need, ...]) -> str:
    return "; ".join(each.what for each in needs)


def _ways(needs: tuple[Need, ...]) -> str:
    return ", and ".join(dict.fromkeys(each.way for each in needs))


def _names(patterns: Iterable[AccessPattern]) -> str:
    return ", ".join(each.name for each in patterns)
