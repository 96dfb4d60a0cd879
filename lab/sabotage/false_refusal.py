"""A few writes are refused to the client, and applied all the same: the writer endpoint lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.sabotage.none import Sabotage

if TYPE_CHECKING:
    from lab.cluster import LabCluster


def _arm(cluster: LabCluster) -> None:
    cluster.endpoints.tampering = {"refuse_one_in": 50}


SABOTAGE = Sabotage(name="false-refusal", arm=_arm)
