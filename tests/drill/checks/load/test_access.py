"""How access patterns are served, by which indexes, and what those are worth."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    every_pattern_is_served_by_an_index,
    foreign_keys_are_indexed,
    index_saves,
    index_utilisation,
    no_duplicate_index,
    no_redundant_index,
    no_sequential_scan_on_large,
    no_unused_index,
    p95_within,
)
from drill.checks.load.access.nodes import planned
from drill.verdict import Ruling
from tests.drill.checks.load.plans import bitmap_scan, index_scan, insert, over, plan, seq_scan
from tests.drill.checks.load.stories import LoadStory, between, every, quiet, under_load
from tests.drill.histories import property_test


def index(story: LoadStory, name: str, *columns: str, relation: str = "orders", **more: Any) -> LoadStory:
    """One index of a large table, of 4 MB."""
    told: dict[str, Any] = {
        "method": "btree",
        "included": [],
        "is_unique": False,
        "is_primary": False,
        "is_constraint": False,
        "is_valid": True,
        "size_bytes": 4_000_000,
        "definition": f"CREATE INDEX {name} ON s.{relation} USING btree ({', '.join(columns)})",
        "relation_rows": 200_000 if relation == "orders" else 40,
    }
    return story.row("indexes", **told | {"relation": relation, "index": name, "columns": list(columns)} | more)


def schema(story: LoadStory | None = None) -> LoadStory:
    """A table of orders and its indexes, each of which is used; a small table; a foreign key."""
    story = story or quiet()
    index(story, "orders_pkey", "id", is_unique=True, is_primary=True, is_constraint=True)
    index(story, "orders_customer_created", "customer_id", "created_at")
    index(story, "orders_status", "status")
    index(story, "regions_pkey", "id", relation="regions", is_unique=True, is_primary=True, is_constraint=True)
    story.row(
        "foreign_keys",
        relation="orders",
        name="orders_customer_id_fkey",
        columns=["customer_id"],
        references="customers",
        relation_rows=200_000,
    )
    for name in ("orders_pkey", "orders_customer_created", "orders_status"):
        story.row("counters", 0, instance="a", relation="orders", index=name, name="idx_scan", value=9.0)
    return story


def served(story: LoadStory | None = None) -> LoadStory:
    """Each pattern goes through an index; only the small table is read from end to end."""
    story = schema(story)
    plan(
        story, "order-by-id", over("Nested Loop", index_scan("orders", "orders_pkey"), seq_scan("regions", "(id = 1)"))
    )
    plan(story, "orders-of-customer", bitmap_scan("orders", "orders_customer_created", "orders_status"))
    plan(story, "lines-of-order", over("Limit", index_scan("orders", "orders_status")))
    return plan(story, "place-order", insert("orders"))


def bare() -> LoadStory:
    """One pattern of four reads the large table from end to end."""
    story = served(under_load()).without("plans", lambda row: row["pattern"] == "lines-of-order")
    return plan(
        story, "lines-of-order", over("Limit", over("Sort", seq_scan("orders", "((customer_id = 7) AND (total > 3))")))
    )


def test_served() -> None:
    """Patterns that go through an index, or only put rows in, hold it; a small table may be read."""
    verdict = every_pattern_is_served_by_an_index()(served().told())
    assert verdict
    assert verdict.measured == {"patterns": 4, "served_patterns": 4, "indexes_used": 3}
    assert no_sequential_scan_on_large()(served().told())


def test_bitmaps() -> None:
    """The indexes of a bitmap belong to the table above them."""
    scans = {(scan.relation, scan.index) for each in planned(served().told()) for scan in each.scans}
    assert {("orders", "orders_customer_created"), ("orders", "orders_status")} <= scans


def test_unserved() -> None:
    """A large table that is read from end to end breaks it, and what would mend it is told."""
    verdict = every_pattern_is_served_by_an_index()(bare().told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("not lines-of-order")
    assert "of 200,000 rows" in verdict.evidence[0]
    assert "CREATE INDEX CONCURRENTLY ON orders (customer_id, total);" in verdict.evidence[0]
    assert no_sequential_scan_on_large()(bare().told()).measured["sequential_scans"] == 1


def test_large_is_a_matter_of_rows() -> None:
    """What is large is a parameter; a table of unknown size is."""
    assert no_sequential_scan_on_large(large_rows=300_000)(bare().told())
    unknown = plan(served(), "other", seq_scan("unheard_of"))
    assert no_sequential_scan_on_large()(unknown.told()).ruling is Ruling.BROKEN


def test_all_rows_wanted() -> None:
    """Who asks for all rows is helped by no index."""
    story = plan(served(), "report", {"Node Type": "Seq Scan", "Relation Name": "orders", "Plan Rows": 9})
    assert "no index would help" in no_sequential_scan_on_large()(story.told()).evidence[0]


def test_no_plans() -> None:
    """Without plans nothing is known."""
    for check in (every_pattern_is_served_by_an_index(), no_sequential_scan_on_large()):
        assert check(schema().told()).ruling is Ruling.UNDECIDED
        assert check(schema().empty("plans").told()).ruling is Ruling.UNDECIDED


def test_foreign_keys() -> None:
    """A foreign key that leads an index holds it, alone or as the first of several columns."""
    assert foreign_keys_are_indexed()(schema().told())


@pytest.mark.parametrize(
    "changes", [{"columns": ["created_at", "customer_id"]}, {"predicate": "(total > 5)"}, {"is_valid": False}]
)
def test_bare_foreign_key(changes: dict[str, Any]) -> None:
    """One that is second, partial or invalid does not; the index that mends it is told."""
    story = schema().change("indexes", changes, lambda row: row["index"] == "orders_customer_created")
    verdict = foreign_keys_are_indexed()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "CREATE INDEX CONCURRENTLY ON orders (customer_id);" in verdict.evidence[0]


def test_foreign_keys_unknown() -> None:
    """What was not recorded is undecided; a schema without foreign keys has none that is bare."""
    assert foreign_keys_are_indexed()(schema().forget("foreign_keys").told()).ruling is Ruling.UNDECIDED
    assert foreign_keys_are_indexed()(schema().forget("indexes").told()).ruling is Ruling.UNDECIDED
    assert foreign_keys_are_indexed()(schema().empty("foreign_keys").told())


def test_all_used() -> None:
    """Indexes that were scanned hold it; unique ones need not be."""
    verdict = no_unused_index()(schema().told())
    assert verdict
    assert verdict.measured["unused_indexes"] == 0


def scanned(story: LoadStory, name: str, times: float, instance: str = "a") -> LoadStory:
    """How often the server counted a scan of an index."""
    return story.row("counters", 1, instance=instance, relation="orders", index=name, name="idx_scan", value=times)


def test_unused() -> None:
    """One that was never scanned is named with table, size and how to be rid of it."""
    verdict = no_unused_index()(scanned(index(schema(), "orders_total", "total"), "orders_total", 0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["surplus_bytes"] == 4_000_000
    line = "orders_total on orders (4.0 MB): never scanned; DROP INDEX CONCURRENTLY orders_total;"
    assert verdict.evidence == (line,)


def test_used_elsewhere() -> None:
    """One that a reader scans, a plan goes through, or a foreign key needs, is used."""
    story = scanned(index(schema(), "orders_total", "total"), "orders_total", 0)
    assert no_unused_index()(scanned(story, "orders_total", 3, instance="b").told())
    story = scanned(index(schema(), "orders_total", "total"), "orders_total", 0)
    assert no_unused_index()(plan(story, "by-total", index_scan("orders", "orders_total")).told())
    story = schema().without("indexes", lambda row: row["index"] == "orders_customer_created")
    assert no_unused_index()(scanned(index(story, "orders_fk", "customer_id"), "orders_fk", 0).told())


def test_one_of_two_that_serve_the_same_is_not_unused() -> None:
    """What is never scanned since its twin is, or one that begins it, is for the other promises to name, once."""
    twins = scanned(index(schema(), "orders_again", "customer_id", "created_at"), "orders_again", 0)
    assert no_unused_index()(twins.told())
    assert no_duplicate_index()(twins.told()).ruling is Ruling.BROKEN
    longer = index(schema(), "orders_longer", "customer_id", "created_at", "total")
    assert no_unused_index()(scanned(longer, "orders_longer", 0).told())
    assert no_redundant_index()(longer.told()).ruling is Ruling.BROKEN


@property_test
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True), st.booleans(), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_all_that_is_named_can_be_dropped_at_once(tables: list[tuple[list[str], bool, bool]]) -> None:
    """Whoever follows all three promises keeps an index for all that a used one served, and for each foreign key."""
    story = quiet().row(
        "foreign_keys", relation="orders", name="fk", columns=["a"], references="customers", relation_rows=100
    )
    for number, (columns, is_used, is_unique) in enumerate(tables):
        scanned(index(story, f"i{number}", *columns, is_unique=is_unique), f"i{number}", float(is_used))
    verdicts = [check(story.told()) for check in (no_unused_index(), no_duplicate_index(), no_redundant_index())]
    dropped = {line.split()[0] for verdict in verdicts for line in verdict.evidence}
    kept = [columns for number, (columns, _, _) in enumerate(tables) if f"i{number}" not in dropped]
    for columns, is_used, _ in tables:
        if is_used:
            assert any(each[: len(columns)] == columns for each in kept)
    if any(columns[0] == "a" for columns, _, _ in tables):
        assert any(each[0] == "a" for each in kept)


def test_uncounted() -> None:
    """Where nobody counted, nothing is known."""
    assert no_unused_index()(index(schema(), "orders_total", "total").told()).ruling is Ruling.UNDECIDED
    assert no_unused_index()(schema().forget("counters").told()).ruling is Ruling.UNDECIDED
    for check in (no_unused_index(), no_duplicate_index(), no_redundant_index()):
        assert check(quiet().told()).ruling is Ruling.UNDECIDED


def test_no_duplicates() -> None:
    """Indexes that differ in table, direction or predicate are no duplicates."""
    story = index(schema(), "regions_status", "status", relation="regions")
    index(story, "orders_status_desc", "status", definition="CREATE INDEX x ON s.orders USING btree (status DESC)")
    body = "CREATE INDEX x ON s.orders USING btree (status) WHERE (total > 1)"
    assert no_duplicate_index()(index(story, "partial", "status", predicate="(total > 1)", definition=body).told())


def test_duplicate() -> None:
    """Two that are the same but for their names are; the one behind a constraint stays."""
    verdict = no_duplicate_index()(index(schema(), "a_second_id", "id").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.evidence[0].startswith("a_second_id on orders (4.0 MB): the same as orders_pkey; DROP INDEX")
    assert no_redundant_index()(index(schema(), "a_second_id", "id").told())


def test_redundant() -> None:
    """One that begins a longer one is redundant."""
    verdict = no_redundant_index()(index(schema(), "orders_customer", "customer_id").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "begins orders_customer_created (customer_id, created_at)" in verdict.evidence[0]


@pytest.mark.parametrize(
    "more",
    [
        {"is_unique": True},
        {"predicate": "(total > 1)"},
        {"method": "hash"},
        {"included": ["total"]},
        {"columns": ["created_at"]},
        {"relation": "regions"},
    ],
)
def test_not_redundant(more: dict[str, Any]) -> None:
    """One that does what the longer one does not is none."""
    assert no_redundant_index()(index(schema(), "orders_customer", "customer_id", **more).told())


@property_test
@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True), min_size=1, max_size=6))
def test_redundancy_is_being_a_prefix(tables: list[list[str]]) -> None:
    """Exactly those that begin a longer one are redundant, whatever else there is."""
    story = quiet()
    for number, columns in enumerate(tables):
        index(story, f"i{number}", *columns)
    expected = sum(any(len(each) < len(other) and other[: len(each)] == each for other in tables) for each in tables)
    assert no_redundant_index()(story.told()).measured["redundant_indexes"] == expected


def counting(story: LoadStory, seq: float, idx: float) -> LoadStory:
    """So many more scans of the large table after the load than before it."""
    for at_s, factor in ((-4, 0), (14, 1)):
        for name, value in {"seq_scan": seq, "idx_scan": idx}.items():
            told = {"instance": "a", "relation": "orders", "name": name, "value": 100 + factor * value}
            story.row("counters", at_s, **told)
    return story


def test_utilised() -> None:
    """Where every statement goes through an index, and the server counted the same, all executions are served."""
    verdict = index_utilisation()(counting(served(under_load()), 10, 990).told())
    assert verdict
    assert verdict.measured["index_utilisation_pct"] == 100
    assert verdict.measured["counted_index_utilisation_pct"] == 99


def test_not_utilised() -> None:
    """One pattern of four that is not served is a quarter of the executions."""
    verdict = index_utilisation()(counting(bare(), 260, 740).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["index_utilisation_pct"] == pytest.approx(75)


def test_weighed() -> None:
    """A pattern that is rare weighs little."""
    story = counting(bare(), 10, 990)
    story.tables["requests"] = [row for n, row in enumerate(story.tables["requests"]) if n % 4 != 2 or n % 80 == 2]
    verdict = index_utilisation()(story.told())
    assert verdict
    assert verdict.measured["index_utilisation_pct"] == pytest.approx(98.4, abs=0.1)


def test_disagreeing() -> None:
    """Plans and counters that contradict each other leave it undecided; so do missing plans and requests."""
    assert index_utilisation()(counting(served(under_load()), 500, 500).told()).ruling is Ruling.UNDECIDED
    assert index_utilisation()(schema(under_load()).told()).ruling is Ruling.UNDECIDED
    assert index_utilisation()(served().told()).ruling is Ruling.UNDECIDED


def timed(with_ms: float | None, without_ms: float | None) -> LoadStory:
    """A pattern with its index and without it."""
    story = plan(quiet(), "orders-of-customer", index_scan("orders", "i"), execution_ms=with_ms)
    without = {"without": "i", "execution_ms": without_ms}
    return plan(story, "orders-of-customer", seq_scan("orders"), "after", **without)


def test_saves() -> None:
    """An index that saves 95 % holds it; what was not tried is told."""
    story = plan(timed(1.0, 20.0), "place-order", insert("orders"), execution_ms=1.0)
    verdict = index_saves()(story.told())
    assert verdict
    assert verdict.measured == {"least_saved_pct": 95, "patterns_tried": 1, "patterns_untried": 1}
    assert "place-order: not tried" in verdict.evidence


def test_saves_little() -> None:
    """One that saves a third does not; of several the best counts."""
    assert index_saves()(timed(10.0, 15.0).told()).ruling is Ruling.BROKEN
    story = plan(quiet(), "orders-of-customer", bitmap_scan("orders", "i", "j"), execution_ms=10.0)
    for index, without_ms in (("i", 15.0), ("j", 90.0)):
        told = {"without": index, "execution_ms": without_ms}
        story = plan(story, "orders-of-customer", seq_scan("orders"), "after", **told)
    assert index_saves()(story.told())


def test_saves_nothing_that_was_not_looked_up() -> None:
    """An index that a statement does not find its rows by, as that behind ON CONFLICT, is not asked to save time."""
    story = plan(timed(1.0, 20.0), "place-order", insert("orders"), execution_ms=1.0)
    story = plan(story, "place-order", insert("orders"), "after", without="orders_pkey", execution_ms=0.9)
    assert index_saves()(story.told())


def test_saves_unknown() -> None:
    """Where nothing was executed, or no index was taken away, nothing is known."""
    assert index_saves()(plan(timed(1.0, 9.0), "orders-of-customer", index_scan("orders", "i"), "after").told())
    assert index_saves()(timed(None, 9.0).told()).ruling is Ruling.UNDECIDED
    assert index_saves()(timed(1.0, None).told()).ruling is Ruling.UNDECIDED
    assert index_saves()(plan(quiet(), "p", seq_scan("orders"), execution_ms=1.0).told()).ruling is Ruling.UNDECIDED


def test_fast() -> None:
    """Patterns that are fast hold it; the load's first second does not count."""
    verdict = p95_within(10)(under_load().slow(900, between(-4, -3)).told())
    assert verdict
    assert verdict.measured["worst_pattern_p95_ms"] == pytest.approx(4.8)


