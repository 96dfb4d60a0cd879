"""What every store keeps to, whether it is a folder or a bucket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill.errors import StoreError
from drill.reporting import seal
from drill.reporting.store import Store, summaries
from tests.drill.reporting.store.conftest import Make, content
from tests.drill.reporting.trends.runs import recovery


def test_what_was_pushed_comes_back_whole(store: Store, make: Make, tmp_path: Path) -> None:
    """Every byte of every file, under the name it had, and sealed as it was."""
    folder = make()
    store.push(folder)
    fetched = store.fetch(folder.name, tmp_path / "back")
    assert fetched == tmp_path / "back" / folder.name
    assert content(fetched) == content(folder)
    assert seal.verify(fetched / "summary.json") == ()
    assert [each.name for each in (tmp_path / "back").iterdir()] == [folder.name]


def test_runs_are_listed_newest_last(store: Store, make: Make) -> None:
    """By their names, which begin with the moment; of nothing there is nothing."""
    assert store.names() == ()
    for day in (2, 0, 1):
        store.push(make(day))
    assert store.names() == ("20261001T000000Z-lab", "20261002T000000Z-lab", "20261003T000000Z-lab")


def test_a_summary_is_read_without_the_rest(store: Store, make: Make) -> None:
    """What was measured is there."""
    store.push(make(0, recovery(7.5)))
    assert store.summary("20261001T000000Z-lab").experiments[0].measured("recovery_time_s") == 7.5


def test_twice_is_the_same_as_once(store: Store, make: Make) -> None:
    """And says the same place."""
    folder = make()
    assert store.push(folder) == store.push(folder)
    assert store.names() == (folder.name,)


def test_another_run_of_that_name_is_never_replaced(store: Store, make: Make, tmp_path: Path) -> None:
    """Neither by pushing nor by fetching: the one that is there stays."""
    store.push(make(0, recovery(1.0)))
    other = make(0, recovery(2.0), into="elsewhere")
    with pytest.raises(StoreError, match="another run is there by the same name, and stays"):
        store.push(other)
    assert store.summary(other.name).experiments[0].measured("recovery_time_s") == 1.0
    with pytest.raises(StoreError, match="another run is there by the same name, and stays"):
        store.fetch(other.name, other.parent)
    assert json.loads((other / "summary.json").read_text())["experiments"][0]["promises"][0]["measured"] != {}
    store.fetch(other.name, tmp_path / "back")
    assert store.fetch(other.name, tmp_path / "back").name == other.name


def test_what_is_not_as_it_was_sealed_is_not_kept(store: Store, make: Make) -> None:
    """A copy of corrupt evidence would be taken for evidence."""
    folder = make()
    (folder / "validation.md").write_text("# held, really\n")
    with pytest.raises(StoreError, match=r"not the run that was sealed: 'validation.md'"):
        store.push(folder)
    assert store.names() == ()


def test_a_folder_without_a_summary_is_no_run(store: Store, tmp_path: Path) -> None:
    """It is what an interrupted run leaves."""
    (tmp_path / "20261001T000000Z-lab").mkdir()
    with pytest.raises(StoreError, match=r"no summary\.json is there"):
        store.push(tmp_path / "20261001T000000Z-lab")


def test_hidden_files_are_drafts_and_stay_where_they_are(store: Store, make: Make, tmp_path: Path) -> None:
    """In hidden folders as well."""
    folder = make()
    (folder / ".validation.md-x1").write_text("half")
    (folder / ".draft").mkdir()
    (folder / ".draft" / "page").write_text("half")
    store.push(folder)
    fetched = content(store.fetch(folder.name, tmp_path / "back"))
    assert not any("/." in f"/{name}" for name in fetched)
    assert len(fetched) == 5


def test_a_link_in_a_run_is_refused(store: Store, make: Make, tmp_path: Path) -> None:
    """What it leads to may be anything, such as a key."""
    (tmp_path / "id_rsa").write_text("secret")
    folder = make()
    (folder / "failover" / "key").symlink_to(tmp_path / "id_rsa")
    with pytest.raises(StoreError, match="a link in the folder of a run"):
        store.push(folder)
    assert store.names() == ()


@pytest.mark.parametrize(
    "name", ["../20261001T000000Z-lab", "", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "x" * 300]
)
def test_no_name_leads_elsewhere(store: Store, name: str, tmp_path: Path) -> None:
    """What is called otherwise is no run, and is not even looked for."""
    with pytest.raises(StoreError, match="no run has such a name"):
        store.fetch(name, tmp_path / "back")
    with pytest.raises(StoreError, match="no run has such a name"):
        store.summary(name)
    assert not (tmp_path / "back").exists()


def test_a_run_that_is_not_there_is_said_to_be_missing(store: Store, tmp_path: Path) -> None:
    """In one line, and nothing is left behind."""
    with pytest.raises(StoreError, match=r"no such run|no summary\.json is there"):
        store.fetch("20261001T000000Z-lab", tmp_path / "back")
    assert not list(tmp_path.glob("back/*"))


def test_the_last_runs_are_read_by_their_summaries(store: Store, make: Make) -> None:
    """So many of them, newest last, on the target that is named."""
    for day in range(5):
        store.push(make(day, target=("lab", "staging")[day % 2]))
    assert [each.name[:8] for each in summaries(store).runs] == [f"2026100{day}" for day in range(1, 6)]
    assert [each.name for each in summaries(store, last=2, target="lab").runs] == [
        "20261003T000000Z-lab",
        "20261005T000000Z-lab",
    ]
    assert summaries(store, target="nowhere").runs == ()
