"""Every index and every foreign key of a schema, as the catalogue has them."""

from __future__ import annotations

import polars as pl

from drill.probes.server.reading import SCHEMA_EXISTS, present, read
from drill.tables import typed_table
from drill.targets.postgres import Address
from drill.targets.session import Rows

DEADLINE_S = 10.0

# A plain column by its name, as foreign keys have it; an expression as PostgreSQL writes it.
_KEYS = """
    coalesce((SELECT array_agg(coalesce(a.attname::text, pg_get_indexdef(x.indexrelid, k.place::int, true))
                               ORDER BY k.place)
              FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                   LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.number AND k.number <> 0
              WHERE k.place {} x.indnkeyatts), '{{}}')
"""
_INDEXES = f"""
    SELECT t.relname, i.relname, {_KEYS.format("<=")}, {_KEYS.format(">")},
           pg_get_expr(x.indpred, x.indrelid, true), m.amname, x.indisunique, x.indisprimary,
           EXISTS (SELECT FROM pg_constraint AS c
                   WHERE c.conindid = x.indexrelid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u', 'x')),
           x.indisvalid AND x.indisready, pg_relation_size(x.indexrelid), pg_get_indexdef(x.indexrelid),
           t.reltuples::bigint
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
         JOIN pg_namespace AS n ON n.oid = t.relnamespace JOIN pg_am AS m ON m.oid = i.relam
    WHERE n.nspname = %s AND t.relkind IN ('r', 'p', 'm') ORDER BY 1, 2
"""  # noqa: S608 - our own words
_FOREIGN_KEYS = """
    SELECT t.relname, c.conname,
           (SELECT array_agg(a.attname::text ORDER BY k.place)
            FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
                 JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number),
           f.relname, t.reltuples::bigint
    FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_class AS f ON f.oid = c.confrelid
         JOIN pg_namespace AS n ON n.oid = t.relnamespace
    WHERE c.contype = 'f' AND n.nspname = %s ORDER BY 1, 2
"""
_INDEX_COLUMNS = (
    "relation",
    "index",
    "columns",
    "included",
    "predicate",
    "method",
    "is_unique",
    "is_primary",
    "is_constraint",
    "is_valid",
    "size_bytes",
    "definition",
    "relation_rows",
)
_FOREIGN_KEY_COLUMNS = ("relation", "name", "columns", "references", "relation_rows")


def indexes(address: Address, schema: str, *, deadline_s: float = DEADLINE_S) -> pl.DataFrame:
    """Table `indexes`; the order of sorting and operator classes stand in `definition` alone.

    `relation_rows` is -1 for a table that was never analysed. `is_constraint`: a primary key, a unique or an exclusion
    constraint stands on it, so that it cannot be dropped by DROP INDEX. Raises ProbeError, also for no such schema.
    """
    return typed_table("indexes", _read(address, schema, _INDEXES, _INDEX_COLUMNS, "indexes", deadline_s))


def foreign_keys(address: Address, schema: str, *, deadline_s: float = DEADLINE_S) -> pl.DataFrame:
    """Table `foreign_keys`: those of tables in the schema, wherever they lead. Raises ProbeError, as `indexes` does."""
    found = _read(address, schema, _FOREIGN_KEYS, _FOREIGN_KEY_COLUMNS, "foreign keys", deadline_s)
    return typed_table("foreign_keys", found)


def _read(
    address: Address, schema: str, question: str, columns: tuple[str, ...], what: str, deadline_s: float
) -> list[dict[str, object]]:
    exists: Rows
    exists, rows = read(
        address,
        (SCHEMA_EXISTS, (schema,)),
        (question, (schema,)),
        purpose=f"read the {what} of {schema}",
        deadline_s=deadline_s,
    )
    present(exists, schema, address)
    return [dict(zip(columns, row, strict=True)) for row in rows]
