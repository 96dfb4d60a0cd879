"""Files that are there whole or not at all, since a gate may read while a run writes."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_atomically(path: Path, content: str) -> None:
    """Replace `path` by this text in one step; what cannot be UTF-8 is written as an escape."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as draft:
        try:
            draft.write(content.encode("utf-8", "backslashreplace"))
            draft.close()
            Path(draft.name).chmod(0o644)  # a report is for everybody; temporary files are not
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def point(link: Path, to: Path) -> None:
    """Let the symbolic link lead to another folder in one step, by a relative path."""
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(os.path.relpath(to, link.parent), target_is_directory=True)
    draft.replace(link)
