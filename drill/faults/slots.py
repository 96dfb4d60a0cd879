"""How many connections a server takes, and how many are free: read before anybody crowds in."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from drill.errors import FaultError
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask

# What a role without privileges may read. RDS reserves slots for its own superuser by a setting of its own. A role
# or a database may have a limit below the server's. Back ends without a database (walsenders) have their own slots.
READ = """
    SELECT current_setting('max_connections')::int,
           current_setting('superuser_reserved_connections')::int
             + coalesce(current_setting('reserved_connections', true), '0')::int
             + coalesce(current_setting('rds.rds_superuser_reserved_connections', true), '0')::int,
           (SELECT sum(numbackends)::int FROM pg_stat_database WHERE datid <> 0) - 1,
           (SELECT least(nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
              FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()),
           coalesce((SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles
              WHERE (rolsuper AND rolname = current_user)
                 OR (rolname IN ('rds_superuser', 'pg_use_reserved_connections')
                     AND pg_has_role(current_user, oid, 'MEMBER'))), '')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Connections that the server takes, reserves, has at present (ours that asked left out), and allows our role.

    `privileged` names the roles by which ours gets reserved connections, too: a superuser, or one of the two that
    PostgreSQL and RDS keep some for. Empty for an ordinary client.
    """

    most: int
    reserved: int
    present: int
    allowed: int | None = None
    privileged: str = ""

    @property
    def free(self) -> int:
        """How many more an ordinary client gets."""
        room = self.most - self.reserved - self.present
        return max(0, room if self.allowed is None else min(room, self.allowed))


def slots(address: Address) -> Slots:
    """Ask the server; FaultError where it does not say."""
    try:
        ((most, reserved, present, allowed, privileged),) = ask(address, READ, deadline_s=5.0)
    except (psycopg.Error, DeadlinePassed) as error:
        said = " ".join(str(error).split())
        raise FaultError(f"cannot read how many connections {address} takes: {said}") from error
    return Slots(most=most, reserved=reserved, present=present, allowed=allowed, privileged=privileged)
