"""Promises about DynamoDB tables: how they are set up, and how access patterns use their keys and indexes."""

from drill.checks.tables.active import tables_are_active
from drill.checks.tables.alarms import alarms_watch
from drill.checks.tables.configured import deletion_is_protected, point_in_time_recovery_is_on, tables_encrypted
from drill.checks.tables.patterns.amplification import read_amplification_within
from drill.checks.tables.patterns.heat import keys_spread_the_load
from drill.checks.tables.patterns.latency import reads_answered_within
from drill.checks.tables.patterns.savings import key_saves
from drill.checks.tables.patterns.served import reads_go_by_key, served_by_key
from drill.checks.tables.patterns.sizes import item_sizes_within
from drill.checks.tables.patterns.surplus import no_over_projection, no_unused_table_index
from drill.checks.tables.replicas import replicas_match
from drill.checks.tables.scaling import autoscaling_is_set, billing_fits

__all__ = [
    "alarms_watch",
    "autoscaling_is_set",
    "billing_fits",
    "deletion_is_protected",
    "item_sizes_within",
    "key_saves",
    "keys_spread_the_load",
    "no_over_projection",
    "no_unused_table_index",
    "point_in_time_recovery_is_on",
    "read_amplification_within",
    "reads_answered_within",
    "reads_go_by_key",
    "replicas_match",
    "served_by_key",
    "tables_are_active",
    "tables_encrypted",
]
