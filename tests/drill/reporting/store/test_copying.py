"""How a run is copied: what belongs to it, and that it arrives whole or not at all."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drill.errors import StoreError
from drill.reporting.store.copying import arriving, files_of, inside
from tests.drill.reporting.store.conftest import Make


def test_the_summary_comes_last(make: Make) -> None:
    """So that who copies in this order leaves no run before it is whole."""
    assert [each.as_posix() for each in files_of(make())] == [
        "failover/crash/history.parquet",
        "failover/crash/timeline.svg",
        "index.html",
        "validation.md",
        "summary.json",
    ]


@given(text=st.text(alphabet="ab./\\:\n ", max_size=12))
@example("../../etc/passwd")
@example("/etc/passwd")
@example("a/../../b")
@example("C:\\b")
@example("a//b")
@example("")
def test_no_path_leads_out_of_the_folder(text: str) -> None:
    """Whatever a bucket calls its objects: a path is refused, or lies inside and is spelled as it was."""
    try:
        found = inside(text, "s3://x")
    except StoreError:
        return
    assert found.as_posix() == text
    assert not found.is_absolute()
    assert all(not part.startswith(".") for part in PurePosixPath(text).parts)


def test_an_ordinary_path_is_let_in() -> None:
    """With blanks and capitals, if need be."""
    assert inside("failover/Crash 2/history.parquet", "s3://x") == Path("failover/Crash 2/history.parquet")


def test_what_arrives_in_part_is_not_there(tmp_path: Path) -> None:
    """Neither under its name nor under another."""

    def interrupted() -> None:
        with arriving("run", tmp_path / "into") as draft:
            (draft / "index.html").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list((tmp_path / "into").iterdir()) == []
