"""What the control plane or a connection says of itself, and PostgreSQL's way to write a duration."""

import re

import polars as pl

from drill.errors import Undecided
from drill.history import History

APPLICATION = "application"
"""The subject of what a connection of the application is set to."""

CLIENT_DEADLINE = "client_deadline"
"""The name under which the application's own deadline stands beside the server's."""

_UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "": 1e-3}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|)\s*$")


def stated(history: History, subject: str, name: str) -> str | None:
    """The value that a subject states; None where it states none, or nothing was recorded."""
    rows = history.tables.get("settings")
    if rows is None:
        return None
    found = rows.filter((pl.col("subject") == subject) & (pl.col("name") == name))["value"]
    return None if found.is_empty() else found[-1]


def duration_s(value: str) -> float:
    """Seconds, as PostgreSQL writes them: `1s`, `500ms`, `0`; a bare number is ms. `Undecided` for other words."""
    match = _DURATION.match(value)
    if match is None:
        raise Undecided(f'"{value}" is no duration of PostgreSQL')
    return float(match[1]) * _UNITS_S[match[2]]


def timeout_s(history: History, name: str) -> float | None:
    """A timeout of the application's connections in seconds, 0: without bound; None where it is not stated."""
    value = stated(history, APPLICATION, name)
    return None if value is None else duration_s(value)
