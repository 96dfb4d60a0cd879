"""A folder of runs: reports/runs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drill.errors import StoreError
from drill.reporting.seal import SUMMARY
from drill.reporting.store.copying import arriving, files_of, require_whole, same_run
from drill.reporting.store.reading import read_as_sealed
from drill.reporting.store.store import is_name, require_name

if TYPE_CHECKING:
    from drill.reporting.records import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The runs under `reports`, as pytest leaves them."""

    reports: Path

    @property
    def runs(self) -> Path:
        """The folder that holds a folder a run."""
        return self.reports / "runs"

    def __str__(self) -> str:
        """What messages call it."""
        return str(self.runs)

    def names(self) -> tuple[str, ...]:
        """Every folder with a summary; none where nothing ever ran."""
        try:
            found = [each.name for each in self.runs.iterdir() if (each / SUMMARY).is_file()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"{self.runs}: cannot be read ({error.strerror}); name another folder") from error
        return tuple(sorted(name for name in found if is_name(name)))

    def summary(self, name: str) -> RunRecord:
        """Read it from its folder."""
        return read_as_sealed(self.runs / require_name(name, str(self)) / SUMMARY)

    def fetch(self, name: str, into: Path) -> Path:
        """Copy a folder."""
        return _copied(self.runs / require_name(name, str(self)), into)

    def push(self, folder: Path) -> str:
        """Copy a folder; one that lies here is here."""
        return str(_copied(folder, self.runs))


def _copied(folder: Path, into: Path) -> Path:
    name = require_name(folder.resolve().name, str(folder))
    files = files_of(folder)
    if not same_run(name, (folder / SUMMARY).read_bytes(), into):
        with arriving(name, into) as draft:
            for each in files:
                (draft / each).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / each, draft / each)
            require_whole(draft, str(folder))
    return require_whole(into / name)
