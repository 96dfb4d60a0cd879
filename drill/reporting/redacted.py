"""A history as it may be written: what servers, statements and settings said, without what is secret in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from drill.reporting.secrets import redact

if TYPE_CHECKING:
    from drill.history import History


def redacted(history: History) -> History:
    """The same history, every text of every table redacted; the very same where there was nothing to mask.

    Looks at each distinct text once: columns of millions of rows have few. Enums are our own words.
    """
    operations = _redacted(history.operations)
    tables = {name: _redacted(rows) for name, rows in history.tables.items()}
    fault = redact(history.fault)
    if operations is history.operations and fault == history.fault and _same(tables, history.tables):
        return history
    return replace(history, operations=operations, fault=fault, tables=tables)


def _same(tables: Mapping[str, pl.DataFrame], before: Mapping[str, pl.DataFrame]) -> bool:
    return all(rows is before[name] for name, rows in tables.items())


def _redacted(rows: pl.DataFrame) -> pl.DataFrame:
    changed = [column for before in rows if (column := _masked(before)) is not None]
    return rows.with_columns(changed) if changed else rows


def _masked(column: pl.Series) -> pl.Series | None:
    """The column without secrets; None where there are none in it."""
    kind = column.dtype
    inner = kind.inner if isinstance(kind, pl.List) else kind
    if inner not in (pl.Categorical, pl.String):
        return None
    texts = column.explode() if isinstance(kind, pl.List) else column
    distinct = texts.unique().drop_nulls().cast(pl.String).to_list()
    masks = {text: shown for text in distinct if (shown := redact(text)) != text}
    if not masks:
        return None
    old, new = list(masks), list(masks.values())
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.eval(pl.element().replace(old, new)).cast(kind)
    return column.cast(pl.String).replace(old, new).cast(kind)
