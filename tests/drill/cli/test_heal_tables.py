"""drill heal on tables: faults that still run are stopped, tables that a run made are deleted, others are left."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from drill.cli import main
from drill.config import load
from drill.journal import Entry, Journal, Undo
from drill.targets.dynamodb import Tables, TableSpec
from drill.targets.dynamodb.connect import connect_tables
from lab import life

OWN = "drill-left-behind"


@pytest.fixture
def tables(drill_toml: Path) -> Iterator[Tables]:
    """Tables of a lab that is not the run's own, named in drill.toml."""
    with life.running(f"heal-{os.getpid()}", services=("dynamodb",)) as lab:
        drill_toml.write_text(
            '[target.mine]\nkind = "dynamodb"\nregion = "us-east-1"\ntables = ["orders"]\n'
            f'replica_region = "{lab.replica_region}"\nendpoint_url = "{lab.dynamodb_endpoint_url}"\n'
        )
        yield connect_tables("mine", load(drill_toml).target("mine"), {})  # type: ignore[arg-type]  # it is of that kind


def left(journal: Journal, undo: Undo, subject: str) -> None:
    """An entry of a process that is gone."""
    started = psutil.Process().create_time() - 3600
    entry = Entry(undo=undo, subject=subject, target="mine", what="a test", pid=os.getpid(), started=started)
    journal.folder.mkdir(parents=True, exist_ok=True)
    (journal.folder / f"{undo.replace(' ', '-')}.json").write_text(json.dumps(asdict(entry)))


def test_what_a_killed_run_left_on_tables_is_undone(
    tables: Tables, drill_toml: Path, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fault is stopped, its own table deleted in both regions, the team's table stays; a second time is fine."""
    tables.create(TableSpec(name=OWN, replicated=True))
    experiment = tables.start_fault("lab:fail-tables", tables=(OWN,), duration_s=600, mark="left-mark")
    left(journal, Undo.STOP_FAULTS, "left-mark")
    left(journal, Undo.DELETE_TABLE, OWN)
    assert main(["--drill-toml", str(drill_toml), "heal"]) == 0
    said = capsys.readouterr().out
    assert "1 experiments stopped" in said
    assert "deleted" in said
    assert tables.fault_state(experiment)[0] == "stopped"
    for region in tables.regions:
        names = tables.client(region=region).list_tables()["TableNames"]
        assert OWN not in names
        assert "orders" in names
    assert journal.entries() == {}
    left(journal, Undo.DELETE_TABLE, OWN)
    assert main(["--drill-toml", str(drill_toml), "heal"]) == 0
