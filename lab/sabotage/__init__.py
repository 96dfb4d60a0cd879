"""Deliberately defective labs: each starts healthy, and then breaks one promise.

For proving that the suites notice (`lab up --fault-in NAME`). One defect a file; the first is none at all.
"""

from lab.errors import LabError
from lab.sabotage import (
    acks_and_forgets,
    deaf_readers,
    double_apply,
    doubles_transactions,
    duplicate_index,
    false_refusal,
    lossy_replication,
    missing_index,
    never_promotes,
    no_alarms,
    no_autoscaling,
    no_backups,
    no_budget,
    no_deletion_protection,
    no_point_in_time_recovery,
    no_readers,
    no_rejoin,
    no_statistics,
    oversized_table,
    reads_at_the_writer,
    reads_go_back,
    replication_drops_items,
    replication_older_wins,
    slow_promotion,
    stale_endpoint,
    stale_readers,
    table_unencrypted,
    two_writers,
    unencrypted,
    uneven_readers,
    unused_index,
)
from lab.sabotage.none import Sabotage

__all__ = ["NAMES", "Sabotage", "named"]

_ALL: dict[str, Sabotage] = {
    module.SABOTAGE.name: module.SABOTAGE
    for module in (
        acks_and_forgets,
        deaf_readers,
        double_apply,
        doubles_transactions,
        duplicate_index,
        false_refusal,
        lossy_replication,
        missing_index,
        never_promotes,
        no_alarms,
        no_autoscaling,
        no_backups,
        no_budget,
        no_deletion_protection,
        no_point_in_time_recovery,
        no_readers,
        no_rejoin,
        no_statistics,
        oversized_table,
        reads_at_the_writer,
        reads_go_back,
        replication_drops_items,
        replication_older_wins,
        slow_promotion,
        stale_endpoint,
        stale_readers,
        table_unencrypted,
        two_writers,
        unencrypted,
        uneven_readers,
        unused_index,
    )
}
NAMES = tuple(_ALL)


def named(name: str | None) -> Sabotage:
    """The defect of that name; none at all for None; LabError lists the names for any other."""
    if name is None:
        return Sabotage()
    if name not in _ALL:
        raise LabError(f"{name!r} is no fault to build in; there are: {', '.join(NAMES)}")
    return _ALL[name]
