"""What a lab is made of is found, or said to be missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import programs
from lab.errors import NotInstalled


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    programs.postgres_bin.cache_clear()
    yield
    programs.postgres_bin.cache_clear()


def test_a_postgres_that_is_not_there_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do about it."""
    monkeypatch.setenv("LAB_PG_BIN", str(tmp_path))
    with pytest.raises(NotInstalled, match="set LAB_PG_BIN"):
        programs.postgres_bin()


def test_another_postgres_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By LAB_PG_BIN, before the one from the wheel."""
    (tmp_path / "postgres").touch()
    monkeypatch.setenv("LAB_PG_BIN", str(tmp_path))
    assert programs.postgres_bin() == tmp_path


def test_root_becomes_an_ordinary_user_and_others_stay_who_they_are() -> None:
    """PostgreSQL refuses root."""
    assert bool(programs.as_ordinary_user()) == (os.geteuid() == 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_where_root_cannot_become_an_ordinary_user_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With how to go on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="run as an ordinary user"):
        programs.as_ordinary_user()
