"""Promises about a database under load: throughput, latency, connections, timeouts, degradation, access paths."""

from drill.checks.load.access.foreign_keys import foreign_keys_are_indexed
from drill.checks.load.access.latency import p95_within
from drill.checks.load.access.savings import index_saves
from drill.checks.load.access.served import every_pattern_is_served_by_an_index, no_sequential_scan_on_large
from drill.checks.load.access.surplus import no_duplicate_index, no_redundant_index, no_unused_index
from drill.checks.load.access.utilisation import index_utilisation
from drill.checks.load.availability.endpoints import endpoints_lead_right
from drill.checks.load.availability.lag import readers_lag_within
from drill.checks.load.availability.refusal import reader_refuses_writes
from drill.checks.load.availability.spread import no_read_at_the_writer, reads_are_spread
from drill.checks.load.availability.topology import has_a_reader_in_another_zone, readers_can_be_promoted, spans_zones
from drill.checks.load.connections.baseline import connections_return_to_baseline
from drill.checks.load.connections.holders import holders_are_named
from drill.checks.load.connections.operator import operator_gets_in
from drill.checks.load.connections.pool import pool_is_bounded
from drill.checks.load.connections.steady_again import steady_again_within
from drill.checks.load.connections.surplus import surplus_is_refused_clearly
from drill.checks.load.connections.throughput import throughput_keeps
from drill.checks.load.connections.utilisation import pool_utilisation
from drill.checks.load.connections.waits import waits_within
from drill.checks.load.degradation.again import fast_again, throughput_returns
from drill.checks.load.degradation.cause import cause_is_named
from drill.checks.load.degradation.notice import degradation_is_noticed_within
from drill.checks.load.degradation.ramp import highest_rate, ramp
from drill.checks.load.degradation.readers import lagging_is_told_from_down
from drill.checks.load.diagnosis import Diagnosis, Reason, diagnose
from drill.checks.load.glance import at_a_glance
from drill.checks.load.integration.acknowledged import what_was_acknowledged_is_there
from drill.checks.load.integration.invariants import invariants_hold, money_is_conserved
from drill.checks.load.integration.recovery import application_recovers_within
from drill.checks.load.integration.repeats import (
    non_retryable_errors_are_not_retried,
    serialization_failures_are_retried,
)
from drill.checks.load.integration.transfers import each_transfer_once
from drill.checks.load.timeouts.bystanders import others_stay_fast
from drill.checks.load.timeouts.deadlines import client_outlasts_server
from drill.checks.load.timeouts.idle import idle_transactions_end
from drill.checks.load.timeouts.leftovers import nothing_is_left_running
from drill.checks.load.timeouts.locks import lock_waits_end
from drill.checks.load.timeouts.named import culprit_is_named
from drill.checks.load.timeouts.retries import retries_are_bounded
from drill.checks.load.timeouts.statements import statements_end_in_time

__all__ = [
    "Diagnosis",
    "Reason",
    "application_recovers_within",
    "at_a_glance",
    "cause_is_named",
    "client_outlasts_server",
    "connections_return_to_baseline",
    "culprit_is_named",
    "degradation_is_noticed_within",
    "diagnose",
    "each_transfer_once",
    "endpoints_lead_right",
    "every_pattern_is_served_by_an_index",
    "fast_again",
    "foreign_keys_are_indexed",
    "has_a_reader_in_another_zone",
    "highest_rate",
    "holders_are_named",
    "idle_transactions_end",
    "index_saves",
    "index_utilisation",
    "invariants_hold",
    "lagging_is_told_from_down",
    "lock_waits_end",
    "money_is_conserved",
    "no_duplicate_index",
    "no_read_at_the_writer",
    "no_redundant_index",
    "no_sequential_scan_on_large",
    "no_unused_index",
    "non_retryable_errors_are_not_retried",
    "nothing_is_left_running",
    "operator_gets_in",
    "others_stay_fast",
    "p95_within",
    "pool_is_bounded",
    "pool_utilisation",
    "ramp",
    "reader_refuses_writes",
    "readers_can_be_promoted",
    "readers_lag_within",
    "reads_are_spread",
    "retries_are_bounded",
    "serialization_failures_are_retried",
    "spans_zones",
    "statements_end_in_time",
    "steady_again_within",
    "surplus_is_refused_clearly",
    "throughput_keeps",
    "throughput_returns",
    "waits_within",
    "what_was_acknowledged_is_there",
]
