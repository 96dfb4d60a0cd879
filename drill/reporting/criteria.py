"""What the requirements ask for, phase by phase and scenario by scenario, and which promises prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial


class Worst(Enum):
    """Which of several figures is the worst: the greatest outage, the least share of what must be used."""

    GREATEST = auto()
    LEAST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the requirements, and what proves it.

    It is proven in experiments of its `scenarios`. Each of `proofs` is a set of promises that suffice together; one
    that is broken breaks the criterion, whichever it belongs to. Without proofs it takes every promise. Where a
    `figure` is named, the figure decides and not the ruling: `within` is the requirement's own bound, which no
    objective of a run can loosen.
    """

    part: str
    text: str
    scenarios: frozenset[str]
    proofs: tuple[frozenset[str], ...] = ()
    figure: str | None = None
    within: Callable[[float], bool] = lambda _: True
    worst: Worst = Worst.GREATEST

    @property
    def promises(self) -> frozenset[str]:
        """Every promise that bears on it."""
        return frozenset().union(*self.proofs)


def _proven(part: str, text: str, *promises: str, by: str) -> Criterion:
    """A criterion that takes all of these promises, in experiments of scenarios that are named with blanks between."""
    return Criterion(part=part, text=text, scenarios=frozenset(by.split()), proofs=(frozenset(promises),))


def _measured(
    part: str,
    text: str,
    promise: str,
    figure: str,
    within: Callable[[float], bool],
    *,
    by: str,
    worst: Worst = Worst.GREATEST,
) -> Criterion:
    """A criterion about a figure that one promise measures."""
    return Criterion(
        part=part,
        text=text,
        scenarios=frozenset(by.split()),
        proofs=(frozenset({promise}),),
        figure=figure,
        within=within,
        worst=worst,
    )


def _scenario(number: int, title: str, name: str) -> Criterion:
    text = "Every promise of the scenario holds"
    return Criterion(part=f"Scenario {number}: {title}", text=text, scenarios=frozenset({name}))


_P1 = partial(_proven, "Phase 1: Database Selection and Provisioning", by="provisioning")
_P2 = partial(_proven, "Phase 2: Data Modeling and Access Patterns", by="modelling")
_P3 = partial(_measured, "Phase 3: Query Optimization", by="optimisation")
_P4, _P4_MEASURED = (partial(each, "Phase 4: High Availability and Replication") for each in (_proven, _measured))
_P5, _P5_MEASURED = (
    partial(each, "Phase 5: Application Integration", by="integration") for each in (_proven, _measured)
)

CRITERIA: tuple[Criterion, ...] = (
    _P1("Database/table created successfully", "cluster_is_available"),
    _P1(
        "Basic configuration verified",
        "backups_are_kept",
        "deletion_is_protected",
        "has_a_parameter_group_of_its_own",
        "is_not_public",
        "logs_are_exported",
        "minor_versions_are_applied",
    ),
    _P1("Encryption status confirmed", "encrypted_at_rest", "encrypted_in_transit"),
    _P2("Data models designed and implemented", "foreign_keys_are_indexed", "no_sequential_scan_on_large"),
    _P2("Access patterns optimized", "every_pattern_is_served_by_an_index", "no_sequential_scan_on_large"),
    _P2(
        "Indexes created and verified",
        "every_pattern_is_served_by_an_index",
        "no_duplicate_index",
        "no_redundant_index",
        "no_unused_index",
    ),
    _P3(
        "Query latency <10ms p95 for indexed queries",
        "p95_within",
        "worst_pattern_p95_ms",
        lambda milliseconds: milliseconds < 10,
    ),
    _P3(
        "Index utilization >90%",
        "index_utilisation",
        "index_utilisation_pct",
        lambda percent: percent > 90,
        worst=Worst.LEAST,
    ),
    _P3(
        "Query optimization reduces execution time by 60%",
        "index_saves",
        "least_saved_pct",
        lambda percent: percent >= 60,
        worst=Worst.LEAST,
    ),
    _P4(
        "Multi-AZ deployment configured",
        "has_a_reader_in_another_zone",
        "readers_can_be_promoted",
        "spans_zones",
        by="availability",
    ),
    _P4(
        "Read replicas functional",
        "no_read_at_the_writer",
        "reader_refuses_writes",
        "readers_lag_within",
        "reads_are_spread",
        by="availability",
    ),
    _P4_MEASURED(
        "Automatic failover completes in <60 seconds",
        "recovered_within",
        "recovery_time_s",
        lambda seconds: seconds < 60,
        by="failover availability",
    ),
    _P4_MEASURED(
        "Zero data loss in failover scenarios",
        "every_acknowledged_write_survives",
        "lost_writes",
        lambda writes: writes == 0,
        by="failover availability",
    ),
    _P5("Application-to-database connectivity functional", "endpoints_lead_right"),
    _P5_MEASURED(
        "Connection pool utilization >80%",
        "pool_utilisation",
        "pool_utilisation_pct",
        lambda percent: percent > 80,
        worst=Worst.LEAST,
    ),
    _P5(
        "Transaction management verified",
        "each_transfer_once",
        "invariants_hold",
        "money_is_conserved",
        "non_retryable_errors_are_not_retried",
        "serialization_failures_are_retried",
    ),
    _P5(
        "Data access patterns tested",
        "every_pattern_is_served_by_an_index",
        "p95_within",
        by="modelling optimisation",
    ),
    _scenario(1, "Database Connection Exhaustion", "connections"),
    _scenario(2, "Query Timeout", "timeouts"),
    _scenario(3, "High Availability Failover", "failover"),
    _scenario(4, "Performance Degradation", "degradation"),
    _scenario(5, "Cost Overrun", "cost"),
)
"""In the order and the words of the requirements document."""
