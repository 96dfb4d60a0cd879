"""The declared workloads: placed as the lab deploys them, and true to what the scenarios ask."""

from __future__ import annotations

import pytest

from drill.advice import Choice, Decision, Workload, advise
from scenarios.selection import (
    ORDERS_ON_DYNAMODB,
    ORDERS_WORKLOAD,
    SESSIONS_ON_DYNAMODB,
    SESSIONS_WORKLOAD,
    SHOP_ON_AURORA,
    SHOP_WORKLOAD,
)
from scenarios.shop import PATTERNS

FOUR = (Decision.STORE, Decision.CAPACITY, Decision.AVAILABILITY, Decision.SCALING)


def choices(workload, store: Choice) -> list[Choice]:
    """Decisions 1 to 4."""
    found = {each.decision: each.choice for each in advise(workload).recommendations if each.store in {None, store}}
    return [found[each] for each in FOUR]


def test_the_shop_asks_for_a_cluster() -> None:
    """Provisioned, in several zones, with readers."""
    expected = [Choice.AURORA, Choice.PROVISIONED, Choice.MULTI_AZ, Choice.HORIZONTAL]
    assert choices(SHOP_WORKLOAD, Choice.AURORA) == expected


@pytest.mark.parametrize(
    ("workload", "model", "table"),
    [(ORDERS_WORKLOAD, Choice.ON_DEMAND, "orders"), (SESSIONS_WORKLOAD, Choice.PROVISIONED, "sessions")],
    ids=["orders", "sessions"],
)
def test_items_ask_for_tables(workload: Workload, model: Choice, table: str) -> None:
    """Orders on demand, sessions provisioned, and nothing of them exceeds a limit."""
    expected = [Choice.DYNAMODB, model, Choice.MULTI_AZ, Choice.HORIZONTAL]
    assert choices(workload, Choice.DYNAMODB) == expected
    advice = advise(workload)
    assert advice.tables == {Choice.DYNAMODB: (table,)}
    assert {each.choice for each in advice.recommendations if each.decision not in FOUR} == {Choice.FITS}


def test_the_shop_declares_the_patterns_that_it_is_asked() -> None:
    """Their names, and how often each is asked beside the others."""
    declared = {each.name: each.rate_per_s / 2 for each in SHOP_WORKLOAD.patterns}
    assert declared == {each.name: each.weight for each in PATTERNS}
    assert {each.name for each in SHOP_WORKLOAD.patterns if not each.kind.reads} == {
        each.name for each in PATTERNS if each.writes
    }


def test_they_are_told_apart() -> None:
    """One scenario, three looks."""
    selections = (SHOP_ON_AURORA, ORDERS_ON_DYNAMODB, SESSIONS_ON_DYNAMODB)
    assert {each.inspection.name for each in selections} == {"selection"}
    assert len({str(each) for each in selections}) == 3
