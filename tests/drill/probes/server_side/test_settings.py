"""What a connection is set to is told by the connection itself, the application's included."""

from __future__ import annotations

import polars as pl
import psycopg
import pytest

from drill.errors import ProbeError
from drill.probes.server.settings import NAMES, connection_settings, telling, told
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, free_port


def values(rows: pl.DataFrame) -> dict[str, str | None]:
    """By name."""
    return dict(rows.select("name", "value").rows())


def test_a_connection_tells_its_settings(address: Address) -> None:
    """Limits in PostgreSQL's names and units, whether it is encrypted, who answered and in which role."""
    found = connection_settings(address, "writer")
    assert dict(found.schema) == SCHEMAS["settings"]
    assert set(found["subject"]) == {"writer"}
    told_us = values(found)
    assert told_us["max_connections"] == "60"
    assert told_us["statement_timeout"] == "0"
    assert told_us["server_version_num"] is not None
    assert int(told_us["server_version_num"]) >= 150_000
    assert (told_us["ssl_in_use"], told_us["ssl_version"]) == ("off", None)
    assert (told_us["server"], told_us["in_recovery"]) == ("a", "off")
    assert set(told_us) - {"ssl_in_use", "ssl_version", "server", "in_recovery"} <= set(NAMES)


def test_a_role_has_settings_of_its_own(postgres: Server, address: Address) -> None:
    """It is the role's connection that counts, not the server's default; milliseconds."""
    postgres.run(f"ALTER ROLE {address.user} SET statement_timeout = '1500ms'")
    try:
        assert values(connection_settings(address, "application"))["statement_timeout"] == "1500"
    finally:
        postgres.run(f"ALTER ROLE {address.user} RESET statement_timeout")


def test_nobody_answers(address: Address) -> None:
    """No settings are an error, not an empty table."""
    with pytest.raises(ProbeError, match=r"could not read the settings at 127\.0\.0\.1"):
        connection_settings(address.at("127.0.0.1", free_port()), "writer")


def test_an_application_tells_what_its_own_connection_is_set_to(address: Address, schema: str) -> None:
    """Through a request as any other; the last time counts."""
    asked = telling(schema)
    assert not asked.reads_only
    for limit in ("1s", "2s"):
        with psycopg.connect(address.conninfo(options=f"-c statement_timeout={limit}")) as application:
            for statement in asked.statements:
                application.execute(statement.sql, dict(statement.parameters))
    found = told(address, schema, "application")
    assert set(found["subject"]) == {"application"}
    assert values(found)["statement_timeout"] == "2000"


def test_an_application_that_told_nothing(postgres: Server, address: Address, schema: str) -> None:
    """Neither the table nor a row in it: both are errors."""
    with pytest.raises(ProbeError, match="could not read what the application told"):
        told(address, schema, "application")
    postgres.run(f"CREATE TABLE {schema}.told_settings (name text, value text)")
    postgres.run(f"GRANT SELECT ON {schema}.told_settings TO {address.user}")
    with pytest.raises(ProbeError, match="has told nothing"):
        told(address, schema, "application")
