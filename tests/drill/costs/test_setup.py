"""How many units are held ready in the long run: what autoscaling leaves, and no more than there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.costs.setup import Capacity, held_in_the_long_run
from tests.drill.histories import property_test

UNITS = st.floats(0, 10_000)


def capacity(provisioned: float, **scaling: object) -> Capacity:
    """Units that are followed by autoscaling, unless nothing is said of it."""
    told = {"min": 10, "max": 40_000, "target_pct": 70.0, "suspended": False} | scaling
    return Capacity(provisioned=provisioned, scaling=told if scaling else None)


def test_without_autoscaling_all_of_them_stay() -> None:
    """Nobody takes them back."""
    assert held_in_the_long_run([capacity(2000)], 0) == 2000


@pytest.mark.parametrize(("used", "held"), [(0, 10), (6, 10), (14, 20), (2000, 2000)])
def test_autoscaling_leaves_its_minimum_or_what_keeps_to_its_target(used: float, held: float) -> None:
    """Fourteen units at 70 % are twenty."""
    assert held_in_the_long_run([capacity(2000, min=10)], used) == pytest.approx(held)


@pytest.mark.parametrize("broken", [{"suspended": True}, {"target_pct": None}, {"min": None}])
def test_autoscaling_that_does_nothing_leaves_all(broken: dict[str, object]) -> None:
    """Suspended, without a policy, or with one that nobody understands."""
    assert held_in_the_long_run([capacity(500, **broken)], 0) == 500


def test_an_index_that_nothing_follows_keeps_its_own() -> None:
    """Each of a table's capacities is followed by itself."""
    assert held_in_the_long_run([capacity(500, min=10), capacity(100)], 0) == 110


@property_test
@given(provisioned=UNITS, least=UNITS, used=UNITS, more=UNITS)
def test_more_use_never_holds_less(provisioned: float, least: float, used: float, more: float) -> None:
    """And what is held is never more than there is."""
    own = [capacity(provisioned, min=least)]
    held = held_in_the_long_run(own, used)
    assert held <= held_in_the_long_run(own, used + more) <= provisioned
