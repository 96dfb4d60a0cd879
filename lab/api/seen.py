"""The cluster as one request sees it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab.control import Cluster, Instance, Role, Topology

if TYPE_CHECKING:
    from collections.abc import Iterator


class Seen:
    """Reads the topology once per request, so that every part of an answer is of the same moment.

    Without it an answer that begins before a promotion and ends after it could name two writers. Requests run
    in threads of their own, hence a moment per thread.
    """

    def __init__(self, cluster: Cluster) -> None:
        """See this cluster."""
        self.cluster = cluster
        self._moment = threading.local()

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Hold on to what is seen now until the block is left."""
        self.again()
        try:
            yield
        finally:
            self._moment.topology = None

    def again(self) -> Topology:
        """Look again, because this request has just changed something."""
        topology: Topology = self.cluster.topology()
        self._moment.topology = topology
        return topology

    @property
    def topology(self) -> Topology:
        """What is seen at this request's moment; outside of a request, now."""
        held: Topology | None = getattr(self._moment, "topology", None)
        return held or self.cluster.topology()

    def instance(self, first: Instance) -> Instance:
        """How the instance stands that was `first` seen thus; `failed` if the cluster knows it no longer."""
        return self.topology.instance(first.identifier) or Instance(
            identifier=first.identifier,
            zone=first.zone,
            host=first.host,
            port=first.port,
            role=Role.ABSENT,
            tier=first.tier,
            status="failed",
            promotable=False,
        )
