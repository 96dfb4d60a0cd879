"""Under which words a scenario is found."""

from __future__ import annotations

import importlib
import pkgutil
from urllib.parse import urlsplit

import pytest

import scenarios
from drill.reporting.allure.headings import HEADINGS, epic, heading
from drill.reporting.records import ON_TABLES


def names() -> set[str]:
    """Of every scenario that there is, as evidence of it is kept."""
    found = set()
    for module in pkgutil.walk_packages(scenarios.__path__, "scenarios."):
        on_tables = module.name.startswith("scenarios.items")
        for value in vars(importlib.import_module(module.name)).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(getattr(each, "fault_name", None), str):
                    found.add((ON_TABLES if on_tables else "") + each.name)
    return found


def test_every_scenario_has_words() -> None:
    """Whoever adds one says what it is called; one that is gone takes its heading with it."""
    inspections = {"selection", "dynamodb-selection"}  # made when their suite asks for them
    assert len(names()) > 15
    assert names() <= HEADINGS.keys()
    assert HEADINGS.keys() <= names() | inspections


def test_a_scenario_of_a_teams_own_is_found_under_its_name() -> None:
    """With nothing to read on."""
    own = heading("dynamodb-black_friday")
    assert (own.feature, own.url) == ("Black friday", None)


@pytest.mark.parametrize("scenario", sorted(HEADINGS))
def test_pages_are_those_of_aws(scenario: str) -> None:
    """By an address that a browser opens, under a title; or neither."""
    known = heading(scenario)
    assert (known.url is None) == (known.title is None)
    if known.url is not None:
        parts = urlsplit(known.url)
        assert (parts.scheme, parts.netloc) == ("https", "docs.aws.amazon.com")
        assert parts.path.endswith(".html")


def test_the_service_is_the_epic() -> None:
    """Scenarios of the same name are told apart by it."""
    assert epic("failover") == "Aurora PostgreSQL"
    assert epic("dynamodb-failover") == "DynamoDB"
