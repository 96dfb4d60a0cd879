"""From the ARNs that an experiment aims at to names of what is in the cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lab.api.identity import Identity
from lab.control import Cluster
from lab.errors import LabError


def of_cluster(cluster: Cluster, identity: Identity) -> Callable[[str, Sequence[str]], list[str]]:
    """Name the cluster and its instances, which clients know by this identity; LabError for what is none of it."""

    def named(resource_type: str, arns: Sequence[str]) -> list[str]:
        instances = {each.identifier for each in cluster.topology().instances}
        kind, known = {
            "aws:rds:cluster": ("cluster", {identity.cluster}),
            "aws:rds:db": ("db", instances),
        }[resource_type]
        names = []
        for arn in arns:
            _, _, *place, resource, name = [*arn.split(":", 6), *[""] * 7][:7]
            if place != ["rds", identity.region, identity.account] or resource != kind or name not in known:
                raise LabError(f"Target {arn} was not found: this lab has {', '.join(sorted(known))}.")
            names.append(name)
        return names

    return named
