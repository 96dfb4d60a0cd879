"""How patterns are served: each promise with a good, a bad and an undecided twin."""

from __future__ import annotations

from typing import Any

import pytest

from drill.checks.load import p95_within
from drill.checks.tables import (
    item_sizes_within,
    key_saves,
    keys_spread_the_load,
    no_over_projection,
    no_unused_table_index,
    read_amplification_within,
    reads_answered_within,
    reads_go_by_key,
    served_by_key,
)
from drill.verdict import Check, Ruling, Verdict, judge
from tests.drill.checks.tables.stories import Load, Row, unseen

CHECKS = [
    item_sizes_within(),
    keys_spread_the_load(),
    no_over_projection(),
    no_unused_table_index(),
    read_amplification_within(),
    reads_answered_within(),
    reads_go_by_key(),
    served_by_key(),
    key_saves(),
]
ASKED = {"pattern open-orders": {"Reads": "sk,status,total"}}
SIZES = {"items": 100_000, "size_bytes": 100_000_000}


def sound() -> Load:
    """With all that anybody could want to know."""
    load = Load().says(ASKED)
    for row in load.tables["key_schemas"]:
        row.update(SIZES)
    return load


def ruled(check: Check, load: Load) -> Verdict:
    """What it says."""
    return judge(check, load.told())


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_a_load_that_uses_its_keys_well_holds_it(check: Check) -> None:
    """And it says what it measured."""
    verdict = ruled(check, sound())
    assert verdict.ruling is Ruling.HELD, verdict.because
    assert verdict.measured
    assert verdict.objective


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_without_evidence_nothing_holds(check: Check) -> None:
    """Nobody looked, nobody called, or nobody was answered."""
    nothing = judge(check, unseen())
    assert nothing.ruling is Ruling.UNDECIDED
    assert nothing.because.startswith("nothing was recorded of")
    assert ruled(check, sound().without("calls", lambda _: True)).ruling is Ruling.UNDECIDED
    failed = sound()
    for call in failed.tables["calls"]:
        call.update(status=None, code="ReadTimeoutError", returned=None, evaluated=None, read_units=None)
        call.update(write_units=None)
    # What fails is known to be slow, and to be nothing else.
    known = Ruling.BROKEN if check.__name__ == "reads_answered_within" else Ruling.UNDECIDED
    assert ruled(check, failed).ruling is known


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_what_goes_through_clients_of_its_own_leaves_it_undecided(check: Check) -> None:
    """Nobody sees what such a client sends: a few calls that are seen prove nothing."""
    load = sound()
    load.without("calls", lambda call: call["pattern"] == "customer-profile" and call["call"] > 100)
    verdict = ruled(check, load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "of 400 requests of customer-profile" in verdict.because


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_a_pattern_that_nobody_heard_of_leaves_it_undecided(check: Check) -> None:
    """It was asked for, and no call tells how it is served."""
    load = sound()
    load.tables["requests"].append({"pattern": "monthly-report", "due_ns": 0, "outcome": "failed"})
    verdict = ruled(check, load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "monthly-report" in verdict.because


def test_a_single_scan_is_named() -> None:
    """With the table, and the index that would serve it."""
    load = sound().says({"pattern orders-of-customer": {"Filters": "customer"}})
    load.tables["calls"][1].update(operation="Scan", returned=10, evaluated=4_000)
    verdict = ruled(served_by_key(), load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "3 of 4 patterns are served by a key, not orders-of-customer"
    assert verdict.evidence[0].startswith("orders-of-customer: Scan of shop, 1 call; aws dynamodb update-table")
    assert '"IndexName":"by-customer"' in verdict.evidence[0]


def test_an_index_that_is_there_already_is_named() -> None:
    """Whoever looks for a status needs no other index."""
    load = sound().says({"pattern orders-of-customer": {"Filters": "note,status"}})
    load.change("orders-of-customer", {"operation": "Scan"})
    evidence = ruled(served_by_key(), load).evidence[0]
    assert evidence.endswith("ask by Query index by-status of shop, whose partition key is one of note, status")


def test_a_scan_that_was_never_answered_is_one() -> None:
    """It was sent, and read what it could."""
    load = sound()
    load.tables["calls"][1].update(operation="Scan", status=None, code="ReadTimeoutError", returned=None)
    assert ruled(served_by_key(), load).ruling is Ruling.BROKEN


def test_a_scan_that_belongs_to_nobody_is_one() -> None:
    """An application that works in threads of its own hides nothing."""
    load = sound()
    load.tables["calls"][1].update(operation="Scan", pattern=None, request=None)
    verdict = ruled(served_by_key(), load)
    assert verdict.ruling is Ruling.BROKEN
    assert "(no pattern)" in verdict.because


@pytest.mark.parametrize(("evaluated", "ruling"), [(10, Ruling.HELD), (11, Ruling.BROKEN), (100, Ruling.BROKEN)])
def test_what_is_filtered_after_reading_is_searched(evaluated: int, ruling: Ruling) -> None:
    """A query whose filter throws away what it read is a scan of its partition."""
    load = sound().change("orders-of-customer", {"evaluated": evaluated})
    verdict = ruled(served_by_key(), load)
    assert verdict.ruling is ruling
    if ruling is Ruling.BROKEN:
        assert "throws away" in verdict.evidence[0]
        assert "make an index" in verdict.evidence[0]


def test_a_few_expired_items_may_be_filtered() -> None:
    """They are read until they are removed."""
    load = sound()
    for call in load.tables["calls"][1:100:4]:
        call["evaluated"] = 11
    assert ruled(served_by_key(), load).ruling is Ruling.HELD


def test_what_does_not_tell_whether_it_scans_is_undecided() -> None:
    """PartiQL, and a query without its count."""
    verdict = ruled(served_by_key(), sound().change("customer-profile", {"operation": "ExecuteStatement"}))
    assert verdict.ruling is Ruling.UNDECIDED
    assert "PartiQL" in verdict.because
    blind = ruled(served_by_key(), sound().change("open-orders", {"evaluated": None}))
    assert blind.ruling is Ruling.UNDECIDED
    assert "queries" in blind.because


def test_what_scans_read_was_found_by_no_key() -> None:
    """A few scans of a large table are most of what is read."""
    load = sound()
    load.tables["calls"][1].update(operation="Scan", returned=2_000, evaluated=2_000)
    verdict = ruled(reads_go_by_key(0.9), load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["index_utilisation_pct"] == pytest.approx(100 * 12_390 / 14_390)
    assert ruled(reads_go_by_key(0.8), load).ruling is Ruling.HELD


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"evaluated": 16}, "1.60 items read"),
        ({"returned": 0, "evaluated": 10}, "all 4,000 items read"),
        ({"read_units": 12.5}, "units for each needed"),
    ],
    ids=["filtered", "nothing comes back", "large items for little of them"],
)
def test_reading_much_for_little_is_named(changes: Row, why: str) -> None:
    """With the pattern and its figures."""
    verdict = ruled(read_amplification_within(), sound().change("orders-of-customer", changes))
    assert verdict.ruling is Ruling.BROKEN
    assert "orders-of-customer" in verdict.because
    assert why in verdict.because


