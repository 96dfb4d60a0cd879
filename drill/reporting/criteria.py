"""What the requirements ask for, phase by phase and scenario by scenario, and which promises prove it on a cluster."""

from __future__ import annotations

from functools import partial

from drill.reporting.criteria_of_tables import CRITERIA_OF_TABLES
from drill.reporting.criterion import Criterion, Worst, measured, proven, scenario

__all__ = ["CRITERIA", "Criterion", "Worst"]

_P1 = partial(proven, "Phase 1: Database Selection and Provisioning", by="provisioning")
_P2 = partial(proven, "Phase 2: Data Modeling and Access Patterns", by="modelling")
_P3 = partial(measured, "Phase 3: Query Optimization", by="optimisation")
_P4, _P4_MEASURED = (partial(each, "Phase 4: High Availability and Replication") for each in (proven, measured))
_P5, _P5_MEASURED = (partial(each, "Phase 5: Application Integration", by="integration") for each in (proven, measured))

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
    _P1(
        "Type and capacity model follow the access patterns",
        "availability_fits",
        "capacity_model_fits_the_workload",
        "database_type_fits",
        "scaling_fits",
        by="selection",
    ),
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
    scenario(1, "Database Connection Exhaustion", "connections"),
    scenario(2, "Query Timeout", "timeouts"),
    scenario(3, "High Availability Failover", "failover"),
    scenario(4, "Performance Degradation", "degradation"),
    scenario(5, "Cost Overrun", "cost"),
    *CRITERIA_OF_TABLES,
)
"""In the order and the words of the requirements document; what it asks of DynamoDB comes last."""
