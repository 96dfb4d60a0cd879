"""Is the cluster whole again: what is missing, in one word, or nothing."""

from __future__ import annotations

from psycopg import Error as PostgresError

from drill.errors import TargetError
from drill.history import WRITER_ENDPOINT
from drill.targets.session import DeadlinePassed, Rows, ask
from drill.targets.target import Target

CAUGHT_UP_MS = 1000.0
STATUS = """
    SELECT server_id, session_id = 'MASTER_SESSION_ID', replica_lag_in_msec,
           current_setting('synchronous_standby_names')
    FROM aurora_replica_status()
"""


def quorum_size(target: Target) -> int:
    """How many instances the writer's synchronous quorum is configured with; 0 where the storage does it (Aurora)."""
    return _quorum(ask(target.address(WRITER_ENDPOINT), STATUS, deadline_s=5.0))


def missing(target: Target, *, members: frozenset[str], quorum: int) -> str | None:
    """What the cluster still lacks of the redundancy that it had, or None.

    Every member is available to the control plane, one of them writes, every other receives from it and lags no
    more than a second, and the synchronous quorum is configured with as many instances as before.
    """
    try:
        topology = target.topology()
        rows = ask(target.address(WRITER_ENDPOINT, known=topology), STATUS, deadline_s=2.0)
    except (TargetError, PostgresError, DeadlinePassed):
        return "the writer endpoint gives no answer"
    unavailable = sorted(each.identifier for each in topology.members if each.status != "available")
    absent = sorted(members - {server for server, *_ in rows})
    # A lag that nobody has reported yet is none that we could vouch for.
    late = sorted(
        server for server, is_writer, lag_ms, _ in rows if not is_writer and (lag_ms is None or lag_ms > CAUGHT_UP_MS)
    )
    if topology.status != "available":
        return f"the cluster is {topology.status}"
    if unavailable:
        return f"{', '.join(unavailable)} not available"
    if absent:
        return f"{', '.join(absent)} receives nothing from the writer"
    if late:
        return f"{', '.join(late)} lags"
    return None if _quorum(rows) == quorum else "the synchronous quorum is not what it was"


def _quorum(rows: Rows) -> int:
    """PostgreSQL writes it as `ANY 1 (a,b)`; `*` stands for whoever comes, which is no quorum of known members."""
    names = rows[0][3] if rows else ""
    inside = names[names.find("(") + 1 : names.rfind(")")] if "(" in names else names
    return len([name for name in inside.split(",") if name.strip() not in {"", "*"}])
