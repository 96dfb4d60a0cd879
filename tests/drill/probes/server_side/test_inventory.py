"""Every index and foreign key of a schema is told as the catalogue has it."""

from __future__ import annotations

import pytest

from drill.errors import ProbeError
from drill.probes.server.inventory import foreign_keys, indexes
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, free_port


def test_every_index_is_there(address: Address, schema: str) -> None:
    """By table and name, with what it is made of."""
    found = indexes(address, schema)
    assert dict(found.schema) == SCHEMAS["indexes"]
    assert found.select("relation", "index", "columns", "is_unique", "is_primary", "is_constraint").rows() == [
        ("customers", "customers_email", ["email"], True, False, False),
        ("customers", "customers_pkey", ["id"], True, True, True),
        ("orders", "orders_customer_created", ["customer_id", "created_at"], False, False, False),
        ("orders", "orders_open", ["lower(status)", "created_at"], False, False, False),
        ("orders", "orders_pkey", ["id"], True, True, True),
        ("payments", "payments_key_key", ["key"], True, False, True),
        ("payments", "payments_pkey", ["id"], True, True, True),
    ]


def test_an_index_is_told_in_full(address: Address, schema: str) -> None:
    """Included columns apart from keys, the predicate, the method, sizes and the statement that would make it."""
    (row,) = (row for row in indexes(address, schema).iter_rows(named=True) if row["index"] == "orders_open")
    assert row["included"] == ["total_cents"]
    assert row["predicate"] == "status <> 'delivered'::text"
    assert (row["method"], row["is_valid"], row["relation_rows"]) == ("btree", True, 20_000)
    assert row["size_bytes"] > 0
    assert row["definition"].startswith(f"CREATE INDEX orders_open ON {schema}.orders USING btree (lower(status)")


def test_a_broken_index_is_not_valid(postgres: Server, address: Address, schema: str) -> None:
    """What CREATE INDEX CONCURRENTLY left half-made serves nobody."""
    postgres.run(f"UPDATE {schema}.orders SET total_cents = 1 WHERE id < 3")  # noqa: S608
    with pytest.raises(Exception, match="duplicated"):
        postgres.run(f"CREATE UNIQUE INDEX CONCURRENTLY half ON {schema}.orders (total_cents)")
    valid = dict(indexes(address, schema).select("index", "is_valid").rows())
    assert [name for name, is_valid in valid.items() if not is_valid] == ["half"]


def test_odd_names_are_names(postgres: Server, address: Address, schema: str) -> None:
    """A column is told by its bare name, as a foreign key has it, however it must be quoted."""
    postgres.run(
        f'CREATE TABLE {schema}.odd ("Order Id" bigint REFERENCES {schema}.orders, n int)',
        f'CREATE INDEX "By Order" ON {schema}.odd ("Order Id" DESC, (n + 1))',
    )
    (columns,) = (row[0] for row in indexes(address, schema).select("columns", "index").rows() if row[1] == "By Order")
    assert columns == ["Order Id", "(n + 1)"]
    keys = foreign_keys(address, schema)
    assert ("odd", ["Order Id"], "orders") in keys.select("relation", "columns", "references").rows()


def test_every_foreign_key_is_there(postgres: Server, address: Address, schema: str) -> None:
    """Of one column or several, in the key's own order."""
    postgres.run(
        f"CREATE TABLE {schema}.pairs (x int, y int, PRIMARY KEY (x, y))",
        f"CREATE TABLE {schema}.uses (b int, a int, CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES {schema}.pairs)",
    )
    found = foreign_keys(address, schema)
    assert dict(found.schema) == SCHEMAS["foreign_keys"]
    assert found.select("relation", "name", "columns", "references", "relation_rows").rows() == [
        ("orders", "orders_customer_id_fkey", ["customer_id"], "customers", 20_000),
        ("payments", "payments_order_id_fkey", ["order_id"], "orders", 0),
        ("uses", "pair", ["a", "b"], "pairs", -1),
    ]


def test_no_schema_is_no_empty_schema(postgres: Server, address: Address) -> None:
    """An empty one has no rows; one that is not there, and a server that is not there, are errors."""
    postgres.run("CREATE SCHEMA drill_empty")
    try:
        assert indexes(address, "drill_empty").is_empty()
        assert foreign_keys(address, "drill_empty").is_empty()
    finally:
        postgres.run("DROP SCHEMA drill_empty")
    for look in (indexes, foreign_keys):
        with pytest.raises(ProbeError, match="no schema drill_nowhere"):
            look(address, "drill_nowhere")
        with pytest.raises(ProbeError, match=r"could not read .* of any at 127"):
            look(address.at("127.0.0.1", free_port()), "any")
