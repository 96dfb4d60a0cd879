"""Promises about an application on DynamoDB under faults: what its clients send, what becomes of what they write."""

from drill.checks.items.capacity.attempts import attempts_are_bounded
from drill.checks.items.capacity.backoff import backs_off_with_jitter
from drill.checks.items.capacity.batches import batches_are_completed
from drill.checks.items.capacity.deadline import served_within_deadline
from drill.checks.items.capacity.hot_key import hot_key_is_named
from drill.checks.items.capacity.storm import no_storm_afterwards
from drill.checks.items.capacity.throttled import throttled_for
from drill.checks.items.degradation.notice import trouble_is_noticed_within
from drill.checks.items.diagnosis import Diagnosis, Reason, diagnose
from drill.checks.items.diagnosis.cause import cause_is_named
from drill.checks.items.integration.tokens import tokens_are_used
from drill.checks.items.integration.transactions import transactions_are_retried
from drill.checks.items.reasons import REASONS
from drill.checks.items.retries.modes import modes_side_by_side
from drill.checks.items.timeouts.calls_end import calls_end_before_the_deadline
from drill.checks.items.timeouts.repeats import repeats_are_safe
from drill.checks.items.timeouts.silence import slow_is_told_from_silent
from drill.checks.items.timeouts.unknown import unknown_outcomes_are_settled
from drill.checks.items.truth.answered import acknowledged_after_the_database
from drill.checks.items.truth.doubled import nothing_doubled
from drill.checks.items.truth.lost import nothing_lost

__all__ = [
    "REASONS",
    "Diagnosis",
    "Reason",
    "acknowledged_after_the_database",
    "attempts_are_bounded",
    "backs_off_with_jitter",
    "batches_are_completed",
    "calls_end_before_the_deadline",
    "cause_is_named",
    "diagnose",
    "hot_key_is_named",
    "modes_side_by_side",
    "no_storm_afterwards",
    "nothing_doubled",
    "nothing_lost",
    "repeats_are_safe",
    "served_within_deadline",
    "slow_is_told_from_silent",
    "throttled_for",
    "tokens_are_used",
    "transactions_are_retried",
    "trouble_is_noticed_within",
    "unknown_outcomes_are_settled",
]
