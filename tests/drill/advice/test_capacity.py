"""Decision 2: elastic where nobody knows the traffic or it rests, provisioned where it is known and steady."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.advice import Choice, Consistency, Decision, Figures, Kind, Workload, advise
from drill.advice.demand import peak_units, units_of, utilisation
from tests.drill.advice.workloads import GET, JOIN, RELATIONAL, pattern, told, workload, workloads
from tests.drill.histories import property_test

FIGURES = Figures()
STEADY, VARIABLE = workload(predictable=True), workload(predictable=False)
DAY = (1.0,) * 24


def peaking(ratio: float, *, relational: bool = False, predictable: bool = True) -> Workload:
    """A peak so many times as high as the average."""
    chosen = (GET, JOIN) if relational else (GET,)
    scaled = tuple(replace(each, peak_per_s=each.rate_per_s * ratio) for each in chosen)
    return replace(RELATIONAL, patterns=scaled, predictable=predictable)


def test_the_break_even_points_are_those_of_the_prices() -> None:
    """28.9 % of provisioned units, 27.1 % of an instance."""
    assert FIGURES.on_demand_break_even == pytest.approx(0.28889, abs=1e-5)
    assert FIGURES.serverless_break_even == pytest.approx(0.27083, abs=1e-5)


def test_known_and_steady_traffic_is_provisioned() -> None:
    """As the requirements say of predictable workloads."""
    assert told(advise(STEADY), Decision.CAPACITY).choice is Choice.PROVISIONED
    aurora = told(advise(replace(RELATIONAL, predictable=True)), Decision.CAPACITY, Choice.AURORA)
    assert aurora.choice is Choice.PROVISIONED


def test_traffic_that_nobody_knows_is_not() -> None:
    """As the requirements say of variable ones, steady though it may be on average."""
    assert told(advise(VARIABLE), Decision.CAPACITY).choice is Choice.ON_DEMAND
    aurora = told(advise(replace(RELATIONAL, predictable=False)), Decision.CAPACITY, Choice.AURORA)
    assert aurora.choice is Choice.SERVERLESS


@pytest.mark.parametrize(("ratio", "choice"), [(2.4, Choice.PROVISIONED), (2.5, Choice.ON_DEMAND)])
def test_tables_turn_where_the_units_would_be_used_to_the_break_even(ratio: float, choice: Choice) -> None:
    """70 % of the peak's units at a peak of 2.42 times the average are 28.9 %."""
    found = told(advise(peaking(ratio)), Decision.CAPACITY)
    assert found.choice is choice
    assert found.measured["utilisation_pct"] == pytest.approx(70 / ratio)
    assert "2.4 times the average" in found.would_change


@pytest.mark.parametrize(("ratio", "choice"), [(3.6, Choice.PROVISIONED), (3.8, Choice.SERVERLESS)])
def test_clusters_turn_where_an_instance_would_be_used_to_the_break_even(ratio: float, choice: Choice) -> None:
    """An instance for the peak has the same headroom as ACUs: 1 in 3.69."""
    found = told(advise(peaking(ratio, relational=True)), Decision.CAPACITY, Choice.AURORA)
    assert found.choice is choice
    assert "3.7 times the average" in found.would_change


def test_another_break_even_can_be_passed() -> None:
    """Whoever has other prices."""
    asked, other = peaking(2.0), Figures(on_demand_break_even=0.36)
    assert told(advise(asked), Decision.CAPACITY).choice is Choice.PROVISIONED
    assert told(advise(asked, other), Decision.CAPACITY).choice is Choice.ON_DEMAND
    exactly = Figures(on_demand_break_even=utilisation(asked, FIGURES))
    assert told(advise(asked, exactly), Decision.CAPACITY).choice is Choice.PROVISIONED


def test_capacity_follows_a_day_that_is_known_hour_by_hour() -> None:
    """Six busy hours of 24: seven stand high, since what rises must stand in time."""
    busy = (4.0,) * 6 + (0.0,) * 18
    asked = replace(peaking(4.0), hourly=busy)
    assert utilisation(asked, FIGURES) == pytest.approx(0.7 / (4 * 7 / 24))
    assert told(advise(asked), Decision.CAPACITY).choice is Choice.PROVISIONED
    assert told(advise(peaking(4.0)), Decision.CAPACITY).choice is Choice.ON_DEMAND


def test_a_flat_day_says_nothing_new() -> None:
    """It is the same as none."""
    assert utilisation(replace(STEADY, hourly=DAY), FIGURES) == utilisation(STEADY, FIGURES)


def test_reads_and_writes_weigh_what_they_cost() -> None:
    """A write unit is five read units: a peak of writes counts more than one of reads."""
    get = pattern(rate_per_s=10, peak_per_s=10)
    write = replace(get, name="write", kind=Kind.WRITE, peak_per_s=20)
    assert utilisation(workload(get, write), FIGURES) == pytest.approx(0.7 * 60 / 110)


@property_test
@given(workloads(), st.floats(min_value=1, max_value=50), st.sampled_from([Choice.DYNAMODB, Choice.AURORA]))
def test_a_higher_peak_never_makes_it_provisioned(asked: Workload, times: float, store: Choice) -> None:
    """What was elastic stays elastic."""
    higher = replace(
        asked, patterns=tuple(replace(each, peak_per_s=each.peak_per_s * times) for each in asked.patterns)
    )
    before, after = (advise(each).of(Decision.CAPACITY, store) for each in (asked, higher))
    if before and after and advise(asked).stores == advise(higher).stores and before.choice is not Choice.PROVISIONED:
        assert after.choice is not Choice.PROVISIONED


@property_test
@given(workloads())
def test_utilisation_is_a_share_of_what_is_planned(asked: Workload) -> None:
    """More than nothing, and never more than autoscaling's target."""
    patterns = tuple(replace(each, peak_per_s=max(each.peak_per_s, each.rate_per_s)) for each in asked.patterns)
    flat = replace(asked, patterns=patterns, hourly=())
    assert 0 < utilisation(flat, FIGURES) <= FIGURES.autoscaling_target * (1 + 1e-9)


@pytest.mark.parametrize(
    ("asked", "read", "write"),
    [
        (pattern(item_bytes=4096), 1, 0),
        (pattern(item_bytes=4097), 2, 0),
        (pattern(item_bytes=4097, consistency=Consistency.EVENTUAL), 1, 0),
        (pattern(item_bytes=100, items=10), 10, 0),
        (pattern(Kind.QUERY, item_bytes=100, items=10), 1, 0),
        (pattern(Kind.WRITE, item_bytes=1024), 0, 1),
        (pattern(Kind.WRITE, item_bytes=1025, items=3), 0, 6),
        (pattern(Kind.TRANSACTION, item_bytes=1025, items=3), 0, 12),
    ],
)
def test_units_are_counted_in_steps(asked, read: float, write: float) -> None:
    """1 KB for writes, 4 KB for reads; a query rounds once; transactions cost double."""
    units = units_of(asked)
    assert (units.read, units.write) == (read, write)
    assert peak_units(workload(asked)).read == read * asked.peak_per_s
