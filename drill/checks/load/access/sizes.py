"""How large tables are, as far as anybody recorded it."""

import polars as pl

from drill.history import History


def rows_by_table(history: History) -> dict[str, float]:
    """The rows of each table: the planner's estimate, or the statistics' count where that is more."""
    found: dict[str, float] = {}
    for name in ("indexes", "foreign_keys"):
        table = history.tables.get(name)
        if table is not None:
            for relation, rows in table.select(pl.col("relation").cast(pl.String), "relation_rows").rows():
                found[relation] = max(found.get(relation, 0.0), rows or 0.0)
    counters = history.tables.get("counters")
    if counters is not None:
        live = counters.filter((pl.col("name") == "n_live_tup") & pl.col("index").is_null())
        for relation, rows in live.select(pl.col("relation").cast(pl.String), "value").drop_nulls().rows():
            found[relation] = max(found.get(relation, 0.0), rows)
    return found


def is_large(sizes: dict[str, float], relation: str, large_rows: float) -> bool:
    """Whether a table has so many rows; one whose size nobody knows is taken for large."""
    return sizes.get(relation, large_rows) >= large_rows


def told_size(size_bytes: float | None) -> str:
    """Put a size into words: `12.4 MB`."""
    size = float(size_bytes or 0)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
