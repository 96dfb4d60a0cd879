"""Where runs are kept: a folder, or a bucket.

A run's summary is written last and copied last: a folder without one is no run, but what is left of one or becomes one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from drill.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from drill.reporting.records import RunRecord

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class Store(Protocol):
    """Runs by name. Whatever cannot be done is a StoreError of one line, with the remedy."""

    def names(self) -> tuple[str, ...]:
        """Every run that is there whole, the newest last, by the moment that its name begins with."""

    def summary(self, name: str) -> RunRecord:
        """What its summary.json says; nothing else is read.

        ConfigError for one that cannot be understood, or is not as it was sealed by its own digest.
        """

    def fetch(self, name: str, into: Path) -> Path:
        """Copy the run to `into/name` and return that, every file checked against the digest in the run's seal.

        Nothing is left there of a run that could not be fetched whole, and nothing that is there is replaced.
        """

    def push(self, folder: Path) -> str:
        """Keep the run in this folder, and say where; the same run again is the same as once.

        Never replaces another run of that name, nor keeps one that is not as it was sealed.
        """


def is_name(text: str) -> bool:
    """Whether a run may be called so: a name comes from outside, and becomes a folder's."""
    return _NAME.fullmatch(text) is not None


def require_name(text: str, where: str) -> str:
    """Return the name if a run may be called so."""
    if not is_name(text):
        raise StoreError(f"{where}: {text!r}: no run has such a name; write it as in 20261122T143000Z-staging")
    return text
