"""A role as an application has it: it may make a schema, and gets none of the reserved connections."""

from __future__ import annotations

from dataclasses import replace

from drill.targets.postgres import Address
from tests.drill.probes.server import Server

NAME = "ordinary"
MAKE = f"""
DO $$BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{NAME}') THEN
        CREATE ROLE {NAME} LOGIN;
        GRANT CREATE ON DATABASE postgres TO {NAME};
        GRANT pg_monitor TO {NAME};
    END IF;
END$$
"""


def ordinary(server: Server) -> Address:
    """The role's way in; it is made where it is missing."""
    server.run(MAKE)
    return replace(server.address, user=NAME)


def clients(server: Server, application: str) -> int:
    """How many connections of that application the server sees."""
    query = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{application}'"  # noqa: S608
    ((count,),) = server.run(query)
    assert isinstance(count, int)
    return count
