"""Where a PostgreSQL answers, and as whom we ask."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from psycopg.conninfo import make_conninfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One endpoint with the credentials for it; its repr is safe to print, its `conninfo` is not."""

    host: str
    port: int = 5432
    user: str
    password: str = field(repr=False)
    dbname: str
    sslmode: str = "prefer"
    sslrootcert: str | None = None
    application_name: str = "drill"

    def conninfo(self, **overrides: Any) -> str:
        """Say it as libpq wants it, password included: for connecting only, never to be printed or stored.

        GSSAPI is off, since libpq would otherwise look for a Kerberos ticket at each of our many connections.
        """
        words: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password or None,
            "dbname": self.dbname,
            "sslmode": self.sslmode,
            "sslrootcert": self.sslrootcert,
            "application_name": self.application_name,
            "gssencmode": "disable",
        }
        return make_conninfo("", **words | overrides)

    def at(self, host: str, port: int) -> Address:
        """Give the same credentials for another endpoint."""
        return replace(self, host=host, port=port)

    def __str__(self) -> str:
        """host:port, as errors name it."""
        return f"{self.host}:{self.port}"
