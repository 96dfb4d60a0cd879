"""How large tables are, as far as anybody recorded it."""

import polars as pl

from drill.history import History


def rows_by_table(history: History) -> dict[str, float]:
    """The rows of each table: the planner's estimate, or the statistics' count where that is more.

    A table that was never analysed (reltuples -1) is of unknown size as far as the planner goes.
    """
    found: dict[str, float] = {}
    for name in ("indexes", "foreign_keys"):
        table = history.tables.get(name)
        if table is not None:
            for relation, rows in table.select(pl.col("relation").cast(pl.String), "relation_rows").rows():
                if rows is not None and rows >= 0:
                    found[relation] = max(found.get(relation, 0.0), rows)
    counters = history.tables.get("counters")
    if counters is not None:
        live = counters.filter((pl.col("name") == "n_live_tup") & pl.col("index").is_null())
        for relation, rows in live.select(pl.col("relation").cast(pl.String), "value").drop_nulls().rows():
            found[relation] = max(found.get(relation, 0.0), rows)
    return found


def is_large(sizes: dict[str, float], relation: str, large_rows: float) -> bool:
    """Whether a table has so many rows; one whose size nobody knows is taken for large."""
    return sizes.get(relation, large_rows) >= large_rows


def told_rows(rows: float | None) -> str:
    """Put a number of rows into words; below 0 the planner does not know it."""
    return "of unknown size" if rows is None or rows < 0 else f"{rows:,.0f} rows"


def told_size(size_bytes: float | None) -> str:
    """Put a size into words: `12.4 MB`."""
    size = float(size_bytes or 0)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
