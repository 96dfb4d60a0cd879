"""Whether a lab fits on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.errors import LabError

NEEDED_BYTES = 2 << 30


def free_bytes(folder: Path) -> int:
    """How much is free on the disk of a folder, which need not be there yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require_space(folder: Path, *, needed_bytes: int = NEEDED_BYTES) -> None:
    """LabError where a lab would not fit on the disk of the folder."""
    free = free_bytes(folder)
    if free < needed_bytes:
        raise LabError(
            f"{folder} has {free >> 20} MiB free, a lab needs {needed_bytes >> 20}: "
            "free some, or set LAB_HOME to a folder on another disk"
        )
