"""Whether the tables are there, and can be used."""

from __future__ import annotations

from drill.checks.promise import Finding, observation
from drill.checks.tables.described import NONE, TablesDescribed
from drill.checks.words import counted
from drill.history import History
from drill.verdict import Check, Ruling

SERVES = frozenset({"ACTIVE", "UPDATING"})
"""A table that is being changed goes on serving."""
LOCKED_OUT = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


def tables_are_active() -> Check:
    """Every table, index and replica serves; one that is being made, deleted or cut off from its key does not.

    Undecided where a status is not told.
    """

    @observation("tables_are_active", objective="tables, indexes and replicas")
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        tables = described.tables
        states = {each: described.value(each, "TableStatus") for each in described.everywhere}
        states |= {index: described.value(index, "IndexStatus") for each in tables for index in described.indexes(each)}
        wrong = {each: state for each, state in states.items() if state not in SERVES}
        indexes = sum("/" in each for each in states)
        parts = (counted(len(states) - indexes, "table"), f"{indexes} of their indexes" if indexes else "")
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(f"{each} is {state}" for each, state in wrong.items())
            or f"{' and '.join(filter(None, parts))} serve",
            measured={"tables": len(states) - indexes, "indexes": indexes, "inactive": len(wrong)},
            evidence=tuple(_mend(described, each, state) for each, state in wrong.items()),
        )

    return judged


def _mend(described: TablesDescribed, subject: str, state: str) -> str:
    """What locks a table out is its key; of all else its description tells what happens."""
    table = subject.partition("/")[0]
    key = described.get(table, "KMSMasterKeyArn")
    if state == LOCKED_OUT and key not in {None, NONE}:
        return described.aws(table, f"kms describe-key --key-id {key}")
    return described.aws(table, f"dynamodb describe-table --table-name {table.partition('@')[0]}")
