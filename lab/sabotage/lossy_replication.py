"""Acknowledged writes are really lost when the writer dies: nobody waits for readers that lag a second behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.sabotage.none import Sabotage, configure

if TYPE_CHECKING:
    from lab.cluster import LabCluster

LAG_S = 1.0


def _arm(cluster: LabCluster) -> None:
    # A stopped receiver could not be promoted, and one far behind would not be: so delay, and lift the limit.
    configure(
        cluster,
        {"synchronous_mode": False, "synchronous_mode_strict": False, "maximum_lag_on_failover": 1 << 40},
    )
    for host in cluster.zones.values():
        ports, address = cluster.layout.ports, host.zone.host
        host.link.route((address, ports.linked_postgres), (address, ports.instance), delay_s=LAG_S, lossy=True)


SABOTAGE = Sabotage(name="lossy-replication", synchronous=False, arm=_arm)
