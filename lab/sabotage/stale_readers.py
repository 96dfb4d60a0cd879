"""Readers apply what they receive five seconds late."""

from lab.sabotage.none import Sabotage, configure

SABOTAGE = Sabotage(
    name="stale-readers",
    arm=lambda cluster: configure(cluster, {"postgresql": {"parameters": {"recovery_min_apply_delay": "5s"}}}),
)
