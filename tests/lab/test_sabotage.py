"""Defective labs: each has a name, and none is defective before it is armed."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from lab import sabotage
from lab.errors import LabError

PROMISED = {
    "lossy-replication",
    "slow-promotion",
    "never-promotes",
    "stale-endpoint",
    "stale-readers",
    "two-writers",
    "double-apply",
    "false-refusal",
    "no-rejoin",
    "unencrypted",
    "no-readers",
    "uneven-readers",
    "reads-at-the-writer",
    "deaf-readers",
    "reads-go-back",
    "no-deletion-protection",
    "no-backups",
    "missing-index",
    "duplicate-index",
    "unused-index",
    "no-statistics",
}


def test_all_that_are_promised_are_there() -> None:
    """Twenty-one, by these names."""
    assert set(sabotage.NAMES) == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_each_is_found_by_its_name_and_changes_something(name: str) -> None:
    """None of them is the healthy lab under another name."""
    found, healthy = sabotage.named(name), sabotage.named(None)
    assert found.name == name
    changed = {field for field in type(found).__dataclass_fields__ if getattr(found, field) != getattr(healthy, field)}
    assert changed - {"name"}


def test_no_name_is_no_defect() -> None:
    """A healthy lab promises everything."""
    healthy = sabotage.named(None)
    assert healthy.synchronous
    assert healthy.endpoint_follows
    assert healthy.hooks(Path("/nowhere")) == {}
    assert healthy.switch_over is None


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    """One line, for a person."""
    with pytest.raises(LabError) as refused:
        sabotage.named("gremlins")
    assert "'gremlins' is no fault to build in" in str(refused.value)
    assert all(name in str(refused.value) for name in PROMISED)


@pytest.mark.parametrize("place", ["plain", "with a space", "it's quoted"])
def test_a_promotion_is_hindered_only_once_armed(tmp_path: Path, place: str) -> None:
    """The lab starts healthy, wherever its folder is: Patroni splits the hook's command as a shell would."""
    folder = tmp_path / place
    hook = shlex.split(sabotage.named("never-promotes").hooks(folder)["pre_promote"])
    assert subprocess.run(hook, check=False).returncode == 0
    (folder / "armed").touch()
    assert subprocess.run(hook, check=False).returncode == 1


def test_a_slow_promotion_takes_twelve_seconds_more(tmp_path: Path) -> None:
    """Twelve are over an objective of ten, and under one of sixty."""
    sabotage.named("slow-promotion").hooks(tmp_path)
    assert "sleep 12\n" in (tmp_path / "pre_promote.sh").read_text()
