"""Decisions 3 and 4: how many zones or regions, and whether readers or a larger instance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.advice import Choice, Consistency, Decision, Environment, Kind, advise
from tests.drill.advice.workloads import BY_KEY, JOIN, RELATIONAL, WRITE, pattern, told, workload, workloads
from tests.drill.histories import property_test

PRODUCTION, DEVELOPMENT = Environment.PRODUCTION, Environment.DEVELOPMENT
CLUSTER, TABLE = (RELATIONAL, Choice.AURORA), (BY_KEY, Choice.DYNAMODB)


@pytest.mark.parametrize(
    ("where", "environment", "minutes", "recovery_time_s", "choice"),
    [
        (CLUSTER, PRODUCTION, None, None, Choice.MULTI_AZ),
        (CLUSTER, PRODUCTION, 10_000, 3600, Choice.MULTI_AZ),
        (CLUSTER, PRODUCTION, 4.38, None, Choice.MULTI_AZ),
        (CLUSTER, PRODUCTION, 4.37, None, Choice.MULTI_REGION),
        (CLUSTER, DEVELOPMENT, None, None, Choice.SINGLE_AZ),
        (CLUSTER, DEVELOPMENT, 10, 600, Choice.SINGLE_AZ),
        (CLUSTER, DEVELOPMENT, 9.9, None, Choice.MULTI_AZ),
        (CLUSTER, DEVELOPMENT, None, 599, Choice.MULTI_AZ),
        (CLUSTER, DEVELOPMENT, 1, None, Choice.MULTI_REGION),
        (TABLE, PRODUCTION, None, None, Choice.MULTI_AZ),
        (TABLE, DEVELOPMENT, None, None, Choice.MULTI_AZ),
        (TABLE, PRODUCTION, 4.38, None, Choice.MULTI_AZ),
        (TABLE, PRODUCTION, 1, None, Choice.MULTI_REGION),
        (TABLE, PRODUCTION, 0, None, Choice.MULTI_REGION),
    ],
)
def test_as_many_zones_as_are_needed(where, environment, minutes, recovery_time_s, choice: Choice) -> None:
    """Several in production, one in development unless it is in a hurry, another region where one is not enough."""
    asked, store = where
    asked = replace(asked, environment=environment, downtime_minutes_per_month=minutes, recovery_time_s=recovery_time_s)
    assert told(advise(asked), Decision.AVAILABILITY, store).choice is choice


@property_test
@given(workloads(), st.floats(min_value=0, max_value=1000) | st.none(), st.floats(min_value=0, max_value=1e4))
def test_production_never_lies_in_one_zone(asked, minutes: float | None, recovery_time_s: float) -> None:
    """Whatever is allowed."""
    asked = replace(asked, environment=PRODUCTION, downtime_minutes_per_month=minutes, recovery_time_s=recovery_time_s)
    assert Choice.SINGLE_AZ not in {each.choice for each in advise(asked).recommendations}


def reading(share: float, consistency: Consistency = Consistency.EVENTUAL):
    """A relational workload of which so much only reads."""
    read = pattern(consistency=consistency, peak_per_s=1000 * share)
    write = replace(WRITE, peak_per_s=1000 * (1 - share))
    return workload(read, write, foreign_keys=True)


@pytest.mark.parametrize(
    ("share", "consistency", "choice"),
    [
        (0.9, Consistency.EVENTUAL, Choice.HORIZONTAL),
        (0.5, Consistency.EVENTUAL, Choice.HORIZONTAL),
        (0.49, Consistency.EVENTUAL, Choice.VERTICAL),
        (0.9, Consistency.STRONG, Choice.VERTICAL),
    ],
)
def test_readers_where_half_of_the_load_may_go_to_them(share, consistency, choice: Choice) -> None:
    """Who must see every write asks the writer, however much is read."""
    assert told(advise(reading(share, consistency)), Decision.SCALING, Choice.AURORA).choice is choice


def test_a_load_that_only_reads_has_no_end_of_readers() -> None:
    """Nothing is divided by nothing."""
    found = told(advise(workload(replace(JOIN, consistency=Consistency.EVENTUAL))), Decision.SCALING, Choice.AURORA)
    assert found.choice is Choice.HORIZONTAL
    assert "any number of times" in found.because


def test_tables_scale_by_their_keys() -> None:
    """There is no instance to enlarge, whatever is asked."""
    assert told(advise(BY_KEY), Decision.SCALING).choice is Choice.HORIZONTAL
    assert told(advise(workload(pattern(Kind.WRITE))), Decision.SCALING).choice is Choice.HORIZONTAL
