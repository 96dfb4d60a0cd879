"""What the requirements ask for, and which promises prove it on DynamoDB."""

from __future__ import annotations

from functools import partial

from drill.reporting.criterion import Criterion, Worst, measured, proven, scenario

_P1 = partial(proven, "Phase 1: Database Selection and Provisioning", by="dynamodb-provisioning")
_P2 = partial(proven, "Phase 2: Data Modeling and Access Patterns", by="dynamodb-modelling")
_P3 = partial(measured, "Phase 3: Query Optimization", by="dynamodb-modelling")
_P4 = partial(proven, "Phase 4: High Availability and Replication", by="dynamodb-failover")
_P5 = partial(proven, "Phase 5: Application Integration", by="dynamodb-integration")
_SCENARIO = partial(scenario, of="DynamoDB")

CRITERIA_OF_TABLES: tuple[Criterion, ...] = (
    _P1("Database/table created successfully (DynamoDB)", "tables_are_active"),
    _P1(
        "Basic configuration verified (DynamoDB)",
        "alarms_watch",
        "autoscaling_is_set",
        "billing_fits",
        "deletion_is_protected",
        "point_in_time_recovery_is_on",
    ),
    _P1("Encryption status confirmed (DynamoDB)", "tables_encrypted"),
    _P1(
        "Type and capacity model follow the access patterns (DynamoDB)",
        "availability_fits",
        "capacity_model_fits_the_workload",
        "database_type_fits",
        "scaling_fits",
        by="dynamodb-selection",
    ),
    _P2("Data models designed and implemented (DynamoDB)", "item_sizes_within", "keys_spread_the_load"),
    _P2("Access patterns optimized (DynamoDB)", "read_amplification_within", "served_by_key"),
    _P2("Indexes created and verified (DynamoDB)", "no_over_projection", "no_unused_table_index", "served_by_key"),
    _P3(
        "Query latency <10ms p95 for indexed queries (DynamoDB)",
        "reads_answered_within",
        "worst_read_p95_ms",
        lambda milliseconds: milliseconds < 10,
    ),
    _P3(
        "Index utilization >90% (DynamoDB)",
        "reads_go_by_key",
        "index_utilisation_pct",
        lambda percent: percent > 90,
        worst=Worst.LEAST,
    ),
    _P3(
        "Query optimization reduces execution time by 60% (DynamoDB, units read)",
        "key_saves",
        "least_saved_pct",
        lambda percent: percent >= 60,
        worst=Worst.LEAST,
    ),
    _P4("DynamoDB global tables configured", "regions_converge_within", "replication_catches_up_within"),
    _P4("Automatic failover to the other region (DynamoDB)", "turns_to_the_other_region_within"),
    _P4(
        "Zero data loss in failover scenarios (DynamoDB)",
        "every_acknowledged_write_is_there_or_overwritten",
        "no_foreign_value",
        "nothing_else_is_lost",
    ),
    _P5(
        "Transaction management verified (DynamoDB)",
        "each_transfer_once",
        "money_is_conserved",
        "nothing_doubled",
        "tokens_are_used",
        "transactions_are_retried",
    ),
    _SCENARIO(1, "Database Connection Exhaustion", "dynamodb-connections"),
    _SCENARIO(2, "Query Timeout", "dynamodb-timeouts"),
    _SCENARIO(3, "High Availability Failover", "dynamodb-failover"),
    _SCENARIO(4, "Performance Degradation", "dynamodb-degradation"),
    _SCENARIO(5, "Cost Overrun", "dynamodb-cost"),
)
"""In the order of the requirements document, in its words where it has some."""
