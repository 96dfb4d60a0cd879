"""Every seeded defect, in an application or in a lab, turns a suite red: on the promise that it breaks, and in words.

One run of pytest a row, as a team would start it, on a lab of its own; half a minute to a minute each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sabotage.rows import Row, require_noticed

pytestmark = pytest.mark.sabotage
MANAGED = "managed-failover and not named"

ROWS = (
    Row(
        application="without_pool",
        # A connection for each request costs more than the request: two cores can do no 200 of them a second.
        load="rate = 50",
        select=("-m", "connections", "-k", "TestExhaustion and flood"),
        broken={"throughput_keeps": r"of steady throughput, of 95% wanted; .*too many connections \(53300\)"},
        also=frozenset({"pool_is_bounded"}),
    ),
    Row(
        application="without_statement_timeout",
        select=("-m", "timeouts", "-k", "sleeping-query"),
        broken={
            "statements_end_in_time": r"outlived the 1 s allowed[\s\S]*\nshop, pid \d+ at \S+, .*SELECT pg_sleep\(3\)",
            "client_outlasts_server": r"client_deadline is not longer than statement_timeout: .*statement_timeout 0",
        },
    ),
    Row(
        application="without_lock_timeout",
        select=("-m", "timeouts", "-k", "idle-transaction"),
        broken={
            "lock_waits_end": r"lasted longer than the 0.5 s allowed[\s\S]*\nshop, pid|^lock_timeout of .* is 0",
            "client_outlasts_server": r"statement_timeout is not longer than lock_timeout: .*lock_timeout 0",
        },
    ),
    Row(
        application="retries_without_bound",
        select=("-m", "timeouts", "-k", "idle-transaction"),
        broken={"retries_are_bounded": r"attempts a request .*, 50 for the worst, of 1.2 allowed"},
        also=frozenset({"lock_waits_end"}),  # tried again until there was a lock to be had, nobody was told of a limit
    ),
    Row(
        application="pool_of_100",
        select=("-m", "phase5", "-k", "TestExpectedLoad"),
        broken={
            "pool_utilisation": r"of 100.0 connections were in use, .*more than 80% wanted: a pool of \d+ would do"
        },
    ),
    Row(
        application="leaks_connections",
        select=("-m", "phase5", "-k", "TestExpectedLoad"),
        broken={"pool_is_bounded": r"\d connections? taken from pool writer never given back"},
        also=frozenset({"pool_utilisation"}),  # what leaked looks used, and nobody is served by it
    ),
    Row(
        application="hidden_queue",
        select=("-m", "phase5", "-k", "TestExpectedLoad"),
        broken={"pool_is_bounded": r"the queue of pool writer has no bound, and grew to \d+"},
    ),
    Row(
        application="transfer_without_transaction",
        select=("-m", "phase5", "-k", "writer-crash"),
        broken={
            "money_is_conserved": r"money invariants? violated: [\s\S]*accounts whose balance is not what transfers say"
        },
        also=frozenset({"each_transfer_once"}),
    ),
    Row(
        application="transfer_without_key",
        select=("-m", "phase5", "-k", "writer-crash"),
        broken={"each_transfer_once": r"\d never asked for[\s\S]*/2: never asked for"},
    ),
    Row(
        application="reads_at_the_writer",
        select=("-m", "phase4", "-k", "TestReads"),
        broken={"no_read_at_the_writer": r"[\d,]+ reads of the application were answered by the writer"},
    ),
    Row(
        lab="missing-index",
        select=("-m", "phase2 and aurora"),
        broken={
            "every_pattern_is_served_by_an_index": r"8 of 9 patterns are served by an index, not orders-of-customer",
            "no_sequential_scan_on_large": r"1 sequential scan of large tables in \d+ statements: orders",
            "foreign_keys_are_indexed": r"CREATE INDEX CONCURRENTLY ON orders \(customer_id\);",
        },
    ),
    Row(
        lab="duplicate-index",
        select=("-m", "phase2 and aurora"),
        broken={
            "no_duplicate_index": r"created_again on orders \(\d\.\d MB\): the same as .*; DROP INDEX CONCURRENTLY"
        },
    ),
    Row(
        lab="unused-index",
        select=("-m", "phase2 and aurora"),
        broken={"no_unused_index": r"orders_total on orders \(\d\.\d MB\): .*; DROP INDEX CONCURRENTLY orders_total;"},
    ),
    Row(
        lab="no-statistics",
        select=("-m", "degradation", "-k", "stale-statistics"),
        broken={"fast_again": r"in the end, of 10 ms allowed; [\s\S]*\nopen-orders: p95"},
    ),
    Row(
        lab="no-readers",
        select=("-m", "phase4", "-k", "TestCluster"),
        broken={
            "has_a_reader_in_another_zone": r"there is nobody to fail over to\naws rds create-db-instance",
            "spans_zones": r"1 instance in 1 zone",
            "readers_can_be_promoted": r"nobody is to be promoted: no reader",
        },
    ),
    Row(
        lab="uneven-readers",
        select=("-m", "phase4", "-k", "TestReads"),
        broken={"reads_are_spread": r"of 60 connections \S+ got \d, the fewest of 2 readers"},
    ),
    Row(
        lab="reads-at-the-writer",
        select=("-m", "phase4", "-k", "TestReads"),
        broken={"no_read_at_the_writer": r"\d\d of 60 connections to the reader endpoint reached the writer"},
        also=frozenset({"reader_refuses_writes"}),
    ),
    Row(
        lab="deaf-readers",
        select=("-m", "failover", "-k", MANAGED),
        broken={"readers_keep_answering": r"had no read answered for up to 1\d\.\d+ s, of 10 s allowed"},
    ),
    Row(
        lab="reads-go-back",
        select=("-m", "failover", "-k", MANAGED),
        broken={"reads_are_monotonic": r"reads went back behind an earlier one on its connection"},
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_defect_is_noticed(row: Row, tmp_path: Path) -> None:
    """The run exits 1; the promise is broken, not undecided, the cause stands in words, and all others are held."""
    require_noticed(row, tmp_path)