def test_one_slow_pattern() -> None:
    """One pattern that is slow breaks it, however fast all others are."""
    story = under_load().slow(30, every(9, lambda row: row["pattern"] == "lines-of-order"))
    verdict = p95_within(10)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "lines-of-order" in verdict.because
    assert verdict.measured["p95_ms"] == pytest.approx(4.8)


def test_own_objective() -> None:
    """A pattern may have an objective of its own, longer or shorter than that of all others."""
    story = under_load().slow(60, lambda row: row["pattern"] == "place-order")
    assert p95_within(10, own_ms={"place-order": 70})(story.told())
    assert p95_within(100, own_ms={"place-order": 50})(story.told()).ruling is Ruling.BROKEN


def test_rare_pattern() -> None:
    """A pattern that was hardly asked for leaves it undecided; so does no load."""
    assert p95_within(10)(under_load().request(1, pattern="rare").told()).ruling is Ruling.UNDECIDED
    assert p95_within(10)(quiet().empty("requests").told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.integers(1, 1000), min_size=20, max_size=80))
def test_nearest_rank(latencies_ms: list[int]) -> None:
    """The 95th percentile is that of the nearest rank, as one counts by hand."""
    story = quiet().request(-2.0, 1)
    for number, latency_ms in enumerate(latencies_ms):
        story.request(number / 100, latency_ms)
    expected = sorted(latencies_ms)[-(-95 * len(latencies_ms) // 100) - 1]
    assert p95_within(10)(story.told()).measured["p95_ms"] == pytest.approx(expected)
