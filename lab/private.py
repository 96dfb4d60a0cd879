"""Files with passwords and keys in them."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write a file that its owner alone can read, whoever could read it before; makes its folder likewise."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # of one that was there already, `open` leaves the mode
        file.write(content.encode() if isinstance(content, str) else content)
