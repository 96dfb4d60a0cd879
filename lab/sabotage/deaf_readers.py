"""After a failover whoever is connected through the reader endpoint hears nothing for fifteen seconds."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from lab.control import WrongState
from lab.layout import READER_HOST
from lab.sabotage.none import Sabotage

if TYPE_CHECKING:
    from lab.cluster import LabCluster

DEAF_S = 15.0


def _failed_over(cluster: LabCluster, _: str, __: str) -> None:
    with suppress(WrongState):  # deaf still, from the failover before
        undo = cluster.endpoints.pace("cut", value=True, hosts=(READER_HOST,))
        hearing = threading.Timer(DEAF_S, undo)
        hearing.daemon = True
        hearing.start()


SABOTAGE = Sabotage(name="deaf-readers", failed_over=_failed_over)
