"""docs/gate.md: what a reader copies from it works, and what it lists is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drill.cli import main
from drill.config import GateSettings, parse
from drill.reporting.gate import require
from drill.reporting.gate.requirements import SCENARIOS

PAGE = Path(__file__).parents[2] / "docs" / "gate.md"
TEXT = PAGE.read_text()


def test_its_policy_is_one() -> None:
    """Every key of [gate] stands in the example, and every name that it requires is known."""
    (policy,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    found = parse(policy, PAGE).gate
    assert found.model_fields_set == set(GateSettings.model_fields)
    assert [require(name).name for name in found.require] == list(found.require)


def test_its_table_of_names_is_the_gates() -> None:
    """Every marker, and every scenario that is not called as its marker is."""
    (table,) = re.findall(r"^\| name \| .*?\n\n", TEXT, re.DOTALL | re.MULTILINE)
    listed = set(re.findall(r"`([\w-]+)`", table))
    scenarios = {name for services in SCENARIOS.values() for names in services.values() for name in names}
    assert set(SCENARIOS) <= listed
    assert listed <= set(SCENARIOS) | scenarios
    for marker in ("phase1", "phase2", "phase3", "phase4", "phase5"):
        assert set(require(marker).scenarios) <= listed


def test_its_options_are_the_gates(capsys: pytest.CaptureFixture[str]) -> None:
    """Each that stands in the first line, or anywhere else, is one that the gate takes."""
    with pytest.raises(SystemExit):
        main(["gate", "--help"])
    helped = capsys.readouterr().out
    assert all(option in helped for option in re.findall(r"(?<![\w-])--(?!repeat)[a-z][a-z-]+", TEXT))


def test_its_links_lead_somewhere() -> None:
    """To the examples beside it."""
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    assert all((PAGE.parent / link).exists() for link in links)
