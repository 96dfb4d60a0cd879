"""A PostgreSQL server's log as messages: which lines belong together, and when they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

HEAD = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) (UTC|GMT|[+-]\d\d(?::?\d\d)?)(?=[: ])")
"""How a message begins: %t or %m of log_line_prefix, by a zone that can be told; RDS logs in UTC.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was written at one moment: the line with the moment, and those that go on from it (a long statement).

    A DETAIL or STATEMENT is a message of its own, of the same moment.
    """

    at: datetime
    lines: tuple[str, ...]


def messages(text: str) -> list[Message]:
    """In the order in which they stand; lines before the first moment belong to a message that is not there."""
    found: list[tuple[datetime, list[str]]] = []
    # Not splitlines, which also ends a line at characters that a statement may hold.
    for line in text.split("\n"):
        at = _moment(line)
        if at is not None:
            found.append((at, [line]))
        elif found and line.strip():
            found[-1][1].append(line)
    return [Message(at=at, lines=tuple(lines)) for at, lines in found]


def _moment(line: str) -> datetime | None:
    head = HEAD.match(line)
    if head is None:
        return None
    written, zone = head.groups()
    try:
        return datetime.fromisoformat(written + ("+00:00" if zone in {"UTC", "GMT"} else zone))
    except ValueError:
        return None
