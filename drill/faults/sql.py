"""Statements by which a fault changes the target, and by which it is undone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import psycopg

from drill.errors import FaultError
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Rows, Session, ask

PATIENCE_S = 120.0
"""A lock is waited for no longer than a quarter of it, so that an answer comes before we hang up."""
CONNECT_S = 10.0


def execute(address: Address, sql: str, *, deadline_s: float = PATIENCE_S) -> None:
    """Run statements, several with semicolons between them; FaultError says what the server said.

    Never the role's statement_timeout, which is meant for an application's statements; but never without end.
    """
    _asked(address, "; ".join((*_limits(deadline_s), sql)), None, deadline_s, told=sql)


def execute_each(address: Address, steps: Iterable[str], *, deadline_s: float = PATIENCE_S) -> None:
    """Run steps one after the other over one connection, none of them in a transaction; FaultError as `execute`.

    So VACUUM, CREATE INDEX CONCURRENTLY and blocks that commit can run, which several statements in one message
    cannot. What went before a step that fails is done.
    """

    async def all_of_them() -> None:
        ends = asyncio.get_running_loop().time() + deadline_s
        session = await Session.open(address, min(CONNECT_S, deadline_s))
        try:
            for step in (*_limits(deadline_s), *steps):
                told[0] = step
                await session.fetch(step, deadline_s=ends - asyncio.get_running_loop().time())
        finally:
            await session.close()

    told = ["connect"]
    try:
        asyncio.run(all_of_them())
    except (psycopg.Error, DeadlinePassed) as error:
        raise _refused(address, told[0], error) from error


def query(address: Address, sql: str, values: list[Any] | None, *, deadline_s: float = 10.0) -> Rows:
    """Ask one thing; FaultError as `execute`."""
    return _asked(address, sql, values, deadline_s, told=sql)


def _asked(address: Address, sql: str, values: list[Any] | None, deadline_s: float, *, told: str) -> Rows:
    try:
        return ask(address, sql, values, deadline_s=deadline_s)
    except (psycopg.Error, DeadlinePassed) as error:
        raise _refused(address, told, error) from error


def _limits(deadline_s: float) -> tuple[str, str]:
    return f"SET statement_timeout = '{deadline_s:g}s'", f"SET lock_timeout = '{deadline_s / 4:g}s'"


def _refused(address: Address, told: str, error: Exception) -> FaultError:
    said = " ".join(str(error).split())
    return FaultError(f"{address}: {' '.join(told.split())[:120]}: {said}")
