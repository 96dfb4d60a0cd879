"""Scenarios are values: what they are called decides the ids of tests and the folders of evidence."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from drill.reporting.run_directory import slug
from scenarios.failover import FAILOVERS
from scenarios.scenario import Scenario


def test_the_six_ways_of_losing_the_writer_are_there() -> None:
    """As the requirements list them."""
    assert [scenario.fault_name for scenario in FAILOVERS] == [
        "managed failover",
        "managed failover to a named reader",
        "writer crash",
        "zone loss",
        "frozen writer",
        "partitioned writer",
    ]


def test_no_two_are_taken_for_each_other() -> None:
    """Ids of tests and folders of evidence differ."""
    assert len({str(each) for each in FAILOVERS}) == len(FAILOVERS)
    assert len({slug(each.fault_name) for each in FAILOVERS}) == len(FAILOVERS)
    assert len({each.fault for each in FAILOVERS}) == len(FAILOVERS)


@pytest.mark.parametrize("scenario", FAILOVERS, ids=str)
def test_each_tells_in_words_what_happens(scenario: Scenario) -> None:
    """For the plan and the report; its id has no blanks, so that `-k` finds it."""
    assert scenario.name == "failover"
    assert scenario.story
    assert " " not in str(scenario)


def test_a_scenario_does_not_change() -> None:
    """What was planned is what is done."""
    with pytest.raises(FrozenInstanceError):
        FAILOVERS[0].story = "something else"  # type: ignore[misc]
