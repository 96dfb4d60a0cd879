"""Every seeded defect on DynamoDB turns a suite red: a client's, a data model's, a table's, or DynamoDB's own.

One run of pytest a row, as a team would start it, on a lab of its own; ten seconds to a minute each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sabotage.rows import Row, require_noticed

pytestmark = pytest.mark.sabotage

REFUSED = ("-m", "dynamodb and connections", "-k", "TestEveryReason")
UNANSWERED = ("-m", "dynamodb and timeouts", "-k", "TestUnanswered")
TRANSFERS = ("-m", "dynamodb and phase5", "-k", "test_application_integration")
MODEL = ("-m", "dynamodb and phase2", "-k", "test_access_patterns")
SET_UP = ("-m", "dynamodb and phase1", "-k", "test_provisioning")
REGION_LOSS = ("-m", "dynamodb and failover", "-k", "TestRegionLoss")
PAUSED = ("-m", "dynamodb and failover", "-k", "TestPausedReplication")

CLIENTS = (
    Row(
        item_application="without_backoff",
        select=REFUSED,
        broken={
            "backs_off_with_jitter": r"half of the first repeats came within [0-4]\.\d ms",
            "attempts_are_bounded": r"of 2\.5 allowed; \d\d+ for the worst, of 10",
        },
    ),
    Row(
        item_application="same_pause_for_all",
        select=REFUSED,
        broken={"backs_off_with_jitter": r"half of the first repeats came within [0-4]\.\d ms|they do not grow"},
        # All attempts are spent while the refusal still lasts.
        also=frozenset({"served_within_deadline"}),
    ),
    Row(
        item_application="storms",
        select=REFUSED,
        broken={"attempts_are_bounded": r"\d\.\d+ calls a request during the fault, of 2\.5 allowed"},
        # Ten times as many calls as there are threads for: its users wait in line, before the fault and after it.
        also=frozenset({"served_within_deadline", "backs_off_with_jitter", "no_storm_afterwards"}),
    ),
    Row(
        item_application="answers_too_early",
        select=UNANSWERED,
        broken={"acknowledged_after_the_database": r"[1-9]\d* were only later|[1-9]\d* had not been"},
        also=frozenset({"served_within_deadline"}),  # what it has answered already, it does not try again for long
    ),
    Row(
        item_application="gives_up",
        select=REFUSED,
        broken={
            "served_within_deadline": r"% of [\d,]+ requests during the fault were served within 3 s, .*95% of that"
        },
        also=frozenset({"backs_off_with_jitter", "batches_are_completed"}),  # who never repeats shows neither
    ),
    Row(
        item_application="ignores_unprocessed",
        select=REFUSED,
        broken={
            "batches_are_completed": r"order-batch \(\S+\) was answered OK: \d of 10 items were done, \d are not there",
            "nothing_lost": r"\d+ of [\d,]+ values that were acknowledged are not there",
        },
    ),
    Row(
        item_application="without_idempotency",
        select=TRANSFERS,
        broken={
            "repeats_are_safe": r"[\d,]+ x UpdateItem of transfer",
            "money_is_conserved": r"[\s\S]*accounts whose balance is not what transfers say",
        },
    ),
    Row(
        item_application="new_token_each_time",
        select=TRANSFERS,
        broken={"money_is_conserved": r"money invariants? violated: "},
    ),
    Row(
        item_application="without_deadline",
        select=UNANSWERED,
        broken={
            "calls_end_before_the_deadline": r"the longest call took \d+\.\d+ s, .* of 3 s allowed",
            "served_within_deadline": r"% of [\d,]+ requests during the fault were served within 3 s",
        },
        # It waits a minute for what nobody answers: what was silence ends as a cut, and nothing is ever repeated.
        also=frozenset(
            {
                "slow_is_told_from_silent",
                "unknown_outcomes_are_settled",
                "repeats_are_safe",
                "no_storm_afterwards",
            }
        ),
    ),
    Row(
        item_application="takes_unknown_for_failed",
        select=UNANSWERED,
        broken={"unknown_outcomes_are_settled": r"\d said to have failed, and applied"},
        # It never repeats, and meets the end of the silence as a cut.
        also=frozenset(
            {"served_within_deadline", "repeats_are_safe", "each_transfer_once", "slow_is_told_from_silent"}
        ),
    ),
    Row(
        item_application="new_item_each_time",
        select=UNANSWERED,
        broken={"nothing_doubled": r"[1-9]\d* values in items they were not written to"},
        also=frozenset({"nothing_lost", "unknown_outcomes_are_settled"}),  # some stand under the other number alone
    ),
    Row(
        item_application="without_failover",
        select=REGION_LOSS,
        broken={
            "turns_to_the_other_region_within": r"reads never were served in the other region while the fault lasted; "
            r"writes never were"
        },
    ),
)

MODELS = (
    Row(
        item_application="scans_for_orders",
        select=MODEL,
        broken={
            "served_by_key": r"not orders-of-customer\norders-of-customer: Scan of \S+-shop, \d+ calls",
            "read_amplification_within": r"orders-of-customer, the worst of 4 patterns that read",
        },
    ),
    Row(
        item_application="asks_one_key",
        select=MODEL,
        broken={"keys_spread_the_load": r"customer#1 of \S+-shop takes [3-9]\d\.\d % of read units"},
    ),
)

TABLES = (
    Row(
        lab="replication-drops-items",
        select=REGION_LOSS,
        broken={
            "every_acknowledged_write_is_there_or_overwritten": r"\d+ of [\d,]+ writes that were acknowledged are lost"
            r"[\s\S]*nothing stands there",
            "regions_converge_within": r"\d+ items differ between us-east-1 and us-west-2 in the end",
        },
        also=frozenset({"nothing_else_is_lost"}),
    ),
    Row(
        lab="replication-older-wins",
        select=PAUSED,
        broken={"every_acknowledged_write_is_there_or_overwritten": r"an older one stands there"},
        also=frozenset({"regions_converge_within", "nothing_else_is_lost"}),  # each region keeps its own older one
    ),
    Row(
        lab="acks-and-forgets",
        select=PAUSED,
        broken={
            "every_acknowledged_write_is_there_or_overwritten": r"\d+ of [\d,]+ writes that were acknowledged are lost"
            r"[\s\S]*nothing stands there"
        },
        also=frozenset({"regions_converge_within", "nothing_else_is_lost"}),
    ),
    Row(
        lab="doubles-transactions",
        item_application="by_token_alone",
        select=TRANSFERS,
        broken={"money_is_conserved": r"money invariants? violated: "},
    ),
    Row(
        lab="table-unencrypted",
        select=SET_UP,
        broken={
            "tables_encrypted": r"orders is encrypted with a key of type AWS_OWNED"
            r"[\s\S]*\naws dynamodb update-table --table-name orders --sse-specification"
        },
    ),
    Row(
        lab="no-point-in-time-recovery",
        select=SET_UP,
        broken={
            "point_in_time_recovery_is_on": r"what is lost from orders is lost"
            r"[\s\S]*\naws dynamodb update-continuous-backups --table-name orders"
        },
    ),
    Row(
        lab="no-autoscaling",
        select=SET_UP,
        broken={
            "autoscaling_is_set": r"ReadCapacityUnits of sessions: nothing scales them"
            r"[\s\S]*\naws application-autoscaling register-scalable-target",
            "billing_fits": r"sessions pays for 40 read and 40 write units all day, and nothing adapts them",
        },
        also=frozenset({"alarms_watch"}),  # those that autoscaling brings along are missing, too
    ),
    Row(
        lab="no-alarms",
        select=SET_UP,
        broken={
            "alarms_watch": r"nobody is told of throttled reads, .* of orders"
            r"[\s\S]*\naws cloudwatch put-metric-alarm --alarm-name orders-ReadThrottleEvents"
        },
    ),
)


@pytest.mark.parametrize("row", [*CLIENTS, *MODELS, *TABLES], ids=str)
def test_a_defect_is_noticed(row: Row, tmp_path: Path) -> None:
    """The run exits 1; the promise is broken, not undecided, the cause stands in words, and all others are held."""
    require_noticed(row, tmp_path)
