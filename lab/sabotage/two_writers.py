"""The old writer goes on acknowledging, alone, after another one was promoted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.etcd import Etcd
from lab.sabotage.none import Sabotage, execute

if TYPE_CHECKING:
    from lab.cluster import LabCluster

TOGETHER_S = 12.0


def _let_loose(cluster: LabCluster, writer: str) -> Callable[[], None]:
    """Freeze who would demote the writer, and let it acknowledge without its readers; undone by what returns."""
    supervisor = cluster.zones[writer].patroni
    assert supervisor is not None  # noqa: S101 - a writer's zone has a Patroni
    supervisor.send_signal(signal.SIGSTOP)
    _acknowledge_alone(cluster, writer, "SET synchronous_standby_names = ''")

    def recall() -> None:
        _acknowledge_alone(cluster, writer, "RESET synchronous_standby_names")
        supervisor.send_signal(signal.SIGCONT)

    return recall


def _acknowledge_alone(cluster: LabCluster, writer: str, setting: str) -> None:
    execute(cluster, writer, f"ALTER SYSTEM {setting}", "SELECT pg_reload_conf()")


def _switch_over(cluster: LabCluster, writer: str, _: str) -> None:
    recall = _let_loose(cluster, writer)
    Etcd(cluster.layout).release_leader()
    threading.Timer(TOGETHER_S, recall).start()


SABOTAGE = Sabotage(name="two-writers", switch_over=_switch_over, partitioned=_let_loose)