@pytest.mark.parametrize(
    "changes",
    [{"returned": 0, "evaluated": 0}, {"read_units": None}],
    ids=["a dead pattern", "units that nobody told"],
)
def test_a_read_that_tells_nothing_is_undecided(changes: Row) -> None:
    """Nothing was read in vain, and nothing to any purpose."""
    verdict = ruled(read_amplification_within(), sound().change("customer-profile", changes))
    assert verdict.ruling is Ruling.UNDECIDED
    assert "customer-profile" in verdict.because


def test_large_items_cost_what_they_are() -> None:
    """Ten units for 40 KB are no amplification; a transaction pays twice, and is none either."""
    load = sound().change("customer-profile", {"read_units": 20.0, "response_bytes": 40_000})
    assert ruled(read_amplification_within(), load).ruling is Ruling.HELD


def test_an_index_that_nobody_reads_is_named_with_what_it_costs() -> None:
    """And the command that drops it; the two indexes of the table share its writes."""
    verdict = ruled(no_unused_table_index(), sound().index(index="by-total"))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "1 index that nobody reads among 2 of the tables in use: by-total of shop"
    per_s = 400 / 2 / (1599 * 0.005)
    assert verdict.measured["unused_write_units_per_month"] == pytest.approx(per_s * 730 * 3600)
    assert verdict.evidence[0].endswith(
        "aws dynamodb update-table --table-name shop "
        '--global-secondary-index-updates \'[{"Delete":{"IndexName":"by-total"}}]\''
    )


