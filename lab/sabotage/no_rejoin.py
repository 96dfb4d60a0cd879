"""After a failover the old writer's zone is dead, and never comes back."""

from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-rejoin", failed_over=lambda cluster, before, _: cluster.zones[before].bar())
