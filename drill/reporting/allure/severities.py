"""How grave it is that a promise is broken, in Allure's words: what is lost for good, what is away, what is slow."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Severity(StrEnum):
    """Allure's own; the gravest first."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    NORMAL = "normal"
    MINOR = "minor"


LOST_FOR_GOOD = frozenset(
    {
        "acknowledged_after_the_database",
        "each_transfer_once",
        "encrypted_at_rest",
        "encrypted_in_transit",
        "every_acknowledged_write_is_there_or_overwritten",
        "every_acknowledged_write_survives",
        "invariants_hold",
        "is_not_public",
        "money_is_conserved",
        "no_foreign_value",
        "no_refused_write_appears",
        "no_write_is_applied_twice",
        "nothing_doubled",
        "nothing_else_is_lost",
        "nothing_lost",
        "one_writer_at_a_time",
        "recovery_point_within",
        "repeats_are_safe",
        "tables_encrypted",
        "what_was_acknowledged_is_there",
    }
)
"""Data that is lost, doubled, made up or open to others: no later recovery mends it."""

AWAY = frozenset(
    {
        "application_recovers_within",
        "attempts_are_bounded",
        "backups_are_kept",
        "batches_are_completed",
        "calls_end_before_the_deadline",
        "cluster_is_available",
        "connections_return_to_baseline",
        "control_plane_agrees",
        "deletion_is_protected",
        "endpoints_lead_right",
        "fast_again",
        "has_a_reader_in_another_zone",
        "idle_transactions_end",
        "lock_waits_end",
        "no_storm_afterwards",
        "nothing_is_left_running",
        "operator_gets_in",
        "others_stay_fast",
        "overrun_is_bounded",
        "point_in_time_recovery_is_on",
        "pool_is_bounded",
        "readers_can_be_promoted",
        "readers_keep_answering",
        "readers_stay_fresh",
        "reads_are_monotonic",
        "recovered_within",
        "redundancy_restored",
        "regions_converge_within",
        "replicas_match",
        "replication_catches_up_within",
        "retries_are_bounded",
        "serialization_failures_are_retried",
        "served_within_deadline",
        "spans_zones",
        "statements_end_in_time",
        "steady_again_within",
        "tables_are_active",
        "throughput_keeps",
        "throughput_returns",
        "tokens_are_used",
        "transactions_are_retried",
        "turns_to_the_other_region_within",
        "unknown_outcomes_are_settled",
        "what_was_asked_for_happens",
        "writes_go_on",
    }
)
"""Users are not served, or will not be at the next fault."""

WORSE = frozenset(
    {
        "alarms_watch",
        "autoscaling_is_set",
        "availability_fits",
        "backs_off_with_jitter",
        "billing_fits",
        "budget_with_alert_exists",
        "capacity_model_fits_the_workload",
        "cause_is_named",
        "client_outlasts_server",
        "consumption_is_watched",
        "culprit_is_named",
        "database_type_fits",
        "degradation_is_noticed_within",
        "every_pattern_is_served_by_an_index",
        "foreign_keys_are_indexed",
        "holders_are_named",
        "hot_key_is_named",
        "index_saves",
        "index_utilisation",
        "item_sizes_within",
        "key_saves",
        "keys_spread_the_load",
        "lagging_is_told_from_down",
        "no_read_at_the_writer",
        "no_sequential_scan_on_large",
        "non_retryable_errors_are_not_retried",
        "nothing_undersized",
        "overrun_is_named",
        "overrun_is_noticed_within",
        "p95_within",
        "pool_utilisation",
        "read_amplification_within",
        "reader_refuses_writes",
        "readers_lag_within",
        "reads_answered_within",
        "reads_are_spread",
        "reads_go_by_key",
        "scaling_fits",
        "served_by_key",
        "slow_is_told_from_silent",
        "surplus_is_refused_clearly",
        "throttled_for",
        "trouble_is_noticed_within",
        "waits_within",
        "within_budget",
    }
)
"""Slower, dearer or harder to understand than it should be."""

WASTEFUL = frozenset(
    {
        "capacity_model_fits",
        "cost_by_pattern",
        "has_a_parameter_group_of_its_own",
        "highest_rate",
        "logs_are_exported",
        "minor_versions_are_applied",
        "modes_side_by_side",
        "no_duplicate_index",
        "no_over_projection",
        "no_redundant_index",
        "no_unused_index",
        "no_unused_table_index",
        "nothing_oversized",
    }
)
"""Something to tidy up, or to know."""

SEVERITIES: dict[str, Severity] = {
    name: severity
    for names, severity in (
        (WASTEFUL, Severity.MINOR),
        (WORSE, Severity.NORMAL),
        (AWAY, Severity.CRITICAL),
        (LOST_FOR_GOOD, Severity.BLOCKER),
    )
    for name in names
}
"""Of every promise of drill.checks."""


def severity_of(promises: Iterable[str]) -> Severity:
    """The gravest of them; one that is not ours is critical, and so is a test that came to judge nothing."""
    found = {SEVERITIES.get(name, Severity.CRITICAL) for name in promises}
    return next((each for each in Severity if each in found), Severity.CRITICAL)