def test_an_index_of_a_table_that_the_load_does_not_use_is_not_judged() -> None:
    """It is named, so that nobody takes it for judged."""
    load = sound().index(table="invoices")
    load.tables["key_schemas"].append(load.tables["key_schemas"][0] | {"table": "invoices"})
    verdict = ruled(no_unused_table_index(), load)
    assert verdict.ruling is Ruling.HELD
    assert "not judged: by-status of invoices" in verdict.because


def test_a_table_whose_keys_nobody_described_leaves_it_undecided() -> None:
    """It may have any index."""
    load = sound().change("customer-profile", {"table": "customers"})
    verdict = ruled(no_unused_table_index(), load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "customers" in verdict.because


@pytest.mark.parametrize(
    ("index", "reads", "ruling"),
    [
        ({}, "total,status", Ruling.HELD),
        ({}, "status", Ruling.BROKEN),
        ({}, "none", Ruling.BROKEN),
        ({}, "*", Ruling.HELD),
        ({"projection": "ALL", "projected": []}, "total", Ruling.BROKEN),
        ({"projection": "ALL", "projected": []}, "*", Ruling.HELD),
        ({"projection": "KEYS_ONLY", "projected": []}, "status", Ruling.HELD),
    ],
)
def test_an_index_that_holds_more_than_is_asked_for_is_named(index: Row, reads: str, ruling: Ruling) -> None:
    """Who asks for all needs all; keys are always there."""
    load = Load().says({"pattern open-orders": {"Reads": reads}})
    load.tables["key_schemas"][1].update(index)
    verdict = ruled(no_over_projection(), load)
    assert verdict.ruling is ruling, verdict.because
    assert bool(verdict.evidence) is (ruling is Ruling.BROKEN)


def test_the_command_makes_the_index_that_is_wanted() -> None:
    """With what is asked for beside the keys."""
    load = Load().says({"pattern open-orders": {"Reads": "pk,total"}})
    load.tables["key_schemas"][1].update(projection="ALL", projected=[])
    evidence = ruled(no_over_projection(), load).evidence[0]
    assert '"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["total"]}' in evidence


def test_what_a_pattern_asks_for_must_be_told() -> None:
    """Calls do not hold it."""
    verdict = ruled(no_over_projection(), Load())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "open-orders" in verdict.because


@pytest.mark.parametrize(
    ("pattern", "changes"),
    [("put-order", {"request_bytes": 60_000}), ("orders-of-customer", {"response_bytes": 600_000})],
)
def test_large_items_are_named(pattern: str, changes: dict[str, Any]) -> None:
    """Whether they are written or read; a batch counts for each of its items."""
    verdict = ruled(item_sizes_within(), sound().change(pattern, changes))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith(f"p95 of {pattern}")
    assert verdict.measured["worst_p95_bytes"] == pytest.approx(60_000)


@pytest.mark.parametrize(("operation", "units", "kb"), [("UpdateItem", 390.0, 389), ("TransactWriteItems", 780.0, 389)])
def test_items_that_grow_by_updates_are_named(operation: str, units: float, kb: int) -> None:
    """An update says what changes; what it costs says how large the item is, and its indexes' share says nothing."""
    paid: Row = {"operation": operation, "request_bytes": 300, "write_units": units, "index_units": 0.0}
    verdict = ruled(item_sizes_within(), sound().change("put-order", paid))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("p95 of put-order")
    assert verdict.measured["worst_p95_bytes"] == kb * 1024
    indexes = paid | {"index_units": units - 2.0}
    assert ruled(item_sizes_within(), sound().change("put-order", indexes)).ruling is Ruling.HELD


def test_items_without_a_size_are_undecided() -> None:
    """Nothing came back, nothing was written."""
    load = sound()
    for call in load.tables["calls"]:
        call.update(response_bytes=None, request_bytes=None)
    assert ruled(item_sizes_within(), load).ruling is Ruling.UNDECIDED


def test_a_key_that_reads_as_much_as_a_scan_saves_nothing() -> None:
    """A query of half the table is no gain worth an index."""
    load = sound()
    load.tables["key_schemas"][0]["size_bytes"] = 3 * 8192
    verdict = ruled(key_saves(0.6), load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("orders-of-customer saves 50.0 %")


def test_a_key_that_finds_nothing_saves_nothing() -> None:
    """To find nothing is cheap by any way: no pattern is judged by answers without an item."""
    dead: Row = {"returned": 0, "evaluated": 0, "read_units": 0.5}
    verdict = ruled(key_saves(0.6), sound().change("orders-of-customer", dead))
    assert verdict.ruling is Ruling.UNDECIDED
    assert "nothing came back to orders-of-customer" in verdict.because


@pytest.mark.parametrize("size", [None, 0])
def test_a_size_that_is_not_told_yet_is_undecided(size: int | None) -> None:
    """AWS counts it now and then."""
    load = sound()
    load.tables["key_schemas"][0]["size_bytes"] = size
    verdict = ruled(key_saves(), load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "its size is not told" in verdict.because


def test_a_scan_that_was_carried_out_tells_more_than_a_size() -> None:
    """What it consumed counts, of the table and of its index."""
    load = sound().says({"shop": {"ScanReadUnits": "3.0"}, "shop/by-status": {"ScanReadUnits": "100.0"}})
    verdict = ruled(key_saves(0.6), load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("orders-of-customer saves 50.0 %")
    for row in load.tables["key_schemas"]:
        row["size_bytes"] = None
    load.tables["settings"][-2]["value"] = "200.0"
    assert ruled(key_saves(0.6), load).ruling is Ruling.HELD


def test_what_is_described_twice_counts_once() -> None:
    """Somebody looks before a load and after it."""
    load = sound().index(index="by-total")
    once = ruled(no_unused_table_index(), load).measured
    load.tables["key_schemas"] *= 2
    assert ruled(no_unused_table_index(), load).measured == once
    assert ruled(key_saves(), load).ruling is Ruling.HELD


def test_latency_is_judged_as_for_any_load() -> None:
    """The requests of an item load are those of a load."""
    assert ruled(p95_within(10.0), sound()).ruling is Ruling.HELD
    slow = sound().change("open-orders", lambda row: {"completed_ns": row["due_ns"] + 30_000_000}, "requests")
    assert ruled(p95_within(10.0), slow).ruling is Ruling.BROKEN
    assert ruled(p95_within(10.0, own_ms={"open-orders": 50.0}), slow).ruling is Ruling.HELD


def test_a_read_that_is_slow_is_named() -> None:
    """By the time of its call; a write may take longer, and who is slow at first only is forgiven."""

    def lasting(ms: int) -> Any:
        return lambda call: {"answered_ns": call["sent_ns"] + ms * 1_000_000}

    check = reads_answered_within(10.0)
    verdict = ruled(check, sound().change("open-orders", lasting(30)))
    assert verdict.ruling is Ruling.BROKEN
    assert "open-orders" in verdict.because
    assert "30.0 ms" in verdict.because
    own = reads_answered_within(own_ms={"open-orders": 50.0})
    assert ruled(own, sound().change("open-orders", lasting(30))).ruling is Ruling.HELD
    assert ruled(check, sound().change("put-order", lasting(300))).ruling is Ruling.HELD
    cold = sound()
    for call in cold.tables["calls"][:200]:
        call["answered_ns"] += 100_000_000
    assert ruled(check, cold).ruling is Ruling.HELD


def test_few_calls_have_no_percentile() -> None:
    """Nineteen say nothing of one in twenty."""
    load = sound()
    for table in ("calls", "requests"):
        rows = [row for row in load.tables[table] if row["pattern"] == "open-orders"][:-19]
        load.without(table, lambda row, rows=rows: row in rows)
    verdict = ruled(reads_answered_within(), load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because == "fewer than 20 calls were sent of open-orders"
