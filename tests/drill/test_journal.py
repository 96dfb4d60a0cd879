"""What must be undone stands on disk before it is done, and goes when it is undone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError, FaultError, NotHealed
from drill.journal import Entry, Journal, Undo, healing
from tests.drill.histories import property_test


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal in a folder that is not there yet."""
    return Journal(folder=tmp_path / ".drill" / "journal")


def ours(**changes: object) -> Entry:
    """An entry of this very process."""
    started = psutil.Process().create_time()
    entry = Entry(undo=Undo.END_LAB, subject="/labs/one", target="lab", what="a lab", pid=os.getpid(), started=started)
    return replace(entry, **changes)  # type: ignore[arg-type]


def written(journal: Journal, entry: Entry) -> Path:
    """Put an entry of somebody else's on disk."""
    journal.folder.mkdir(parents=True, exist_ok=True)
    path = journal.folder / f"{len(list(journal.folder.iterdir()))}.json"
    path.write_text(json.dumps(asdict(entry)))
    return path


def test_a_promise_stands_for_as_long_as_its_block(journal: Journal) -> None:
    """While the block runs there is one entry, of this process, and afterwards none."""
    with journal.promise(Undo.STOP_FAULTS, "mark", target="staging", what="a crash"):
        (entry,) = journal.entries().values()
        assert (entry.undo, entry.subject, entry.target, entry.pid) == ("stop faults", "mark", "staging", os.getpid())
        assert str(entry) == "stop faults mark on staging (a crash)"
        assert journal.orphans() == {}
    assert list(journal.folder.iterdir()) == []


def test_a_journal_that_was_never_written_is_empty(journal: Journal) -> None:
    """Looking makes no folder."""
    assert journal.entries() == {}
    assert not journal.folder.exists()


@pytest.mark.parametrize("error", [ValueError(), FaultError(), KeyboardInterrupt(), SystemExit()], ids=repr)
def test_a_block_that_was_healed_on_its_way_out_is_struck(journal: Journal, error: BaseException) -> None:
    """Leaving a block heals; the error goes on as it is."""
    with pytest.raises(type(error)), journal.promise(Undo.STOP_FAULTS, "mark", target="lab", what="a crash"):
        raise error
    assert journal.entries() == {}


@pytest.mark.parametrize("error", [FaultError("no answer"), OSError("no network"), KeyboardInterrupt()], ids=repr)
def test_an_entry_stays_where_healing_came_to_nothing(journal: Journal, error: BaseException) -> None:
    """Whatever stops the healing, Ctrl-C included; errors become NotHealed, and name the remedy."""
    kind = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else NotHealed
    with (
        pytest.raises(kind) as raised,
        journal.promise(Undo.STOP_FAULTS, "mark", target="lab", what="a crash"),
        healing("a crash"),
    ):
        raise error
    told = raised.value if kind is NotHealed else raised.value.__cause__
    assert isinstance(told, NotHealed)
    assert "drill heal" in str(told)
    assert len(journal.entries()) == 1


def test_entries_are_complete_or_absent(journal: Journal) -> None:
    """What a crash left half written is no entry."""
    journal.folder.mkdir(parents=True)
    (journal.folder / "0123.partial").write_text('{"undo": "end l')
    assert journal.entries() == {}


def test_entries_come_in_the_order_in_which_they_were_written(journal: Journal) -> None:
    """So they can be undone in that order, whatever their files are called."""
    for second, name in enumerate(["last-by-name", "between", "a-first-by-name"]):
        path = written(journal, ours(subject=name))
        os.utime(path, ns=(second * 10**9, second * 10**9))
    assert [entry.subject for entry in journal.entries().values()] == ["last-by-name", "between", "a-first-by-name"]


def test_a_living_process_keeps_its_promises_itself(journal: Journal) -> None:
    """Its entries are no orphans."""
    written(journal, ours())
    assert journal.orphans() == {}


def test_the_entry_of_a_process_that_is_gone_is_an_orphan(journal: Journal) -> None:
    """Nobody lives to undo it."""
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        started = psutil.Process(child.pid).create_time()
        child.wait(10)
        path = written(journal, ours(pid=child.pid, started=started))
    assert list(journal.orphans()) == [path]


def test_a_killed_process_that_nobody_reaped_is_gone(journal: Journal) -> None:
    """A zombie undoes nothing."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
        written(journal, ours(pid=child.pid, started=process.create_time()))
        assert journal.orphans() == {}
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process.status() == psutil.STATUS_ZOMBIE
        assert len(journal.orphans()) == 1


def test_another_process_of_the_same_number_promised_nothing(journal: Journal) -> None:
    """Numbers are used again; the moment at which the process started tells."""
    written(journal, ours(started=psutil.Process().create_time() - 3600))
    assert len(journal.orphans()) == 1


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"undo": "explode"}', '{"undo": "end lab", "pid": "many"}', "\udcff"],
)
def test_a_corrupt_entry_is_one_clear_line(journal: Journal, text: str) -> None:
    """It names the file and what to do; nothing is guessed, nothing is removed."""
    journal.folder.mkdir(parents=True)
    path = journal.folder / "odd.json"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(ConfigError, match=r"odd.json is no journal entry .* remove it") as raised:
        journal.entries()
    assert "\n" not in str(raised.value)
    assert path.exists()


def test_an_entry_that_is_struck_twice_is_struck(journal: Journal) -> None:
    """Two who heal at once do not trip over each other."""
    path = written(journal, ours())
    journal.strike(path)
    journal.strike(path)
    assert journal.entries() == {}


@property_test
@given(
    undo=st.sampled_from(Undo),
    subject=st.text(),
    what=st.text(),
    pid=st.integers(1, 2**31),
    started=st.floats(allow_nan=False, allow_infinity=False),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, undo: Undo, subject: str, what: str, pid: int, started: float
) -> None:
    """Any entry comes back as it was, whatever its words."""
    journal = Journal(folder=tmp_path_factory.mktemp("journal"))
    entry = Entry(undo=undo, subject=subject, target="t", what=what, pid=pid, started=started)
    written(journal, entry)
    assert list(journal.entries().values()) == [entry]
