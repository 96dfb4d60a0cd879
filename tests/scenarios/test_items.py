"""Scenarios on tables are values: told apart, told in words, and made for the tables that there are."""

from __future__ import annotations

import re

import pytest

from drill.load.items.workload import item_requests
from drill.reporting.run_directory import slug
from scenarios.items import shop
from scenarios.items.connections import CAPPED, CONNECTIONS
from scenarios.items.cost import OVERRUNS, STEADY
from scenarios.items.degradation import DEGRADATIONS, HOT_PARTITION
from scenarios.items.demand import ItemDemand, beside
from scenarios.items.failover import FAILOVERS, PAUSES, REGION_LOSS
from scenarios.items.integration import TRANSACTIONS
from scenarios.items.item_scenario import ItemLook, ItemScenario
from scenarios.items.retries import MODES
from scenarios.items.timeouts import DROPPED, TIMEOUTS

ALL = (
    *CONNECTIONS,
    CAPPED,
    *TIMEOUTS,
    DROPPED,
    HOT_PARTITION,
    *DEGRADATIONS,
    *TRANSACTIONS,
    MODES,
    *FAILOVERS,
    *PAUSES,
    *OVERRUNS,
    STEADY,
)
REAL = re.compile(r"drill-\w+")


def test_the_scenarios_of_the_requirements_are_there() -> None:
    """As the issue lists them."""
    assert [each.fault_name for each in ALL] == [
        "every throttle",
        "exhausted capacity",
        "capped table",
        "slow answers",
        "silence",
        "dropped connections",
        "hot partition",
        "scan under load",
        "growing items",
        "transfers under fire",
        "retry modes",
        "region loss",
        "paused replication",
        "runaway scan",
        "hot retry loop",
        "forgotten table",
        "steady spending on tables",
    ]


def test_no_two_are_taken_for_each_other() -> None:
    """Ids of tests and folders of evidence differ."""
    assert len({str(each) for each in ALL}) == len(ALL)
    assert len({slug(each.fault_name) for each in ALL}) == len(ALL)


def tables_of(scenario: ItemScenario) -> dict[str, str]:
    """The tables that a run makes for it, by their logical names."""
    specs = (*(shop.SHOP_TABLES if scenario.shop else ()), *scenario.demand.tables, *(scenario.tables or ()))
    return {each.name: f"drill-{each.name}" for each in specs}


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_each_tells_in_words_what_happens(scenario: ItemScenario) -> None:
    """For the plan and the report; what it affects are patterns that there are."""
    assert scenario.story
    assert " " not in str(scenario)
    patterns = scenario.demand.patterns or shop.patterns()
    assert scenario.affected <= {each.name for each in patterns}


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_each_asks_only_of_tables_that_there_are(scenario: ItemScenario) -> None:
    """Every pattern makes a request of real tables, and what it puts is in its arguments, too."""
    patterns = scenario.demand.patterns or shop.patterns()
    for pattern in patterns:
        request = next(item_requests((pattern,), tables_of(scenario), seed=1, run="r"))
        named = set(REAL.findall(str(request.arguments)))
        assert named
        assert named <= set(tables_of(scenario).values())
        for put in request.puts:
            assert put.table in named
            assert all(part in str(request.arguments) for part in (put.value, *put.item.split("|")))
        assert bool(request.puts) <= pattern.writes


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_money_needs_the_shop(scenario: ItemScenario) -> None:
    """Who looks at balances moves money, and has accounts."""
    if ItemLook.MONEY in scenario.looks:
        assert scenario.shop
        assert scenario.demand.transfers_per_s > 0


def test_what_is_measured_in_percentiles_is_asked_for_often_enough() -> None:
    """Of 200 requests a second, at least 20 are for patterns that become slow."""
    for scenario in (*DEGRADATIONS, HOT_PARTITION):
        patterns = scenario.demand.patterns or ()
        total = sum(each.weight for each in patterns)
        if scenario.affected:
            weight = sum(each.weight for each in patterns if each.name in scenario.affected)
            assert 200 * weight / total >= 20, str(scenario)


def test_a_region_is_lost_until_the_application_has_turned() -> None:
    """Or has missed its objective; its table is global, and somebody writes in the other region."""
    assert REGION_LOSS.recovers
    assert all(each.replicated for each in REGION_LOSS.tables or ())
    assert {ItemLook.REGIONS, ItemLook.RIVAL} <= REGION_LOSS.looks


def test_patterns_beside_others() -> None:
    """Each extra one weighs hundredths of all the others together."""
    first, second = shop.patterns()[:2]
    *same, extra = beside((first, second), REGION_LOSS.demand.patterns[0])  # type: ignore[index]
    assert tuple(same) == (first, second)
    assert extra.weight == pytest.approx(0.5 * (first.weight + second.weight))
    assert ItemDemand().patterns is None
