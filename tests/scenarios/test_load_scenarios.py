"""Scenarios under load are values, too: told apart, told in words, and made for the shop that there is."""

from __future__ import annotations

import pytest

from drill.config import Objectives
from drill.reporting.run_directory import slug
from scenarios.availability import AT_REST, RAMPS, REPLACEMENTS
from scenarios.connections import CONNECTIONS
from scenarios.degradation import DEGRADATIONS, RAMP, STALE_STATISTICS
from scenarios.load_scenario import LoadScenario
from scenarios.shop import PATTERNS
from scenarios.timeouts import LOCKS, SLOW_QUERIES, TIMEOUTS

ALL = (*CONNECTIONS, *TIMEOUTS, *DEGRADATIONS, AT_REST, *RAMPS)


def test_the_scenarios_of_the_requirements_are_there() -> None:
    """As the issue lists them."""
    assert [each.fault_name for each in ALL] == [
        "connection flood",
        "connection leak",
        "connection storm",
        "sleeping query",
        "unindexed join",
        "runaway sort",
        "lock held by an idle transaction",
        "lock queue",
        "dropped index",
        "stale statistics",
        "noisy neighbour",
        "network latency",
        "lagging reader",
        "reads and writes at rest",
        "reads with readers",
        "reads without readers",
    ]
    assert [each.fault_name for each in REPLACEMENTS] == ["reader loss", "failover and back"]
    assert (*SLOW_QUERIES, *LOCKS) == TIMEOUTS


def test_no_two_are_taken_for_each_other() -> None:
    """Ids of tests and folders of evidence differ."""
    assert len({str(each) for each in ALL}) == len(ALL)
    assert len({slug(each.fault_name) for each in ALL}) == len(ALL)


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_each_tells_in_words_what_happens(scenario: LoadScenario) -> None:
    """For the plan and the report; what it affects are patterns that there are."""
    assert scenario.story
    assert " " not in str(scenario)
    made = scenario.demand.patterns
    assert scenario.affected <= {each.name for each in (*(made(1.0) if made else PATTERNS), *scenario.demand.extra)}
    assert all(each.startswith("drill ") for each in scenario.clients)


def test_what_is_measured_in_percentiles_is_asked_for_often_enough() -> None:
    """Of 200 requests a second, at least 20 are for the pattern that becomes slow."""
    for scenario in DEGRADATIONS:
        made = scenario.demand.patterns
        patterns = made(1.0) if made else PATTERNS
        total = sum(each.weight for each in patterns)
        for name in scenario.affected:
            (weight,) = (each.weight for each in patterns if each.name == name)
            assert 200 * weight / total >= 20, (str(scenario), name)
    assert STALE_STATISTICS.demand.patterns is not None


def test_who_notices_too_late_is_seen_to() -> None:
    """A fault is held longer than anybody may take to notice it."""
    assert all(each.least_s >= Objectives().notice + 2 for each in DEGRADATIONS)


def test_a_ramp_only_rises() -> None:
    """Each step asks for more than the one before, and for long enough to tell a 95th percentile."""
    rates = [step.rate_per_s for step in RAMP.demand.steps]
    assert rates == sorted(set(rates))
    assert all(step.rate_per_s * step.lasts_s >= 200 for step in RAMP.demand.steps)
