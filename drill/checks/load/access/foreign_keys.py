"""Whether the database finds what refers to a row without reading whole tables."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from drill.checks.load.access.sizes import told_rows
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.history import History
from drill.verdict import Check, Ruling


def foreign_keys_are_indexed() -> Check:
    """The columns of each foreign key lead some index of their table, in whatever order.

    Without it, deleting or changing one row of the other table reads all of this one. A partial index does not count,
    but for one that leaves out nulls. Undecided where foreign keys or indexes were not recorded.
    """

    @observation("foreign_keys_are_indexed", objective="all foreign keys")
    def judged(history: History) -> Finding:
        keys = history.table("foreign_keys").sort("relation", "name").rows(named=True)
        indexes = usable(history)
        bare = [key for key in keys if not supporting(key, indexes)]
        lines = [
            f"{key['name']} of {key['relation']} ({told_rows(key['relation_rows'])}): CREATE INDEX CONCURRENTLY ON "
            f"{key['relation']} ({', '.join(key['columns'])});"
            for key in bare[:SHOWN]
        ]
        number = counted(len(keys), "foreign key")
        return Finding(
            ruling=Ruling.BROKEN if bare else Ruling.HELD,
            because=f"{len(bare)} of {number} lead no index: {', '.join(key['name'] for key in bare)}"
            if bare
            else f"{number}, each leads an index"
            if keys
            else "there is no foreign key",
            measured={"foreign_keys": len(keys), "unindexed_foreign_keys": len(bare)},
            evidence=listed(lines, len(bare)),
        )

    return judged


def usable(history: History) -> list[dict[str, Any]]:
    """The valid indexes, by table and name."""
    rows = history.table("indexes").filter(pl.col("is_valid").fill_null(value=True))
    return (
        rows.with_columns(pl.col("relation", "index", "method").cast(pl.String))
        .sort("relation", "index")
        .rows(named=True)
    )


def supporting(key: dict[str, Any], indexes: Sequence[dict[str, Any]]) -> list[str]:
    """The indexes that a foreign key's columns lead."""
    wanted = list(key["columns"])
    return [
        index["index"]
        for index in indexes
        if index["relation"] == key["relation"]
        and sorted(index["columns"][: len(wanted)]) == sorted(wanted)
        and (index["predicate"] is None or "is not null" in index["predicate"].lower())
    ]
