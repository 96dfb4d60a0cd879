"""The rail: what must be true of a target before anything is broken on it."""

from __future__ import annotations

from psycopg import Error as PostgresError

from drill.errors import NotAllowed, TargetError
from drill.history import WRITER_ENDPOINT
from drill.targets.aurora import Aurora
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Topology

TAG, ALLOWED = "drill", "allowed"


def require_allowed(target: Aurora) -> Topology:
    """Let pass only a cluster that is tagged, before the first connection to it; NotAllowed says how to tag it."""
    topology = target.topology()
    if topology.tags.get(TAG) != ALLOWED:
        raise NotAllowed(
            f"the cluster {target.cluster} does not say that it may be broken (tag {TAG}={ALLOWED}); "
            f"if it may: {target.allow_command()}"
        )
    return topology


def require_failover(topology: Topology) -> None:
    """Let pass only a cluster that has somewhere to fail over to; TargetError says how to add a reader."""
    if len(topology.members) < 2:
        raise TargetError(
            f"the cluster {topology.cluster} has a single instance, so that no failover is possible; add a reader: "
            f"aws rds create-db-instance --db-cluster-identifier {topology.cluster} "
            f"--db-instance-identifier {topology.cluster}-reader --engine aurora-postgresql --db-instance-class ..."
        )


def require_login(target: Aurora, topology: Topology, *, creates: bool = True) -> None:
    """Let pass only where the credentials open the writer and may make a schema; TargetError says what is wrong.

    Who only looks `creates` none, and need not be allowed to.
    """
    address = target.address(WRITER_ENDPOINT)
    try:
        ((may_create,),) = ask(address, "SELECT has_database_privilege(current_database(), 'CREATE')", deadline_s=10.0)
    except (PostgresError, DeadlinePassed) as error:
        said = " ".join(str(error).split())
        raise TargetError(
            f"cannot log in to {topology.cluster} at {address} as {address.user}: {said}; "
            "is the secret right, and the security group open to this machine?"
        ) from error
    if creates and not may_create:
        raise TargetError(
            f"{address.user} may not create a schema in {address.dbname}: "
            f"GRANT CREATE ON DATABASE {address.dbname} TO {address.user}"
        )
