"""What is not known to be served by an index is not said to be."""

import pytest

from drill.checks.load import (
    every_pattern_is_served_by_an_index,
    index_saves,
    index_utilisation,
    no_sequential_scan_on_large,
)
from drill.checks.load.access.nodes import planned
from drill.verdict import Ruling
from tests.drill.checks.load.plans import Node, index_scan, insert, over, plan, seq_scan
from tests.drill.checks.load.stories import PATTERNS, LoadStory, quiet, under_load
from tests.drill.checks.load.test_access import counting, index, served, timed

SERVED = (every_pattern_is_served_by_an_index(), no_sequential_scan_on_large())
OPEN = "(status = 'open'::text)"


def walk(name: str, **more: object) -> Node:
    """All of an index is gone through, and most of what it leads to is thrown away."""
    node = index_scan("orders", name)
    node.pop("Index Cond")
    return over("Limit", {**node, "Filter": OPEN, **more})


def test_an_index_that_is_gone_through() -> None:
    """An index in which nothing is looked up serves nobody, limit or not; what would mend it is told."""
    story = plan(served(), "open-orders", walk("orders_created"))
    for check in SERVED:
        verdict = check(story.told())
        assert verdict.ruling is Ruling.BROKEN
        assert "all of index orders_created of orders" in verdict.evidence[0]
        assert "CREATE INDEX CONCURRENTLY ON orders (status);" in verdict.evidence[0]


def test_the_newest() -> None:
    """The first few by the order of an index are served by it; so is who filters what a condition found."""
    newest = index_scan("orders", "orders_created")
    newest.pop("Index Cond")
    story = plan(served(), "newest-orders", over("Limit", newest))
    plan(story, "of-customer", {**index_scan("orders", "orders_customer_created"), "Filter": OPEN})
    plan(story, "nearest", walk("orders_place", **{"Order By": "(place <-> '(1,2)'::point)"}))
    assert all(check(story.told()) for check in SERVED)


def test_a_partial_index() -> None:
    """All of an index of open orders alone is what somebody wanted who asked for open ones."""
    story = index(served(), "orders_open", "created_at", predicate="(status = 'open'::text)")
    assert all(check(plan(story, "open-orders", walk("orders_open")).told()) for check in SERVED)


def test_counters_do_not_tell_a_walk() -> None:
    """To the server's counters it is an index scan: they do not contradict the plans, and it is not served."""
    story = served(under_load()).without("plans", lambda row: row["pattern"] == "lines-of-order")
    verdict = index_utilisation()(counting(plan(story, "lines-of-order", walk("orders_created")), 0, 1000).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["index_utilisation_pct"] == pytest.approx(75)


@pytest.mark.parametrize("check", [*SERVED, index_utilisation()])
def test_a_pattern_without_a_plan(check: object) -> None:
    """A pattern that was asked for, and could not be planned, is named; one that is known to be bad is worse."""
    story = counting(served(under_load()), 10, 990).without("plans", lambda row: row["pattern"] == "place-order")
    verdict = check(story.told())  # type: ignore[operator]
    assert verdict.ruling is Ruling.UNDECIDED
    assert "place-order" in verdict.because
    worse = story.without("plans", lambda row: row["pattern"] == "order-by-id")
    verdict = check(plan(worse, "order-by-id", seq_scan("orders")).told())  # type: ignore[operator]
    assert verdict.ruling in {Ruling.BROKEN, Ruling.UNDECIDED}
    assert verdict.ruling is Ruling.BROKEN or "disagree" in verdict.because


def test_transfers_have_no_plan() -> None:
    """What the application itself makes of a transfer is nothing that can be planned."""
    assert all(check(served(under_load()).request(1.0, pattern="transfer").told()) for check in SERVED)


def test_nothing_was_counted() -> None:
    """An application that answers OK and does nothing leaves no trace in the server's counters."""
    verdict = index_utilisation()(counting(served(under_load()), 0, 0).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "counted no scan" in verdict.because


def test_never_analysed() -> None:
    """A table whose size the planner does not know (reltuples -1) is no small one; another source may know it."""
    story = index(plan(quiet(), "order-by-id", seq_scan("orders")), "orders_pkey", "id", relation_rows=-1)
    assert all(check(story.told()).ruling is Ruling.BROKEN for check in SERVED)
    story.row("counters", 0.0, instance="a", relation="orders", name="n_live_tup", value=40.0)
    assert all(check(story.told()) for check in SERVED)


def test_who_reads_must_be_tried() -> None:
    """A pattern that reads, and of which no index was taken away, may have none; what writes is exempt."""
    story = plan(timed(1.0, 20.0), "lines-of-order", seq_scan("lines"), execution_ms=50.0)
    verdict = index_saves()(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "lines-of-order" in verdict.because
    poor = plan(timed(10.0, 11.0), "lines-of-order", seq_scan("lines"), execution_ms=50.0)
    assert index_saves()(poor.told()).ruling is Ruling.BROKEN
    assert index_saves()(plan(timed(1.0, 20.0), "place-order", insert("orders"), execution_ms=1.0).told())


def test_who_was_asked_must_be_executed() -> None:
    """So may one that was asked for and never executed."""
    story: LoadStory = plan(under_load(), PATTERNS[0], index_scan("orders", "i"), execution_ms=1.0)
    plan(story, PATTERNS[0], seq_scan("orders"), "after", without="i", execution_ms=20.0)
    verdict = index_saves()(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert ", ".join(sorted(PATTERNS[1:])) in verdict.because


def test_who_writes() -> None:
    """A plan tells whether it changes rows, whatever stands above that."""
    nodes = {"read": index_scan("orders", "i"), "write": insert("orders"), "with": over("CTE Scan", insert("orders"))}
    story = quiet()
    for name, node in nodes.items():
        plan(story, name, node)
    assert {each.pattern: each.writes for each in planned(story.told())} == {"read": False, "write": True, "with": True}
