"""What DescribeEvents tells: AWS's words for what happens to the cluster, and AWS's ways to choose among it.

Wording: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html, RDS-EVENT-0069,
0071, 0072, 0073 for clusters, 0004 and 0006 for instances. The manual ends each with a full stop; what AWS sends
for those that end in a name has none (see the output of `aws docdb describe-events` in the CLI's own examples).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lab.control import Event, Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONGEST = timedelta(days=14)  # how long AWS keeps events


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event in the shape of moto's own, so that both lie in one list."""

    source_identifier: str
    source_type: str
    source_arn: str
    event_categories: list[str]
    message: str
    date: datetime


def record(event: Event, *, cluster: str, arn: Callable[[str, str], str]) -> Record:
    """Say it as AWS would; `arn(kind, name)` names the source, kind being `cluster` or `db`."""
    instance = event.instance
    zones = "same" if event.same_zone else "cross"
    of_cluster = {
        Happening.FAILOVER_STARTED: f"Started {zones} AZ failover to DB instance: {instance}",
        Happening.FAILOVER_COMPLETED: f"Completed failover to DB instance: {instance}",
        Happening.FAILOVER_FAILED: (
            "Cluster failover failed, check the health of your cluster instances and try again."
        ),
    }
    of_instance = {Happening.SHUT_DOWN: "DB instance shutdown", Happening.RESTARTED: "DB instance restarted"}
    at = event.at.astimezone(UTC)
    if event.happening in of_cluster:
        return Record(
            source_identifier=cluster,
            source_type="db-cluster",
            source_arn=arn("cluster", cluster),
            event_categories=["failover"],
            message=of_cluster[event.happening],
            date=at,
        )
    return Record(
        source_identifier=instance,
        source_type="db-instance",
        source_arn=arn("db", instance),
        event_categories=["availability"],
        message=of_instance[event.happening],
        date=at,
    )


def window(
    start: datetime | None, end: datetime | None, minutes: int | None, *, now: datetime
) -> tuple[datetime, datetime]:
    """From when to when: the last hour unless told otherwise; raises ValueError for what AWS refuses."""
    if minutes is not None and not timedelta(0) < timedelta(minutes=minutes) <= _LONGEST:
        raise ValueError(f"Duration is {minutes} minutes, and must lie between 1 and 20160 (14 days).")
    length = timedelta(minutes=60 if minutes is None else minutes)
    if start is not None:
        until = end or (now if minutes is None else utc(start) + length)
    else:
        until = end or now
        start = utc(until) - length
    if utc(until) < utc(start):
        raise ValueError("EndTime must not come before StartTime.")
    return utc(start), utc(until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are asked for; what is not said leaves all in."""

    source_type: str | None
    source_identifier: str | None
    categories: frozenset[str]
    between: tuple[datetime, datetime]

    def includes(self, event: Record) -> bool:
        """Whether it is one of them."""
        name = self.source_identifier
        return (
            (self.source_type is None or event.source_type == self.source_type)
            and (name is None or event.source_identifier.lower() == name.lower())
            and (not self.categories or not self.categories.isdisjoint(event.event_categories))
            and self.between[0] <= utc(event.date) <= self.between[1]
        )


def page(told: Sequence[Record], wanted: Wanted, *, most: int, marker: str | None) -> tuple[list[Record], str | None]:
    """One page and the next one's marker, or None; raises ValueError for what AWS refuses.

    A marker is how many events had been told before the page, so that later ones do not shift it.
    """
    if not 20 <= most <= 100:
        raise ValueError(f"MaxRecords is {most}, and must lie between 20 and 100.")
    if marker and not marker.isdecimal():
        raise ValueError(f"Marker {marker} did not come from an earlier answer.")
    first = int(marker or 0)
    found = [number for number, event in enumerate(told) if number >= first and wanted.includes(event)]
    following = str(found[most]) if len(found) > most else None
    return [told[number] for number in found[:most]], following


def utc(moment: datetime) -> datetime:
    """Tell the zone of a moment; moto's own moments are in UTC and do not say so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
