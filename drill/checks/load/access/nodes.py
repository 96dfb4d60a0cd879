"""What a plan does to which table, taken from EXPLAIN (FORMAT JSON).

Plans are few, a row a statement, so they are read one by one. Of a bitmap scan the index stands in a node below that
names no table: it is told by the table above it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from drill.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One look at a table: by an index, or from end to end. Rows are a loop's; actual ones only where it was run."""

    relation: str
    node: str
    index: str | None
    condition: str | None
    planned_rows: float
    actual_rows: float | None
    limited: bool = False
    is_filtered_only: bool = False

    @property
    def is_sequential(self) -> bool:
        """Whether it reads the table from end to end."""
        return self.node == "Seq Scan"

    @property
    def walks_index(self) -> bool:
        """Whether it goes through all of an index, and throws away what it does not want: nothing is looked up."""
        return self.index is not None and self.is_filtered_only

    @property
    def off(self) -> float | None:
        """By which factor the estimate is wrong, either way; None where it was not run, or was stopped early."""
        if self.actual_rows is None:
            return None
        planned, actual = max(self.planned_rows, 1.0), max(self.actual_rows, 1.0)
        # Who needs twenty rows only stops there: fewer than planned is then no error.
        if self.limited and actual < planned:
            return 1.0
        return max(planned / actual, actual / planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One statement's plan: all looks at tables in it."""

    pattern: str
    statement: int
    moment: str
    without: str | None
    sql: str
    execution_ms: float | None
    scans: tuple[Scan, ...]
    writes: bool = False


def planned(history: History, moment: str | None = None, *, executed: bool = False) -> list[Planned]:
    """The plans of a moment (None: of all) with every index in place, the last of each statement.

    Those alone that were timed, where they must be `executed`.
    """
    rows = history.table("plans").filter(pl.col("without").is_null())
    if executed:
        rows = rows.drop_nulls("execution_ms")
    chosen = rows if moment is None else rows.filter(pl.col("moment") == moment)
    return [read(row) for row in _last(chosen)]


def without(history: History) -> list[Planned]:
    """The plans of statements from which an index was taken away."""
    rows = history.table("plans").filter(pl.col("without").is_not_null())
    return [read(row) for row in _last(rows, "without")]


def read(row: dict[str, Any]) -> Planned:
    """Read one row of the table `plans`."""
    told = json.loads(row["plan"])
    element = told[0] if isinstance(told, list) else told
    top = element.get("Plan", element)
    return Planned(
        pattern=row["pattern"],
        statement=row["statement"] or 0,
        moment=row["moment"] or "",
        without=row["without"],
        sql=row["sql"] or "",
        execution_ms=row["execution_ms"],
        scans=tuple(_scans(top, None, limited=False)),
        writes=_writes(top),
    )


def _writes(node: dict[str, Any]) -> bool:
    return node.get("Node Type") == "ModifyTable" or any(map(_writes, node.get("Plans", ())))


def _last(rows: pl.DataFrame, *more: str) -> list[dict[str, Any]]:
    each = ["pattern", "statement", *more]
    return list(
        rows.sort("at_ns", maintain_order=True, nulls_last=False)
        .unique(each, keep="last", maintain_order=True)
        .sort(pl.col("pattern").cast(pl.String), "statement")
        .rows(named=True)
    )


def _scans(node: dict[str, Any], above: str | None, *, limited: bool) -> Iterator[Scan]:
    kind = str(node.get("Node Type", ""))
    relation = node.get("Relation Name") or (above if kind == "Bitmap Index Scan" else None)
    below = node.get("Plans", ())
    if relation and kind not in {"ModifyTable", "Bitmap Heap Scan"} and "Scan" in kind:
        yield Scan(
            relation=relation,
            node=kind,
            index=node.get("Index Name"),
            condition=node.get("Index Cond") or node.get("Filter"),
            planned_rows=float(node.get("Plan Rows", 0)),
            actual_rows=_actual(node),
            limited=limited,
            is_filtered_only="Filter" in node and not any(found in node for found in FINDING),
        )
    for each in below:
        yield from _scans(each, relation or above, limited=limited or kind == "Limit")


FINDING = ("Index Cond", "Order By")
"""What an index is looked into by: a condition, or a distance (nearest neighbours)."""


def _actual(node: dict[str, Any]) -> float | None:
    """Rows of one loop; of a node that was never run nothing is known."""
    return float(node["Actual Rows"]) if node.get("Actual Loops") else None
