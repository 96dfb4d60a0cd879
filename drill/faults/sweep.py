"""End the sessions that our own clients have left behind on a server, once all is judged."""

from __future__ import annotations

import psycopg

from drill.errors import FaultError
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask

# A role may end the sessions of its own role, and no others; ours are of no other.
END = """
    SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity
    WHERE application_name = ANY(%s) AND usename = current_user AND pid <> pg_backend_pid()
"""


def sweep(address: Address, *applications: str) -> int:
    """How many there were, each asked to end and given 2 s; FaultError where the server does not answer.

    A statement whose client is gone goes on in PostgreSQL until it has something to say. Must not be called before
    a suite's last look at what a fault left running: that would hide it.
    """
    try:
        ((ended,),) = ask(address, END, [list(applications)], deadline_s=30.0)
    except (psycopg.Error, DeadlinePassed) as error:
        said = " ".join(str(error).split())
        raise FaultError(f"cannot end what {', '.join(applications)} left at {address}: {said}") from error
    return int(ended)
