"""What must be undone should we not live to undo it: written before it is done, struck out when it is undone.

An entry is data that heals by itself being replayed: a mark whose experiments to stop, a statement to execute, a
schema to drop, a table to delete, a lab to take down. One file an entry, complete or absent, in `.drill/journal` beside
drill.toml.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import psutil

from drill.errors import ConfigError, NotHealed


class Undo(StrEnum):
    """How an entry is undone.

    `subject` is then a mark, SQL for the writer (no secret in it), a schema, a DynamoDB table, or a folder.
    """

    STOP_FAULTS = "stop faults"
    EXECUTE = "execute"
    DROP_SCHEMA = "drop schema"
    DELETE_TABLE = "delete table"
    END_LAB = "end lab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to undo, on which target, and the process that promised to."""

    undo: Undo
    subject: str
    target: str
    what: str
    pid: int
    started: float

    def __str__(self) -> str:
        """For a person."""
        return f"{self.undo} {self.subject} on {self.target} ({self.what})"

    @property
    def is_orphan(self) -> bool:
        """Whether the process that promised to undo it is gone; another one may have its number by now."""
        try:
            process = psutil.Process(self.pid)
            another = abs(process.create_time() - self.started) > 1
            return another or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True


@contextmanager
def healing(what: str) -> Iterator[None]:
    """Undo in this block; whatever ends it early makes it NotHealed, so that its entry stays.

    Ctrl-C goes on as Ctrl-C, caused by NotHealed: it must still end the run.
    """
    try:
        yield
    except Exception as error:
        raise NotHealed(f"{what} could not be undone ({error}); `drill heal` tries again") from error
    except BaseException as error:
        raise error from NotHealed(f"undoing {what} was interrupted; `drill heal` tries again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The entries of one folder."""

    folder: Path

    @contextmanager
    def promise(self, undo: Undo, subject: str, *, target: str, what: str) -> Iterator[None]:
        """Hold an entry while the block runs; it stays when the block was not `healing`, or never ends."""
        ours = psutil.Process()
        entry = Entry(undo=undo, subject=subject, target=target, what=what, pid=ours.pid, started=ours.create_time())
        path = self._write(entry)
        try:
            yield
        except BaseException as error:
            if not (isinstance(error, NotHealed) or isinstance(error.__cause__, NotHealed)):
                self.strike(path)
            raise
        self.strike(path)

    def entries(self) -> dict[Path, Entry]:
        """Every entry, in the order in which they were written."""
        found = []
        for path in self.folder.glob("*.json"):
            try:
                written_ns, said = path.stat().st_mtime_ns, json.loads(path.read_text())
                entry = Entry(**said | {"undo": Undo(said["undo"]), "pid": int(said["pid"])})
            except FileNotFoundError:
                continue  # struck out by another run while we looked
            except (ValueError, TypeError, KeyError) as error:
                raise ConfigError(
                    f"{path} is no journal entry ({error}); look at it, undo it, and remove it"
                ) from error
            found.append((written_ns, path, entry))
        return {path: entry for _, path, entry in sorted(found, key=lambda each: each[:2])}

    def orphans(self) -> dict[Path, Entry]:
        """The entries whose process is gone."""
        return {path: entry for path, entry in self.entries().items() if entry.is_orphan}

    def strike(self, path: Path) -> None:
        """It is undone."""
        path.unlink(missing_ok=True)

    def _write(self, entry: Entry) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{uuid4().hex}.json"
        partial = path.with_suffix(".partial")
        with partial.open("w") as file:
            json.dump(asdict(entry), file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        return path
