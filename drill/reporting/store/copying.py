"""What every way of copying a run has in common: which files belong to it, and that it arrives whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from drill.errors import StoreError
from drill.reporting import seal
from drill.reporting.seal import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterator


def files_of(folder: Path) -> tuple[Path, ...]:
    """Every file of a run, relative to its folder, the summary last; hidden ones are drafts and not among them.

    A StoreError for a folder that is no run, and for a link: what it leads to is not the run's, and may be anything.
    """
    if not (folder / SUMMARY).is_file():
        raise StoreError(
            f"{folder}: no {SUMMARY} is there, so that it is no run; name the folder of one that has ended"
        )
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        here = Path(parent)
        for each in (*folders, *files):
            if (here / each).is_symlink():
                raise StoreError(f"{here / each}: a link in the folder of a run; replace it by what it leads to")
        found += [(here / each).relative_to(folder) for each in sorted(files) if not each.startswith(".")]
    return tuple(sorted(found, key=lambda each: (each == Path(SUMMARY), each.as_posix())))


def inside(text: str, where: str) -> Path:
    """Read a relative path that comes from outside; a StoreError for one that leads out of the folder, or hides in it.

    Where backslashes part folders they would too, so that none is let in.
    """
    path = PurePosixPath(text)
    ill = any(part.startswith(".") for part in path.parts) or any(ord(each) < 32 or each in "\\:" for each in text)
    if ill or path.is_absolute() or not path.parts or path.as_posix() != text:
        raise StoreError(f"{where}: {text!r}: no path of a file of a run; nothing was copied, remove what is called so")
    return Path(path)


def same_run(name: str, summary: bytes, into: Path) -> bool:
    """Whether the run is in `into` already; a StoreError where another one goes by its name."""
    there = into / name
    if not there.exists():
        return False
    if (there / SUMMARY).is_file() and (there / SUMMARY).read_bytes() == summary:
        return True
    raise StoreError(f"{there}: another run is there by the same name, and stays; keep one of them in another folder")


def require_whole(folder: Path, called: str | None = None) -> Path:
    """Return the folder of a run if it is as it was sealed; a StoreError names the first thing that speaks against it.

    `called` is what messages call it, where the folder itself is about to vanish.
    """
    problems = seal.verify(folder / SUMMARY)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise StoreError(f"{called or folder}: not the run that was sealed: {problems[0]}{more}; it was not copied")
    return folder


@contextmanager
def arriving(name: str, into: Path) -> Iterator[Path]:
    """Make a hidden folder that becomes `into/name` when the block ends well; it is removed when it does not."""
    into.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=into, prefix=f".{name}-"))
    try:
        yield draft
        draft.chmod(0o755)  # a report is for everybody; temporary folders are not
        draft.rename(into / name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
