"""Parameters that draw from a query get its values: once, before the load begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from drill.errors import ConfigError, TargetError
from drill.load.making import Connection, connected
from drill.load.parameters import Choice, FromQuery, Parameter, Value
from drill.load.pattern import Pattern
from drill.targets.postgres import Address

MOST_VALUES = 100_000
"""More would cost the load's own process its start, and show nothing more."""

_PLAIN = (int, float, str, bool, type(None))
_AS_TEXT = (UUID, Decimal, datetime, date, time)


def resolve(
    patterns: Sequence[Pattern], address: Address, schema: str, *, deadline_s: float = 15.0, file: object = "patterns"
) -> tuple[Pattern, ...]:
    """The same patterns, each `FromQuery` replaced by a `Choice` of what it found; no connection where there is none.

    A query that fails, finds nothing or more than one column is a ConfigError of one line; `file` is for messages.
    Reads only. Raises TargetError where nobody answered. Called where no event loop runs.
    """
    if not any(isinstance(each, FromQuery) for pattern in patterns for each in pattern.parameters.values()):
        return tuple(patterns)
    try:
        with connected(address, schema, "public", deadline_s=deadline_s) as connection:
            connection.execute("SET default_transaction_read_only TO on")
            return tuple(
                replace(each, parameters=_resolved(connection, each.parameters, f"{file}: pattern.{each.name}"))
                for each in patterns
            )
    except psycopg.Error as error:
        raise TargetError(f"could not fetch the parameters of patterns at {address}: {_said(error)}") from error


def _resolved(connection: Connection, parameters: Mapping[str, Parameter], where: str) -> dict[str, Parameter]:
    return {
        name: _fetched(connection, each, f"{where}.parameters.{name}") if isinstance(each, FromQuery) else each
        for name, each in parameters.items()
    }


def _fetched(connection: Connection, parameter: FromQuery, where: str) -> Choice:
    try:
        # Prepared: the server then refuses several statements in one text, which could turn the read-only mode off.
        cursor = connection.execute(parameter.sql, prepare=True)
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise
        raise ConfigError(f"{where}: its query failed: {_said(error)}; correct the query") from error
    columns = len(cursor.description or ())
    if columns != 1:
        raise ConfigError(f"{where}: its query has {columns} columns; select one")
    values = [_value(row[0], where) for row in cursor.fetchmany(MOST_VALUES + 1)]
    if not values:
        raise ConfigError(f"{where}: its query found nothing to draw from; correct it, or fill the table")
    if len(values) > MOST_VALUES:
        raise ConfigError(f"{where}: its query found more than {MOST_VALUES:,} values; add a LIMIT")
    return Choice(values=tuple(values), skew=parameter.skew)


def _value(found: Any, where: str) -> Value:
    """As it is, or as text of which the server makes its own type again."""
    if isinstance(found, _PLAIN):
        return found
    if isinstance(found, _AS_TEXT):
        return str(found)
    raise ConfigError(
        f"{where}: its query gives values that we cannot keep ({type(found).__name__}); cast them to text"
    )


def _said(error: psycopg.Error) -> str:
    """What the server said, in one line."""
    return error.diag.message_primary or str(error).strip().splitlines()[0]
