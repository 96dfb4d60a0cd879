"""The run of a game day is a command that a person could have typed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.config import GameDay, load
from drill.gameday.command import command, expression
from tests.drill.histories import property_test


def test_every_key_becomes_an_option(tmp_path: Path) -> None:
    """As pytest and drill spell them, durations with their units."""
    day = GameDay(
        target="staging",
        scenarios=("failover", "dynamodb and timeouts"),
        only="crash or slow",
        repeat=3,
        objectives={"recovery_time": 30.0, "latency_p95": 0.0125},
        stop_alarms=("too many errors", "slow"),
    )
    assert command(day, tmp_path / "drill.toml") == [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "(failover) or (dynamodb and timeouts)",
        "--target=staging",
        f"--drill-toml={tmp_path / 'drill.toml'}",
        "--objective=recovery_time=30s",
        "--objective=latency_p95=12.5ms",
        "--stop-alarm=too many errors",
        "--stop-alarm=slow",
        "--repeat=3",
        "-k",
        "crash or slow",
    ]


def test_the_run_is_told_where_to_say_which_it_is(tmp_path: Path) -> None:
    """One option more, and nothing else."""
    day = GameDay(target="lab", scenarios=("failover",), only="crash")
    words = command(day, tmp_path / "drill.toml", tell_run=tmp_path / "told")
    assert f"--tell-run={tmp_path / 'told'}" in words
    assert [each for each in words if "--tell-run" not in each] == command(day, tmp_path / "drill.toml")


def test_what_is_not_said_is_left_to_pytest(tmp_path: Path) -> None:
    """A single scenario stands as it is."""
    words = command(GameDay(target="lab", scenarios=("failover",)), tmp_path / "drill.toml")
    assert words[3:] == ["-m", "failover", "--target=lab", f"--drill-toml={tmp_path / 'drill.toml'}"]


@pytest.mark.parametrize("scenarios", [("a or b", "c"), ("a", "not b")])
def test_expressions_do_not_bleed_into_each_other(scenarios: tuple[str, ...]) -> None:
    """Each stands in brackets of its own."""
    assert expression(GameDay(target="lab", scenarios=scenarios)) == " or ".join(f"({each})" for each in scenarios)


@property_test
@given(seconds=st.floats(0.001, 86400).map(lambda each: round(each, 6)))
def test_an_objective_arrives_as_it_was_written(seconds: float) -> None:
    """The option gives pytest exactly the seconds of drill.toml."""
    words = command(
        GameDay(target="lab", scenarios=("failover",), objectives={"recovery_time": seconds}), Path("drill.toml")
    )
    (option,) = [each.removeprefix("--objective=") for each in words if each.startswith("--objective")]
    assert load(Path("nowhere.toml")).with_objectives([option]).objectives.recovery_time == seconds
