"""Decision 1: relational where something needs it, by key where nothing does, and a plain word where both are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from drill.advice import AccessPattern, Choice, Growth, Kind, Workload, advise
from tests.drill.advice.workloads import BY_KEY, GET, JOIN, RELATIONAL, WRITE, pattern, patterns, workload, workloads
from tests.drill.histories import property_test

MANY = replace(WRITE, name="clicks", rate_per_s=90_000, peak_per_s=100_001, tables=("clicks",))


def test_what_is_asked_by_key_goes_to_dynamodb() -> None:
    """There is nothing that it would need a relational database for."""
    assert advise(BY_KEY).placement.choice is Choice.DYNAMODB
    assert advise(workload(pattern(Kind.QUERY), WRITE)).stores == (Choice.DYNAMODB,)


@pytest.mark.parametrize(
    ("needing", "because"),
    [
        (RELATIONAL, "join joins orders and customers"),
        (workload(pattern(Kind.AGGREGATE)), "aggregate aggregates"),
        (workload(pattern(Kind.SEARCH)), "search searches"),
        (workload(foreign_keys=True), "foreign keys are enforced"),
        (workload(ad_hoc_sql=True), "people ask in SQL as they like"),
        (workload(pattern(item_bytes=400 * 1024 + 1)), "of 400 KB that fit DynamoDB"),
        (workload(pattern(Kind.TRANSACTION, items=101, item_bytes=1)), "101 items in one transaction, of 100"),
        (workload(pattern(Kind.TRANSACTION, items=100, item_bytes=50_000)), "more than 4 MB in one transaction"),
        (
            workload(pattern(Kind.TRANSACTION, items=2, serializable=True, tables=("a", "b"))),
            "transaction is serializable over a and b",
        ),
    ],
)
def test_what_only_a_relational_database_does_goes_to_aurora(needing: Workload, because: str) -> None:
    """The need stands in the reason, and its way out in what would change it."""
    placement = advise(needing).placement
    assert placement.choice is Choice.AURORA
    assert because in placement.because
    assert placement.would_change.startswith("DynamoDB would do if all of this gave way: ")


@pytest.mark.parametrize(
    "fitting",
    [
        pattern(item_bytes=400 * 1024),
        pattern(Kind.TRANSACTION, items=100, item_bytes=1024),
        pattern(Kind.TRANSACTION, items=64, item_bytes=64 * 1024),
        pattern(Kind.TRANSACTION, items=2, serializable=True, tables=("a",)),
        pattern(Kind.TRANSACTION, items=2, tables=("a", "b")),
    ],
)
def test_what_just_fits_dynamodb_needs_nothing_relational(fitting: AccessPattern) -> None:
    """Limits are reached, and not exceeded."""
    assert advise(workload(fitting)).placement.choice is Choice.DYNAMODB


def test_more_than_one_cluster_carries_beside_joins_is_divided_by_tables() -> None:
    """Each store gets the patterns that share no table with those of the other."""
    advice = advise(workload(GET, JOIN, MANY))
    assert advice.stores == (Choice.AURORA, Choice.DYNAMODB)
    assert advice.placement.choice is Choice.BOTH
    assert "Aurora for get, join; DynamoDB for clicks, which share no table" in advice.placement.because


@pytest.mark.parametrize(
    "contradicting",
    [
        workload(JOIN, replace(MANY, tables=("orders",))),
        workload(JOIN, replace(MANY, tables=())),
        workload(MANY, GET, ad_hoc_sql=True),
        workload(JOIN, MANY, replace(GET, tables=("clicks", "customers"))),
        replace(RELATIONAL, growth=Growth(storage_gb=300_000)),
    ],
    ids=["same table", "table not told", "of the whole workload", "by way of a third pattern", "storage"],
)
def test_needs_that_contradict_each_other_are_told(contradicting: Workload) -> None:
    """Neither is chosen; which of them could give way, and how, is said of both sides."""
    advice = advise(contradicting)
    assert advice.placement.choice is Choice.CONTRADICTION
    assert advice.stores == ()
    assert len(advice.recommendations) == 1
    assert "; but " in advice.placement.because
    assert "one side gives way: either " in advice.placement.would_change


@pytest.mark.parametrize(("peak_per_s", "choice"), [(100_000, Choice.AURORA), (100_001, Choice.CONTRADICTION)])
def test_one_writer_takes_so_much(peak_per_s: float, choice: Choice) -> None:
    """The boundary belongs to Aurora."""
    asked = workload(JOIN, replace(WRITE, rate_per_s=1, peak_per_s=peak_per_s))
    assert advise(asked).placement.choice is choice


def test_growth_counts() -> None:
    """What fits today and does not in a year does not fit."""
    today = workload(JOIN, replace(WRITE, peak_per_s=80_000))
    assert advise(today).placement.choice is Choice.AURORA
    grown = replace(today, growth=Growth(rate_pct_per_month=2))
    assert advise(grown).placement.choice is Choice.CONTRADICTION


@property_test
@given(workloads(), patterns(kinds=(Kind.JOIN,)))
def test_another_join_never_makes_it_nosql(asked: Workload, join: AccessPattern) -> None:
    """Whatever was advised: with a join, DynamoDB alone is not."""
    more = replace(asked, patterns=(*asked.patterns, join))
    assert advise(more).placement.choice is not Choice.DYNAMODB
    if advise(asked).placement.choice is Choice.CONTRADICTION and not join.tables:
        assert advise(more).placement.choice is Choice.CONTRADICTION


@property_test
@given(workloads())
def test_every_pattern_is_placed_once_or_told_why_not(asked: Workload) -> None:
    """Every recommendation has its reason, its figure and what would change it."""
    advice = advise(asked)
    assert (advice.stores == ()) is (advice.placement.choice is Choice.CONTRADICTION)
    assert len(set(advice.stores)) == len(advice.stores)
    assert all(each.because and each.rests_on and each.would_change for each in advice.recommendations)
    assert all(each.store in advice.stores for each in advice.recommendations[1:])
