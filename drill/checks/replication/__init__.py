"""Promises about tables that stand in two regions: what is left when one falls silent, and what holds afterwards."""

from drill.checks.replication.acknowledged import every_acknowledged_write_is_there_or_overwritten
from drill.checks.replication.convergence import regions_converge_within
from drill.checks.replication.foreign import no_foreign_value
from drill.checks.replication.lag import replication_catches_up_within
from drill.checks.replication.recovery_point import recovery_point_within
from drill.checks.replication.seen import nothing_else_is_lost
from drill.checks.replication.turning import turns_to_the_other_region_within

__all__ = [
    "every_acknowledged_write_is_there_or_overwritten",
    "no_foreign_value",
    "nothing_else_is_lost",
    "recovery_point_within",
    "regions_converge_within",
    "replication_catches_up_within",
    "turns_to_the_other_region_within",
]
