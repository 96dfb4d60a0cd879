"""drill heal: undo what stands in the journal and nobody lives to undo."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from drill.config import AuroraSettings, Config, DynamoDBSettings, load
from drill.errors import NotHealed
from drill.faults.undone import UNHURRIED_S, undo
from drill.history import WRITER_ENDPOINT
from drill.journal import Entry, Journal, Undo
from drill.probes import tables
from drill.targets.connect import connect
from drill.targets.dynamodb.connect import connect_tables, tables_beside

ORDER = (Undo.END_LAB, Undo.STOP_FAULTS, Undo.EXECUTE, Undo.DROP_SCHEMA, Undo.DELETE_TABLE)
"""What was done to a lab is gone with it, a schema or a table can be dropped where no fault is in the way any more, and
what a fault took from a schema cannot be given back once that is dropped."""


def run(drill_toml: Path, environment: Mapping[str, str]) -> int:
    """Undo every orphan of the journal beside drill.toml; 1 where one could not be undone, and stays."""
    journal = Journal(folder=drill_toml.absolute().parent / ".drill" / "journal")
    alive = [entry for entry in journal.entries().values() if not entry.is_orphan]
    for entry in alive:
        print(f"left alone: {entry}: process {entry.pid} still runs, and will undo it")
    orphans = sorted(journal.orphans().items(), key=lambda found: ORDER.index(found[1].undo))
    failed = 0
    for path, entry in orphans:
        try:
            print(f"undone: {entry}: {_undo(entry, load(drill_toml), environment)}")
            journal.strike(path)
        except Exception as error:  # noqa: BLE001 - one that cannot be undone must not keep the others from it
            failed += 1
            print(f"NOT undone: {entry}: {error}", file=sys.stderr)
    if not orphans:
        print("nothing to heal")
    return 1 if failed else 0


def _undo(entry: Entry, config: Config, environment: Mapping[str, str]) -> str:
    if entry.undo is Undo.END_LAB:
        return _end_lab(Path(entry.subject))
    settings = config.target(entry.target)
    match settings:
        case AuroraSettings() if entry.undo is not Undo.DELETE_TABLE:
            return _undo_on_cluster(entry, settings, environment)
        case AuroraSettings():
            beside = tables_beside(settings)
            if beside is None:
                raise NotHealed(f'[target.{entry.target}] names no tables any more; add tables = ["{entry.subject}"]')
            return _undo_on_tables(entry, beside, environment)
        case DynamoDBSettings():
            return _undo_on_tables(entry, settings, environment)
    return "it is gone with the lab"


def _undo_on_tables(entry: Entry, settings: DynamoDBSettings, environment: Mapping[str, str]) -> str:
    target = connect_tables(entry.target, settings, environment)
    if entry.undo is Undo.STOP_FAULTS:
        return f"{target.stop_faults(entry.subject)} experiments stopped"
    target.delete(entry.subject)
    return "deleted"


def _undo_on_cluster(entry: Entry, settings: AuroraSettings, environment: Mapping[str, str]) -> str:
    target = connect(entry.target, settings, environment)
    if entry.undo is Undo.STOP_FAULTS:
        return f"{target.stop_faults(entry.subject)} experiments stopped"
    if entry.undo is Undo.EXECUTE:
        undo(target, entry.subject, deadline_s=UNHURRIED_S)
        return "executed"
    tables.drop(target.address(WRITER_ENDPOINT), entry.subject)
    return "dropped"


def _end_lab(folder: Path) -> str:
    """The lab is another program: it is told by its command line, and where it lies by its environment."""
    ended = subprocess.run(
        [sys.executable, "-m", "lab", "down", "--name", folder.name],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "LAB_HOME": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise NotHealed(f"the lab {folder.name} could not be ended: {said[-1]}")
    return ended.stdout.strip()
