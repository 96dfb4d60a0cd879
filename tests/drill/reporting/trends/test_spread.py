"""How values lie."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.trends import LOSS, RECOVERY, SERVED, Quantity, spread

VALUES = st.lists(st.floats(min_value=0, max_value=1e6) | st.just(math.inf), min_size=1, max_size=60)


def test_a_spread_names_values_that_were_measured() -> None:
    """Of ten, nine are no worse than the ninth."""
    found = spread(RECOVERY, [float(each) for each in range(10, 0, -1)])
    assert found is not None
    assert (found.number, found.best, found.median, found.p90, found.worst) == (10, 1, 5.5, 9, 10)


def test_less_is_worse_of_what_is_served() -> None:
    """The worst is the smallest, and nine in ten are no smaller than p90."""
    found = spread(SERVED, [100.0] * 8 + [90.0, 50.0])
    assert found is not None
    assert (found.best, found.median, found.p90, found.worst) == (100, 100, 90, 50)


def test_never_is_the_worst_and_no_hole() -> None:
    """Two of three never recovered: the median is never, and not the one that did."""
    found = spread(RECOVERY, [math.inf, 2.0, math.inf])
    assert found is not None
    assert (found.best, found.median, found.p90, found.worst) == (2.0, math.inf, math.inf, math.inf)


def test_nothing_has_no_spread() -> None:
    """No value, no figure."""
    assert spread(LOSS, []) is None


@pytest.mark.parametrize("quantity", [RECOVERY, SERVED], ids=lambda each: each.name)
@given(values=VALUES, data=st.data())
def test_a_spread_is_ordered_whatever_the_order_of_the_values(
    quantity: Quantity, values: list[float], data: st.DataObject
) -> None:
    """best, median, p90, worst, each no better than the one before."""
    found = spread(quantity, values)
    assert found is not None
    ordered = [quantity.badness(each) for each in (found.best, found.median, found.p90, found.worst)]
    assert ordered == sorted(ordered)
    assert {found.best, found.p90, found.worst} <= set(values)
    assert sum(quantity.badness(each) <= quantity.badness(found.p90) for each in values) >= 0.9 * len(values)
    assert spread(quantity, data.draw(st.permutations(values))) == found
