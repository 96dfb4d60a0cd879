"""The lab's cluster and instances as moto's models, of which all that moves is read off the real cluster.

Seam: moto describes whatever lies in its RDS backend's `clusters` and `databases`, attribute by attribute. These
subclasses lie there; their moving attributes are descriptors that read the cluster at the request's moment,
and drop what moto writes to them. All else (filters, ARNs, tags, pages, XML) is moto's.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from moto.rds.models import DBCluster, DBClusterParameterGroup, DBInstanceClustered, RDSBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.api.seen import Seen
    from lab.control import Instance


class _ReadOff:
    """An attribute that the real cluster decides."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def __get__(self, model: Any, owner: type | None = None) -> Any:
        return self if model is None else self._read(model)

    def __set__(self, model: Any, value: Any) -> None:
        """Drop it: what moto believes of it is not so."""


class ClusterModel(DBCluster):  # type: ignore[misc]  # mypy skips moto
    """The lab's cluster; members are told in the cluster's own order."""

    def __init__(self, seen: Seen, backend: RDSBackend, **settings: Any) -> None:
        """Describe what is seen."""
        self.seen = seen
        super().__init__(backend, **settings)

    status = _ReadOff(lambda self: self.seen.topology.status)
    endpoint = _ReadOff(lambda self: self.seen.topology.writer_host)
    reader_endpoint = _ReadOff(lambda self: self.seen.topology.reader_host)
    port = _ReadOff(lambda self: self.seen.topology.port)

    @property
    def db_cluster_members(self) -> list[dict[str, Any]]:
        """Who belongs to it, and who writes: nobody while there is no writer."""
        topology = self.seen.topology
        return [
            {
                "DBInstanceIdentifier": each.identifier,
                "IsClusterWriter": each.identifier == topology.writer,
                "DBClusterParameterGroupStatus": "in-sync",
                "PromotionTier": each.tier,
            }
            for each in topology.instances
        ]


class InstanceModel(DBInstanceClustered):  # type: ignore[misc]  # mypy skips moto
    """One of its instances."""

    def __init__(self, seen: Seen, first: Instance, backend: RDSBackend, **settings: Any) -> None:
        """Describe the instance that was `first` seen thus."""
        self.seen = seen
        self.first = first
        super().__init__(backend=backend, **settings)
        self.dbi_resource_id = f"db-{uuid.uuid4().hex[:26].upper()}"  # moto gives all instances the same

    @property
    def instance(self) -> Instance:
        """How it stands at this request's moment."""
        return self.seen.instance(self.first)

    status = _ReadOff(lambda self: self.instance.status)
    address = _ReadOff(lambda self: self.instance.host)
    port = _ReadOff(lambda self: self.instance.port)
    promotion_tier = _ReadOff(lambda self: self.instance.tier)
    is_cluster_writer = _ReadOff(lambda self: self.seen.topology.writer == self.first.identifier)
    enabled_cloudwatch_logs_exports = _ReadOff(lambda self: self.cluster.enabled_cloudwatch_logs_exports)
    performance_insights_enabled = True


class ParameterGroupModel(DBClusterParameterGroup):  # type: ignore[misc]  # mypy skips moto
    """The cluster's parameters, with the values that are in force."""

    def __init__(self, seen: Seen, backend: RDSBackend, **settings: Any) -> None:
        """Tell of the cluster that is seen."""
        self.seen = seen
        super().__init__(backend, **settings)

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Each by its name, in moto's form."""
        forced = {"rds.force_ssl": "1" if self.seen.cluster.setup().tls_required else "0"}
        return {
            name: {
                "ParameterValue": value,
                "Source": "user",
                "ApplyType": "static" if name == "max_connections" else "dynamic",
                "DataType": "boolean" if name in forced else "integer",
                "ApplyMethod": "pending-reboot" if name == "max_connections" else "immediate",
                "IsModifiable": True,
            }
            for name, value in sorted({**self.seen.cluster.parameters(), **forced}.items())
        }

    @parameters.setter
    def parameters(self, _: object) -> None:
        """Drop it: what is in force is read from the cluster."""
