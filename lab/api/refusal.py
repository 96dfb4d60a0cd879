"""When AWS refuses a failover, and by which of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.rds.exceptions import InvalidDBClusterStateFault, RDSClientError

if TYPE_CHECKING:
    from lab.control import Topology


def wrong_instance(message: str) -> RDSClientError:
    """InvalidDBInstanceStateFault by its code on the wire; moto's own class sends the name, which AWS does not."""
    return RDSClientError("InvalidDBInstanceState", message)


def wrong_cluster(message: str) -> RDSClientError:
    """InvalidDBClusterStateFault, whose code is its name."""
    return InvalidDBClusterStateFault(message)


def refusal(topology: Topology, target: str | None) -> RDSClientError | None:
    """Why the cluster, as it stands, cannot fail over to `target`, or to any reader; None if it can."""
    cluster = f"DBCluster {topology.identifier}"
    if topology.status != "available":
        return wrong_cluster(f"{cluster} is {topology.status}; a failover needs it to be available.")
    if len(topology.instances) < 2:
        return wrong_cluster(f"{cluster} has a single instance, and nothing to fail over to.")
    if target is not None:
        return _unfit(topology, target)
    if any(each.promotable for each in topology.instances if each.identifier != topology.writer):
        return None
    return wrong_cluster(f"{cluster} has no reader fit to be promoted.")


def _unfit(topology: Topology, target: str) -> RDSClientError | None:
    if target == topology.writer:
        return wrong_instance(f"DBInstance {target} is the writer already.")
    instance = topology.instance(target)
    if instance is not None and instance.status == "available" and instance.promotable:
        return None
    status = "gone" if instance is None else instance.status
    return wrong_instance(f"DBInstance {target} cannot be promoted; its status is {status}.")
