"""What is in the table is what is read back."""

from __future__ import annotations

import polars as pl
import pytest

from drill.errors import ProbeError
from drill.history import SCHEMA
from drill.probes import tables
from tests.drill.probes.server import NAME, Server, free_port, insertion


def test_everything_is_read_back_duplicates_included(server: Server, schema: str) -> None:
    """A header row counts the rows, and every row of the table is a row of the history, as often as it is there."""
    server.run(insertion(schema, "(0, 1)", "(0, 3)", "(7, 2)", "(7, 2)"))
    back = tables.read_back(server.address, schema, endpoint="a")
    assert dict(back.schema) == SCHEMA
    header = back.filter(pl.col("key").is_null())
    assert header.select("client", "action", "value", "endpoint", "server", "outcome").rows() == [
        ("auditor", "readback", 4, "a", NAME, "ok")
    ]
    read = back.filter(pl.col("key").is_not_null())
    assert sorted(read.select("key", "value").rows()) == [(0, 1), (0, 3), (7, 2), (7, 2)]
    assert back["outcome"].unique().to_list() == ["ok"]


def test_empty_table_is_evidence(server: Server, schema: str) -> None:
    """Nothing there is a header row that counts none."""
    assert tables.read_back(server.address, schema, endpoint="a").select("key", "value").rows() == [(None, 0)]


def test_missing_table_is_told_from_an_empty_one(server: Server) -> None:
    """A table that is gone is one header row that failed."""
    back = tables.read_back(server.address, "no such schema", endpoint="a")
    assert back.select("key", "value", "outcome", "code").rows() == [(None, None, "failed", "42P01")]


def test_hundred_thousand_rows_take_well_under_a_second(server: Server, schema: str) -> None:
    """Reading back does not keep the experiment waiting."""
    rows = 100_000
    server.run(insertion(schema, *(f"({i % 16}, {i})" for i in range(1, rows + 1))))
    back = tables.read_back(server.address, schema, endpoint="a")
    assert len(back) == rows + 1
    assert back.filter(pl.col("key") == 5)["value"].is_in(range(5, rows + 1, 16)).all()
    assert max(back["completed_ns"] - back["invoked_ns"]) < 1_000_000_000


def test_unreachable_server_is_no_evidence(server: Server) -> None:
    """What could not be read is an error, never an empty table."""
    with pytest.raises(ProbeError, match=r"could not read .* back at 127"):
        tables.read_back(server.address.at("127.0.0.1", free_port()), "any", endpoint="a")


def test_digest_tells_rows_apart_and_not_their_order(server: Server, schema: str) -> None:
    """Equal rows have equal digests in any order; another value, another stream, a duplicate do not."""

    def digest(*rows: str) -> int:
        server.run(f"TRUNCATE {tables.table(schema)}", *(insertion(schema, row) for row in rows))
        frame = tables.digest(server.address, schema, endpoint="a")
        assert dict(frame.schema) == SCHEMA
        ((action, server_name, key, value),) = frame.select("action", "server", "key", "value").rows()
        assert (action, server_name, key) == ("digest", NAME, None)
        assert isinstance(value, int)
        return value

    same = digest("(0, 1)", "(1, 2)")
    assert digest("(1, 2)", "(0, 1)") == same
    others = {digest("(0, 1)", "(1, 3)"), digest("(0, 1)", "(2, 2)"), digest("(0, 1)", "(1, 2)", "(1, 2)"), digest()}
    assert len(others - {same}) == 4


def test_dropping_leaves_nothing_and_may_be_done_twice(server: Server) -> None:
    """The schema goes with everything in it; none is fine."""
    name = 'odd "name"'
    tables.create(server.address, name)
    with pytest.raises(ProbeError, match="could not create"):
        tables.create(server.address, name)
    tables.drop(server.address, name)
    tables.drop(server.address, name)
    assert server.run("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'odd%'") == []


def test_table_has_no_unique_index(server: Server, schema: str) -> None:
    """A duplicate must be able to be there, or it could not be seen."""
    ((definition,),) = server.run("SELECT indexdef FROM pg_indexes WHERE tablename = 'writes'")
    assert str(definition).startswith(f"CREATE INDEX writes_stream_value_idx ON {schema}.writes ")
