"""timeline.json and ramp.json: what was kept is what is drawn, and what is damaged is nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill.history import Anchor, History
from drill.reporting.page import Timeline, aggregate, keep
from drill.reporting.page.kept import RAMP, TIMELINE, load
from drill.reporting.page.steps import Ramp
from tests.drill.reporting.synthetic import PHASES, history
from tests.drill.reporting.test_ramp import history as climbed

NOTHING = History.of(history().operations.clear(), anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0))


def test_what_was_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    """Every figure, through the file; and a failover has no ramp."""
    keep(history(), PHASES, tmp_path, limit_ms=10)
    assert load(Timeline, tmp_path / TIMELINE) == aggregate(history(), PHASES)
    assert not (tmp_path / RAMP).exists()


def test_what_was_kept_is_small(tmp_path: Path) -> None:
    """Some ten kilobytes, whatever was counted."""
    keep(history(rate=1000), PHASES, tmp_path, limit_ms=10)
    assert (tmp_path / TIMELINE).stat().st_size < 60_000


def test_a_ramp_is_kept_step_by_step(tmp_path: Path) -> None:
    """With the limit that it is held against; a latency without end is none."""
    keep(climbed(2, 3, 20), {}, tmp_path, limit_ms=10)
    ramp = load(Ramp, tmp_path / RAMP)
    assert ramp is not None
    assert [each.rate_per_s for each in ramp.steps] == [100, 200, 300]
    assert ramp.highest_met_per_s() == 200


def test_a_latency_without_end_is_none(tmp_path: Path) -> None:
    """JSON has no infinity, and a gap is drawn for it."""
    keep(climbed(2, 3, ok=False), {}, tmp_path, limit_ms=10)
    ramp = load(Ramp, tmp_path / RAMP)
    assert ramp is not None
    assert [each.p95_ms for each in ramp.steps] == [None, None]
    assert ramp.highest_met_per_s() is None


def test_an_experiment_that_saw_nothing_keeps_nothing(tmp_path: Path) -> None:
    """No file, rather than an empty one."""
    keep(NOTHING, {}, tmp_path, limit_ms=10)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"schema": 1}'])
def test_a_damaged_file_is_none(tmp_path: Path, damage: str) -> None:
    """Truncated, empty, or of something else."""
    (tmp_path / TIMELINE).write_text(damage)
    assert load(Timeline, tmp_path / TIMELINE) is None


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"slices": 3}, {"step_s": "x"}, {"stalled_s": [1, 2]}, {"answered": {"write": {}}}]
)
def test_a_file_of_another_version_or_not_whole_is_none(tmp_path: Path, change: dict[str, object]) -> None:
    """What cannot be drawn is not half drawn."""
    keep(history(), PHASES, tmp_path, limit_ms=10)
    document = json.loads((tmp_path / TIMELINE).read_text())
    (tmp_path / TIMELINE).write_text(json.dumps(document | change))
    assert load(Timeline, tmp_path / TIMELINE) is None


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    """Nothing was kept, and nothing is made up."""
    assert load(Timeline, tmp_path / TIMELINE) is None
