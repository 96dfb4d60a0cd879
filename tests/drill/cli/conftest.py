"""A cluster to look at, and a journal to heal by, beside a drill.toml of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.journal import Journal

# The same cluster as the target's own tests; pytest finds fixtures by the names of this module.
from tests.drill.targets.conftest import _aurora, _cluster, aurora, cluster, server, settings

__all__ = ["_aurora", "_cluster", "aurora", "cluster", "server", "settings"]


@pytest.fixture
def drill_toml(tmp_path: Path) -> Path:
    """Where the file would be; without it, the lab is the only target."""
    return tmp_path / "drill.toml"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """The journal beside it."""
    return Journal(folder=tmp_path / ".drill" / "journal")
