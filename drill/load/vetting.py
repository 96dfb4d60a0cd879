"""Whether a team's patterns can be asked at all, and write only where they say so: before anything is broken.

Each statement is planned with drawn values (EXPLAIN), and those that shall only read are run once in a transaction
that may not write. Everything is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from drill.errors import ConfigError, TargetError
from drill.load.making import Connection, connected
from drill.load.pattern import PLACEHOLDER, Pattern
from drill.load.workload import requests
from drill.requests import Statement
from drill.targets.postgres import Address

EXPLAIN = "EXPLAIN (FORMAT JSON) "
TRIAL_S = 5
"""A statement that takes longer is no access pattern with an objective in milliseconds."""

_SEVERAL = "cannot insert multiple commands"
_MARK = "add writes = true to it"


def vet(
    patterns: Sequence[Pattern], address: Address, schema: str, *, deadline_s: float = 60.0, file: object = "patterns"
) -> None:
    """Refuse what the server refuses, and what writes without saying so, by a ConfigError of one line.

    Patterns must be resolved before. `file` is for messages. Leaves nothing behind. Raises TargetError where nobody
    answered, or where there is no such schema. Called where no event loop runs.
    """
    try:
        with connected(address, schema, "public", deadline_s=deadline_s) as connection:
            _require(connection, address, schema)
            for each in patterns:
                _vet(connection, each, f"{file}: pattern.{each.name}")
    except psycopg.Error as error:
        raise TargetError(f"could not vet the patterns at {address}: {_said(error)}") from error


def _require(connection: Connection, address: Address, schema: str) -> None:
    if connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is None:
        raise TargetError(f"{address} has no schema {schema}; correct schema in drill.toml, or create it")


def _vet(connection: Connection, pattern: Pattern, where: str) -> None:
    request = next(requests((pattern,), seed=1, run="vet"))
    with connection.transaction(force_rollback=True):
        if request.reads_only:
            connection.execute("SET TRANSACTION READ ONLY")
        connection.execute(f"SET LOCAL statement_timeout TO '{TRIAL_S}s'")
        for number, statement in enumerate(request.statements, start=1):
            place = f"{where}: statement {number}"
            wrote = _written(_planned(connection, statement, place))
            if request.reads_only and wrote:
                raise ConfigError(f"{place}: writes ({wrote}), which the pattern does not say; {_MARK}")
            if request.reads_only:
                _tried(connection, statement, place)


def _planned(connection: Connection, statement: Statement, place: str) -> Any:
    """The plan's root; without parameters too it is prepared, since only then several statements are refused."""
    try:
        cursor = connection.execute(EXPLAIN + statement.sql, statement.parameters, prepare=True)
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise
        if error.sqlstate == "42601" and _SEVERAL in _said(error):
            raise ConfigError(
                f"{place}: is several statements in one text; write a list of them, as in sql = [..., ...]"
            ) from error
        raise ConfigError(f"{place}: {_said(error)}{_position(statement.sql, error)}; correct the SQL") from error
    row = cursor.fetchone()
    return row[0][0]["Plan"] if row and isinstance(row[0], list) and "Plan" in row[0][0] else {}


def _tried(connection: Connection, statement: Statement, place: str) -> None:
    """Run it where it may not write: what a function does inside, no plan tells."""
    try:
        connection.execute(statement.sql, statement.parameters, prepare=True)
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise ConfigError(f"{place}: writes ({_said(error)}), which the pattern does not say; {_MARK}") from error
    except psycopg.errors.QueryCanceled as error:
        raise ConfigError(f"{place}: did not end within {TRIAL_S} s; correct the SQL, or leave it out") from error
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise
        raise ConfigError(f"{place}: {_said(error)}; correct the SQL, or its parameters") from error


def _written(plan: Any) -> str | None:
    """'Insert on orders', where a plan changes rows anywhere."""
    for node in _nodes(plan):
        if node.get("Node Type") == "ModifyTable":
            return f"{node['Operation'].lower()} on {node.get('Relation Name', 'a table')}"
    return None


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _position(sql: str, error: psycopg.Error) -> str:
    """' at line 2, column 14', counted in the pattern's own text: the server saw EXPLAIN before it, and $1 in it."""
    if not error.diag.statement_position:
        return ""
    wanted = int(error.diag.statement_position) - 1 - len(EXPLAIN)
    grown, numbers = 0, dict[str, int]()
    for found in PLACEHOLDER.finditer(sql):
        if found.start() - grown >= wanted:
            break
        name = found["name"]
        sent = "%" if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"
        grown += len(found[0]) - len(sent)
    before = sql[: max(0, wanted + grown)]
    return f" at line {before.count(chr(10)) + 1}, column {len(before) - (before.rfind(chr(10)) + 1) + 1}"


def _said(error: psycopg.Error) -> str:
    """What the server said, in one line."""
    return error.diag.message_primary or str(error).strip().splitlines()[0]
