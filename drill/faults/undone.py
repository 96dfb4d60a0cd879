"""Changes by SQL that are undone by SQL: journalled before they are made, so that `drill heal` can undo them too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.errors import FaultError
from drill.faults.sql import execute
from drill.faults.stage import Stage
from drill.history import WRITER_ENDPOINT
from drill.journal import Undo, healing
from drill.targets.target import Target

GONE = frozenset({"42P01", "3F000"})
"""The SQLSTATEs of a server on which there is nothing left to undo anything on: the table or its schema is gone."""


@contextmanager
def undone_by(target: Target, stage: Stage, statement: str, *, what: str) -> Iterator[None]:
    """Whatever is done in the block is undone by the statement, however the block is left; NotHealed where it is not.

    The statement stands in the journal: it must hold no secret, and must be harmless when it is run again.
    """
    with stage.journal.promise(Undo.EXECUTE, statement, target=target.name, what=what):
        try:
            yield
        finally:
            with healing(what):
                undo(target, statement)


def undo(target: Target, statement: str) -> None:
    """Run the statement on the writer; where its table is gone, there is nothing left to undo."""
    try:
        execute(target.address(WRITER_ENDPOINT), statement)
    except FaultError as error:
        if getattr(error.__cause__, "sqlstate", None) not in GONE:
            raise
