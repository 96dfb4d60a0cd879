"""Changes by SQL that are undone by SQL: journalled before they are made, so that `drill heal` can undo them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from drill.errors import FaultError
from drill.faults.sql import PATIENCE_S, execute_each
from drill.faults.stage import Stage
from drill.history import WRITER_ENDPOINT
from drill.journal import Undo, healing
from drill.targets.target import Target

GONE = frozenset({"42P01", "3F000"})
"""The SQLSTATEs of a server on which there is nothing left to undo anything on: the table or its schema is gone."""
NEXT = "\n;\n"
"""Stands between the steps of a statement that must not run in one transaction, such as VACUUM."""
UNHURRIED_S = 24 * 3600.0
"""As good as no limit: for a person who waits for `drill heal`, and can end it."""


@contextmanager
def undone_by(target: Target, stage: Stage, statement: str, *, what: str) -> Iterator[None]:
    """Whatever is done in the block is undone by the statement, however the block is left; NotHealed where it is not.

    The statement stands in the journal: it must hold no secret, and must be harmless when it is run again.
    """
    with undone_later(target, stage, statement, what=what) as undo_now:
        yield
        undo_now()


@contextmanager
def undone_later(target: Target, stage: Stage, statement: str, *, what: str) -> Iterator[Callable[[], None]]:
    """As `undone_by`, but a block that ends as planned leaves it to the caller when: by calling what it is given.

    Until then it stands in the journal. A second call does nothing. A block that is left by an error undoes at once.
    """
    last = ExitStack()
    last.enter_context(stage.journal.promise(Undo.EXECUTE, statement, target=target.name, what=what))
    last.callback(_heal, target, statement, what)
    try:
        yield last.close
    except BaseException:
        last.close()
        raise


def undo(target: Target, statement: str, *, deadline_s: float = PATIENCE_S) -> None:
    """Run the statement on the writer, step by step; where its table is gone, there is nothing left to undo."""
    try:
        execute_each(target.address(WRITER_ENDPOINT), statement.split(NEXT), deadline_s=deadline_s)
    except FaultError as error:
        if getattr(error.__cause__, "sqlstate", None) not in GONE:
            raise


def _heal(target: Target, statement: str, what: str) -> None:
    with healing(what):
        undo(target, statement)
