"""Statements by which a fault changes the target, and by which it is undone."""

from __future__ import annotations

from typing import Any

import psycopg

from drill.errors import FaultError
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Rows, ask

PATIENCE_S = 120.0
"""A lock is waited for no longer than a quarter of it, so that an answer comes before we hang up."""


def execute(address: Address, sql: str, *, deadline_s: float = PATIENCE_S) -> None:
    """Run statements, several with semicolons between them; FaultError says what the server said.

    Never the role's statement_timeout, which is meant for an application's statements; but never without end.
    """
    limits = f"SET statement_timeout = '{deadline_s:g}s'; SET lock_timeout = '{deadline_s / 4:g}s'"
    _asked(address, f"{limits}; {sql}", None, deadline_s, told=sql)


def query(address: Address, sql: str, values: list[Any] | None, *, deadline_s: float = 10.0) -> Rows:
    """Ask one thing; FaultError as `execute`."""
    return _asked(address, sql, values, deadline_s, told=sql)


def _asked(address: Address, sql: str, values: list[Any] | None, deadline_s: float, *, told: str) -> Rows:
    try:
        return ask(address, sql, values, deadline_s=deadline_s)
    except (psycopg.Error, DeadlinePassed) as error:
        said = " ".join(str(error).split())
        raise FaultError(f"{address}: {' '.join(told.split())[:120]}: {said}") from error
