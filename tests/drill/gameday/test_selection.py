"""A game day that would run nothing is found out before anybody is told of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from drill.gameday.selection import lacking

SUITE = """
import pytest

@pytest.mark.failover
def test_one():
    raise AssertionError("nothing is run")
"""
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """One promise, which fails when it is asked for."""
    (tmp_path / "test_one.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    failover: one\n")
    return tmp_path


def test_what_selects_something_lacks_nothing(suite: Path) -> None:
    """And nothing of it is run."""
    assert lacking([*PYTEST, "-m", "failover"], cwd=suite, environment=os.environ) == ""


@pytest.mark.parametrize("words", [("-m", "failovr"), ("-m", "failover", "-k", "silense"), ("-k", "crash and and")])
def test_a_slip_is_told(suite: Path, words: tuple[str, ...]) -> None:
    """In one line, with what pytest says of it."""
    said = lacking([*PYTEST, *words], cwd=suite, environment=os.environ)
    assert said.startswith("its scenarios select nothing that can be run (")
    assert "\n" not in said
