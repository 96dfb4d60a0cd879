"""Who may break or measure what, one at a time: locks of the operating system, gone with their holder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drill.errors import Busy

FOLDER = Path(tempfile.gettempdir()) / f"drill-locks-{os.getuid()}"


@contextmanager
def held(
    subject: str,
    *,
    patience_s: float,
    waiting: Callable[[str], None] = lambda _: None,
    folder: Path = FOLDER,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock of a subject on this machine; Busy names the holder when patience runs out.

    `waiting` is told once, in words, where the lock is not free at once.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / hashlib.sha256(subject.encode()).hexdigest()[:16]
    ends_at = time.monotonic() + patience_s
    with path.open("a+") as file:
        told = False
        while not _take(file.fileno()):
            file.seek(0)
            holder = file.read().strip() or "unknown"
            if time.monotonic() >= ends_at:
                raise Busy(f"another run holds {subject} (process {holder}); wait for it, or end it")
            if not told:
                waiting(f"waiting for process {holder}, which is {subject}")
            told = True
            sleep(0.1)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
