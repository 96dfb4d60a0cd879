"""What can be required: every scenario there is, under the names that pytest and summary.json know it by."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenarios
from drill.errors import ConfigError
from drill.reporting.gate import require
from drill.reporting.gate.requirements import AURORA, DYNAMODB, SCENARIOS
from drill.reporting.records import ON_TABLES
from scenarios.selection import Selection

ROOT = Path(scenarios.__file__).parents[1]
SUITES = sorted((ROOT / "suites").rglob("test_*.py"))


def recorded(module: str, value: object) -> Iterator[str]:
    """The names that a run gives the scenarios of a value: one, or a tuple of them; none where it is something else."""
    if isinstance(value, tuple):
        for each in value:
            yield from recorded(module, each)
    elif isinstance(value, Selection):
        yield from recorded(module, value.inspection)
    elif isinstance(name := getattr(value, "fault_name", None), str):
        on_tables = module.startswith("scenarios.items") or "DynamoDB" in name
        yield f"{ON_TABLES if on_tables else ''}{value.name}"


def all_names() -> set[str]:
    """What every scenario in scenarios/ is called in a summary."""
    modules = [each.name for each in pkgutil.walk_packages(scenarios.__path__, "scenarios.")]
    return {
        name for module in modules for value in vars(importlib.import_module(module)).values()
        for name in recorded(module, value)
    }  # fmt: skip


def in_suites() -> dict[str, dict[str, set[str]]]:
    """For each service and marker, the scenarios that the suites with this marker name; read, and not imported."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in SUITES:
        text = path.read_text()
        markers = set(re.findall(r"pytest\.mark\.(\w+)", text)) & set(SCENARIOS)
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("scenarios"):
                continue
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                for name in recorded(module.__name__, getattr(module, alias.name)):
                    for marker in markers:
                        found[DYNAMODB if name.startswith(ON_TABLES) else AURORA][marker].add(name)
    return found


def test_no_scenario_is_forgotten() -> None:
    """Whoever adds one to scenarios/ can require it, and nothing can be required that is not there."""
    listed = {name for services in SCENARIOS.values() for names in services.values() for name in names}
    assert listed == all_names()


def test_no_marker_is_forgotten() -> None:
    """Every marker of a suite that stands for a scenario or a phase can be required."""
    declared = re.findall(r"^    (\w+): ", (ROOT / "pytest.ini").read_text(), re.MULTILINE)
    used = {marker for path in SUITES for marker in re.findall(r"pytest\.mark\.(\w+)", path.read_text())}
    assert set(SCENARIOS) == used.intersection(declared) - {"destructive", "aurora", "dynamodb"}


def test_a_marker_stands_for_what_the_suites_with_it_do() -> None:
    """On each service, no scenario is required by a marker whose suites do not execute it."""
    suites = in_suites()
    for marker, services in SCENARIOS.items():
        for service, names in services.items():
            assert set(names) <= suites[service][marker], (marker, service)


@pytest.mark.parametrize(
    ("name", "executed", "missing"),
    [
        ("failover", {"failover"}, ()),
        ("failover", {"dynamodb-failover"}, ()),
        ("failover", {"connections"}, ("failover",)),
        ("aurora-failover", {"dynamodb-failover"}, ("failover",)),
        ("dynamodb-failover", {"failover"}, ("dynamodb-failover",)),
        ("phase1", {"provisioning"}, ("selection",)),
        ("phase1", {"provisioning", "selection"}, ()),
        ("phase1", {"provisioning", "dynamodb-selection", "dynamodb-provisioning"}, ()),
        ("phase1", {"provisioning", "dynamodb-selection"}, ("selection",)),
        ("provisioning", {"provisioning"}, ()),
        ("dynamodb-retries", {"dynamodb-integration"}, ("dynamodb-retries",)),
    ],
)
def test_a_name_is_met_by_all_that_it_stands_for_on_one_service(
    name: str, executed: set[str], missing: tuple[str, ...]
) -> None:
    """Halves of two services are no whole; a name with a service in it takes that service."""
    assert require(name).missing(executed) == missing


@pytest.mark.parametrize("name", ["", "failovr", "Failover", "failover ", "destructive", "dynamodb"])
def test_a_name_that_is_nowhere_is_refused(name: str) -> None:
    """With the names that there are."""
    with pytest.raises(ConfigError, match=r"no marker and no scenario; .*known: aurora-connections"):
        require(name)
