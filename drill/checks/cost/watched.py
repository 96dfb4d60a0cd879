"""Whether alarms watch what is paid for by use."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import polars as pl

from drill.checks.promise import Finding, observation
from drill.costs import Setup
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

OF_TABLES = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
OF_CLUSTERS = ("VolumeReadIOPs", "VolumeWriteIOPs")
ALARM = "Alarm "
"""How the names begin under which alarms stand in `settings`: under their table, or under `cluster`."""


def consumption_is_watched(
    *,
    of_tables: tuple[str, ...] = OF_TABLES,
    of_clusters: tuple[str, ...] = OF_CLUSTERS,
    tables: Collection[str] | None = None,
) -> Check:
    """Each table and cluster has an alarm on each of these metrics, that is on and tells somebody.

    An alarm without an action rings in an empty room; so does one whose actions are off. Undecided where nobody asked
    for alarms. A cluster in the I/O-optimized model pays for no I/O, and needs none. `tables`: by default all.
    """

    @observation("consumption_is_watched", objective="an alarm with an action on everything that is paid for by use")
    def judged(history: History) -> Finding:
        setup = Setup.of(history)
        rows = history.table("settings").select(pl.col("subject", "name").cast(pl.String), "value")
        known = [each for each in setup.tables if "@" not in each and (tables is None or each in tables)]
        wanted = dict.fromkeys(known, of_tables)
        if setup.cluster is not None and not setup.cluster.io_optimized:
            wanted["cluster"] = of_clusters
        if not wanted:
            raise Undecided("nothing that is paid for by use was described")
        missing: list[tuple[str, str]] = []
        watched = 0
        for subject, metrics in wanted.items():
            own = rows.filter(pl.col("subject") == subject)
            if not (own["name"] == "Alarms").any():
                raise Undecided(f"nobody asked which alarms watch {subject}")
            heard = {each["metric"] for each in _alarms(own) if _tells(each)}
            missing += [(subject, metric) for metric in metrics if metric not in heard]
            watched += len(heard & set(metrics))
        names = [setup.cluster.name if each == "cluster" and setup.cluster else each for each in wanted]
        first = f"nothing that tells anybody watches {missing[0][1]} of {missing[0][0]}" if missing else ""
        return Finding(
            ruling=Ruling.BROKEN if missing else Ruling.HELD,
            because=first or f"{watched} metrics of {', '.join(names)} are watched",
            measured={"watched": watched, "not_watched": len(missing)},
            evidence=tuple(_mend(setup, subject, metric) for subject, metric in missing),
        )

    return judged


def _tells(alarm: dict[str, Any]) -> bool:
    """On, of the whole table, when there is too much, and to somebody: autoscaling's own alarms tell nobody."""
    people = [each for each in alarm.get("actions") or () if ":autoscaling:" not in each]
    rises = str(alarm.get("comparison") or "GreaterThan").startswith("GreaterThan")
    return (
        bool(alarm.get("enabled") and people)
        and rises
        and "GlobalSecondaryIndexName" not in alarm.get("dimensions", {})
    )


def _alarms(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for name, value in rows.select("name", "value").iter_rows():
        if name.startswith(ALARM) and value:
            yield json.loads(value)


def _mend(setup: Setup, subject: str, metric: str) -> str:
    cluster = setup.cluster if subject == "cluster" else None
    region = cluster.region if cluster else setup.region_of(subject)
    whom = cluster.name if cluster else subject
    space, dimension = ("AWS/RDS", "DBClusterIdentifier") if cluster else ("AWS/DynamoDB", "TableName")
    return (
        f"aws cloudwatch put-metric-alarm --region {region} --alarm-name {whom}-{metric} --namespace {space} "
        f"--metric-name {metric} --dimensions Name={dimension},Value={whom} --statistic Sum --period 60 "
        "--evaluation-periods 1 --comparison-operator GreaterThanThreshold --threshold UNITS_A_MINUTE "
        "--alarm-actions SNS_TOPIC_ARN"
    )
