"""The tests themselves, against what is known of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.trends.significance import holm, modified_z, prediction_p, rank_p

FINITE = st.floats(min_value=-1e6, max_value=1e6)


def test_a_value_is_ranked_exactly() -> None:
    """Above nineteen others by chance once in twenty times; as high as one of them, twice."""
    assert rank_p(20.0, [float(each) for each in range(19)]) == pytest.approx(0.05)
    assert rank_p(18.0, [float(each) for each in range(19)]) == pytest.approx(0.10)
    assert rank_p(-1.0, [float(each) for each in range(19)]) == 1


def test_never_ranks_above_every_number() -> None:
    """And ties with itself."""
    assert rank_p(math.inf, [1.0] * 19) == pytest.approx(0.05)
    assert rank_p(math.inf, [math.inf] * 19) == 1


def test_a_prediction_is_that_of_students_t() -> None:
    """Of five values the upper 95 % prediction limit is mean + 2.132 s sqrt(1 + 1/5), as tables have t."""
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    limit = 3 + 2.131847 * math.sqrt(2.5) * math.sqrt(1.2)
    assert prediction_p(limit, values) == pytest.approx(0.05, abs=1e-6)
    assert prediction_p(3.0, values) == pytest.approx(0.5)
    assert prediction_p(math.inf, values) == 0


def test_a_prediction_takes_no_deviation_for_smaller_than_can_be_measured() -> None:
    """Without a floor any difference is unlikely; and with infinity among the earlier ones nothing is."""
    assert prediction_p(2.1, [2.0] * 5) == 0
    assert prediction_p(2.1, [2.0] * 5, floor=0.5) > 0.4
    assert prediction_p(2.0, [2.0] * 5) == pytest.approx(0.5)
    assert prediction_p(1e9, [2.0, 2.1, math.inf]) == 1


def test_the_modified_z_score_is_that_of_the_handbook() -> None:
    """0.6745 (x - median) / MAD, where there are many values; of few, less."""
    many = [float(each) for each in range(-100, 101)]  # median 0, MAD 50
    assert modified_z(500.0, many) == pytest.approx(0.6745 * 10, rel=0.005)
    few = [1.0, 2.0, 3.0, 4.0, 5.0]  # median 3, MAD 1
    assert modified_z(10.0, few) == pytest.approx(0.6745 * 7 / 1.206, rel=0.001)


def test_values_that_are_all_the_same_deviate_by_what_can_be_measured() -> None:
    """Without a floor any difference is without end, and none is none."""
    assert modified_z(3.0, [2.0] * 5, floor=0.5) == pytest.approx(2.0)
    assert modified_z(3.0, [2.0] * 5) == math.inf
    assert modified_z(2.0, [2.0] * 5) == 0
    assert modified_z(math.inf, [1.0, 2.0, 3.0]) == math.inf


def test_holm_asks_most_of_the_smallest() -> None:
    """The smallest p is multiplied by how many there are, the next by one less, and none falls below the one before."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(ps=st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=20))
def test_holm_never_makes_anything_more_significant(ps: list[float]) -> None:
    """Nor changes which is more so, nor leaves the range of a probability."""
    adjusted = holm(ps)
    assert all(before <= after <= 1 for before, after in zip(ps, adjusted, strict=True))
    order = sorted(range(len(ps)), key=ps.__getitem__)
    assert [adjusted[each] for each in order] == sorted(adjusted)


@given(value=FINITE | st.just(math.inf), earlier=st.lists(FINITE | st.just(math.inf), min_size=2, max_size=12))
def test_a_p_is_a_probability_and_falls_with_the_value(value: float, earlier: list[float]) -> None:
    """Whatever the values are."""
    for p in (rank_p, prediction_p):
        assert 0 <= p(value, earlier) <= p(value - 1, earlier) <= 1
