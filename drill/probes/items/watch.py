"""Metrics of tables, throughout, by a thread of its own; and tables that nobody knew of when it began.

A forgotten table is found by who lists tables, not by who watches those that he knows. What a new table's provisioned
units are is told by DescribeTable at each look: CloudWatch tells it only every five minutes (Developer Guide, DynamoDB
metrics and dimensions), under the same names.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from botocore.exceptions import BotoCoreError, ClientError

from drill.errors import ProbeError, TargetError
from drill.history import Anchor
from drill.probes.items.metrics import NAMESPACE, PROVISIONED, Datapoints, Series, series_of
from drill.probes.items.reached import Reached
from drill.tables import typed_table

STOPS_WITHIN_S = 30.0
"""Whatever is being asked ends within ten seconds (drill/targets/boto.py), and is asked once more at the end."""
AGAIN = 3
"""Periods that are asked for once more: a datapoint comes late, and may still grow."""
UNHEARD = (ClientError, BotoCoreError, TargetError)

METRICS = "metrics"


class Watch:
    """What was seen so far; made by `watching`."""

    def __init__(
        self,
        target: Reached,
        tables: Sequence[str],
        *,
        period_s: int,
        anchor: Anchor,
        finds_new: bool,
        now_ns: Callable[[], int],
    ) -> None:
        """Ask what the tables are, and begin nothing yet."""
        self._target = target
        self._period_s = period_s
        self._finds_new = finds_new
        self._now_ns = now_ns
        self._series = {region: _known(target, tables, region) for region in target.regions}
        self._points = {
            region: Datapoints(
                client=target.client("cloudwatch", region=region), region=region, period_s=period_s, anchor=anchor
            )
            for region in target.regions
        }
        self._before = frozenset(_listed(target)) | frozenset(tables) if finds_new else frozenset(tables)
        self._new: list[str] = []
        self._told: list[dict[str, object]] = []
        self._begun_ns = self._until_ns = now_ns()
        self._is_whole = False
        self._crash: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drill-metrics", daemon=True)

    @property
    def newcomers(self) -> tuple[str, ...]:
        """Tables that were not there when it began, and are or were there since."""
        return tuple(self._new)

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """`metrics`, unless CloudWatch did not answer in the end; ProbeError when watching itself broke down."""
        if self._crash is not None:
            raise ProbeError(f"watching the tables' metrics broke down: {self._crash!r}") from self._crash
        if not self._is_whole:
            return {}
        told = [typed_table(METRICS, self._told)] if self._told else []
        return {METRICS: pl.concat([*(each.rows() for each in self._points.values()), *told])}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once everything was asked for a last time; ProbeError where that does not end."""
        self._over.set()
        self._thread.join(STOPS_WITHIN_S)
        if self._thread.is_alive():
            raise ProbeError(f"CloudWatch did not answer within {STOPS_WITHIN_S:g} s, nor end the call")

    def _run(self) -> None:
        try:
            while not self._over.wait(self._period_s):
                self._look(since_ns=self._until_ns)
            self._is_whole = self._look(since_ns=self._begun_ns)
        except Exception as error:  # noqa: BLE001 - raised by `tables`, in the thread that asks for them
            self._crash = error

    def _look(self, *, since_ns: int) -> bool:
        """Ask for what has come since; whether all was answered. What was not is asked for again."""
        until_ns = self._now_ns()
        early_ns = since_ns - AGAIN * self._period_s * 1_000_000_000
        try:
            if self._finds_new:
                self._find(until_ns)
            for region, points in self._points.items():
                points.fetch(self._series[region], since_ns=early_ns, until_ns=until_ns + 1_000_000_000)
        except UNHEARD:
            return False
        self._until_ns = until_ns
        return True

    def _find(self, at_ns: int) -> None:
        there = _listed(self._target)
        self._new.extend(each for each in there if each not in self._before and each not in self._new)
        for table in self._new:
            if table in there:
                described = self._target.describe(table)
                known = self._series[self._target.region]
                if not any(each.table == table for each in known):
                    self._series[self._target.region] = (*known, *series_of(described, region=self._target.region))
                self._told.extend(self._units(described, at_ns))

    def _units(self, described: Mapping[str, Any], at_ns: int) -> Iterator[dict[str, object]]:
        for name in PROVISIONED:
            yield {
                "at_ns": at_ns,
                "period_s": float(self._period_s),
                "namespace": NAMESPACE,
                "name": name,
                "subject": described["TableName"],
                "region": self._target.region,
                "statistic": "Maximum",
                "value": float(described["ProvisionedThroughput"][name.removeprefix("Provisioned")]),
            }


@contextmanager
def watching(
    target: Reached,
    tables: Sequence[str],
    *,
    period_s: int,
    anchor: Anchor,
    finds_new: bool = False,
    now_ns: Callable[[], int] = time.monotonic_ns,
) -> Iterator[Watch]:
    """Watch these tables for the length of a block, in every region where they are; ask for `tables()` afterwards.

    Raises TargetError where a table is not there. With `finds_new` it looks for tables that come meanwhile, too.
    """
    watch = Watch(target, tables, period_s=period_s, anchor=anchor, finds_new=finds_new, now_ns=now_ns)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _known(target: Reached, tables: Sequence[str], region: str) -> tuple[Series, ...]:
    """What is wanted of the tables that are in that region: a replica only where a table says that it has one."""
    found: list[Series] = []
    for table in tables:
        own = target.describe(table)
        regions = {target.region, *(each["RegionName"] for each in own.get("Replicas", ()))}
        if region in regions:
            described = own if region == target.region else target.describe(table, region=region)
            found.extend(series_of(described, region=region))
    return tuple(found)


def _listed(target: Reached) -> list[str]:
    with target.asking("dynamodb:ListTables"):
        pages = target.client().get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]
