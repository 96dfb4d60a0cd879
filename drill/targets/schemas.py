"""The schema of a run's own: the command that removes it, and why it could not be made."""

from __future__ import annotations

import psycopg
from psycopg import sql

from drill.errors import TargetError
from drill.targets.postgres import Address


def drop_statement(schema: str) -> str:
    """The command that removes everything a run left in the database; printed where it stays as evidence."""
    return f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE"


def quoted(*names: str) -> str:
    """Names as SQL wants them: a schema, or a schema and a table in it."""
    return sql.Identifier(*names).as_string()


def not_made(error: Exception, address: Address, schema: str, what: str) -> TargetError:
    """Say in one line why `what` could not be made in a new schema, and which command helps."""
    begin = f"could not {what} in schema {schema} at {address}"
    match error:
        case psycopg.errors.DuplicateSchema():
            return TargetError(
                f"{begin}: the schema exists already, and was left as it is; take another name, or remove it by: "
                f"{drop_statement(schema)}"
            )
        case psycopg.errors.InsufficientPrivilege():
            return TargetError(
                f"{begin}: {_one_line(error)}; let an administrator run: "
                f"GRANT CREATE ON DATABASE {quoted(address.dbname)} TO {quoted(address.user)}"
            )
    return TargetError(f"{begin}: {_one_line(error)}")


def _one_line(error: Exception) -> str:
    """What the server said first; its further lines (DETAIL, HINT, CONTEXT) are left out."""
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__
