"""How a store reads a summary: its figures stand beside those of other runs, so that they must be the run's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill.errors import ConfigError
from drill.reporting import seal, summary

if TYPE_CHECKING:
    from pathlib import Path

    from drill.reporting.records import RunRecord


def read_as_sealed(path: Path) -> RunRecord:
    """Read a summary; a ConfigError for one that is none, or that was altered after it was sealed.

    Only the summary's own digest is asked: neither the files beside it, nor a signature.
    """
    document = summary.document(path)
    run = summary.record_of(document, path)
    if not seal.is_unaltered(document):
        raise ConfigError(f"{path}: digest: it was altered after it was sealed; run the suite again")
    return run
