"""drill heal: what nobody lives to undo is undone; what somebody lives to undo is left alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from drill.cli import main
from drill.cli.heal import ORDER
from drill.faults.undone import NEXT
from drill.journal import Entry, Journal, Undo
from drill.targets.aurora import Aurora
from lab.api import Server
from lab.layout import Layout
from tests.drill.probes.server import Server as Postgres
from tests.lab.api.conftest import eventually

Write = Callable[..., Path]


@pytest.fixture
def write(journal: Journal) -> Write:
    """Put an entry into the journal, by default of a process that is gone."""

    def write(undo: Undo, subject: str, *, target: str = "staging", orphan: bool = True) -> Path:
        started = psutil.Process().create_time() - (3600 if orphan else 0)
        entry = Entry(undo=undo, subject=subject, target=target, what="a test", pid=os.getpid(), started=started)
        journal.folder.mkdir(parents=True, exist_ok=True)
        path = journal.folder / f"{undo.replace(' ', '-')}-{len(journal.entries())}.json"
        path.write_text(json.dumps(asdict(entry)))
        return path

    return write


@pytest.fixture
def heal(drill_toml: Path) -> Callable[[], int]:
    """Run the command."""
    return lambda: main(["--drill-toml", str(drill_toml), "heal"])


@pytest.fixture
def staging(drill_toml: Path, server: Server, aurora: Aurora) -> Aurora:
    """A cluster named in drill.toml."""
    drill_toml.write_text(
        '[target.staging]\nkind = "aurora"\nregion = "us-east-1"\ncluster = "lab"\nuser = "postgres"\n'
        f'endpoint_url = "{server.url}"\n'
    )
    return aurora


def test_nothing_to_heal_is_all_right(heal: Callable[[], int], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, said in words."""
    assert heal() == 0
    assert capsys.readouterr().out == "nothing to heal\n"


def test_a_living_run_is_left_alone(heal: Callable[[], int], write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """It will undo its faults itself; its process is named."""
    path = write(Undo.STOP_FAULTS, "mark", orphan=False)
    assert heal() == 0
    assert f"left alone: stop faults mark on staging (a test): process {os.getpid()}" in capsys.readouterr().out
    assert path.exists()


def test_orphans_are_undone_on_the_target(
    staging: Aurora,
    heal: Callable[[], int],
    write: Write,
    postgres: Postgres,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Faults are stopped by their mark, statements executed, schemas dropped, and the journal is empty."""
    monkeypatch.setenv("DRILL_PASSWORD", "any")
    postgres.run("CREATE SCHEMA drill_7", "CREATE TABLE IF NOT EXISTS healed (n int)", "TRUNCATE healed")
    fault = staging.start_fault("lab:freeze-zone", duration_s=60, mark="mark-of-heal")
    eventually(lambda: staging.fault_state(fault)[0] == "running", "the fault runs")
    write(Undo.STOP_FAULTS, "mark-of-heal")
    write(Undo.DROP_SCHEMA, "drill_7")
    write(Undo.EXECUTE, "INSERT INTO healed VALUES (1); INSERT INTO healed VALUES (2)")
    write(Undo.EXECUTE, "CREATE INDEX IF NOT EXISTS gone ON dropped_long_ago.orders (id)")
    limit = "SELECT setting::int / 3600000 FROM pg_settings WHERE name = 'statement_timeout'"
    write(Undo.EXECUTE, NEXT.join(("VACUUM healed", f"INSERT INTO healed {limit}")))
    assert heal() == 0
    # The last: what is healed by hand may take as long as a day.
    assert postgres.run("SELECT n FROM healed ORDER BY n") == [(1,), (2,), (24,)]
    assert staging.fault_state(fault)[0] == "stopped"
    assert postgres.run("SELECT 1 FROM pg_namespace WHERE nspname = 'drill_7'") == []
    assert journal.entries() == {}


def test_what_cannot_be_undone_stays_and_is_told(
    heal: Callable[[], int], write: Write, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1; the others are undone all the same."""
    stays = write(Undo.STOP_FAULTS, "mark", target="forgotten")
    write(Undo.STOP_FAULTS, "mark", target="lab")
    assert heal() == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("NOT undone: stop faults mark on forgotten (a test): ")
    assert "no such target" in line
    assert list(journal.entries()) == [stays]


def test_a_lab_is_ended_where_it_lies(
    heal: Callable[[], int],
    write: Write,
    journal: Journal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever LAB_HOME says by now: the entry knows the folder."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "labs"))
    layout = Layout.plan("heal-me")
    layout.save()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "elsewhere"))
    write(Undo.END_LAB, str(layout.folder), target="lab")
    write(Undo.DROP_SCHEMA, "drill_7", target="lab")
    assert heal() == 0
    assert not layout.folder.exists()
    assert journal.entries() == {}


def test_a_corrupt_entry_is_one_line(
    heal: Callable[[], int], journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the file's name, and nothing is touched."""
    journal.folder.mkdir(parents=True)
    path = journal.folder / "odd.json"
    path.write_text("{")
    assert heal() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"drill: {path} is no journal entry")
    assert path.exists()


def test_faults_are_stopped_before_schemas_are_dropped() -> None:
    """A frozen writer would let nobody in to drop anything; and a lab that is gone needs neither."""
    assert ORDER == (Undo.END_LAB, Undo.STOP_FAULTS, Undo.EXECUTE, Undo.DROP_SCHEMA, Undo.DELETE_TABLE)
    assert set(ORDER) == set(Undo)
