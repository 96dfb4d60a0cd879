"""What faults that are made for the shop need: a schema of the run's own, and its tables."""

from __future__ import annotations

import psycopg

from drill.errors import FaultError, Unsupported
from drill.faults.stage import Stage
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask

MISSING = """
    SELECT name FROM unnest(%s::text[]) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = %s AND tablename = name)
"""


def require_ours(stage: Stage) -> None:
    """Let pass only where the data is the run's own: a team's tables are neither changed nor locked for long."""
    if not stage.is_ours:
        raise Unsupported("this fault is made for the shop, and drill.toml names a schema of your own")


def require_tables(address: Address, schema: str, *tables: str) -> None:
    """Let pass only where the schema has them; Unsupported says which one is missing."""
    if not tables:
        return
    try:
        missing = ask(address, MISSING, [list(tables), schema], deadline_s=5.0)
    except (psycopg.Error, DeadlinePassed) as error:
        said = " ".join(str(error).split())
        raise FaultError(f"cannot look for the tables of {schema} at {address}: {said}") from error
    if missing:
        names = ", ".join(name for (name,) in missing)
        raise Unsupported(f"this fault is made for the shop's tables, and the schema {schema} has no {names}")
