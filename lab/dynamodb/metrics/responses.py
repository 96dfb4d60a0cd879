"""CloudWatch that knows the lab's metrics: alarms, dashboards and tags stay moto's.

Seam: moto makes one `CloudWatchResponse` per request and calls its method named after the action. moto keeps every
datapoint for good, and looks at all of them for each question; the methods that have to do with metrics are replaced.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from lab.dynamodb.metrics.kept import Kept, Name, named
from lab.dynamodb.metrics.series import STATISTICS, Summary, one


class LabCloudWatch(CloudWatchResponse):  # type: ignore[misc]  # mypy skips moto
    """Answers one request to CloudWatch; subclassed with the metrics that are kept, by region."""

    kept: ClassVar[Mapping[str, Kept]]

    def get_metric_statistics(self) -> ActionResult:
        """Tell one metric by period."""
        statistics = self._get_param("Statistics", [])
        if self._get_param("ExtendedStatistics"):
            raise InvalidParameterValue("The lab keeps no percentiles: ask for Statistics.")
        if not statistics:
            raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
        name = self._get_param("MetricName")
        asked = _name(self._get_param("Namespace"), name, self._get_param("Dimensions", []))
        start_s, end_s = _window(self._get_param("StartTime"), self._get_param("EndTime"))
        told = [
            {
                "Timestamp": _moment(at_s),
                "Unit": _unit(name),
                **{each: _statistic(summary, each) for each in statistics},
            }
            for at_s, summary in self._mine.between(asked, start_s, end_s, int(self._get_param("Period")))
        ]
        return ActionResult({"Label": name, "Datapoints": told})

    def get_metric_data(self) -> ActionResult:
        """Tell several metrics by period; an expression may name one of them, no more."""
        given = self._get_params()
        start_s, end_s = _window(given["StartTime"], given["EndTime"])
        found: dict[str, tuple[list[datetime], list[float]]] = {}
        told = []
        for query in given.get("MetricDataQueries", []):
            values = found[query["Id"]] = self._values(query, start_s, end_s, found)
            if not query.get("ReturnData", True):
                continue
            late_first = (given.get("ScanBy") or "TimestampDescending") == "TimestampDescending"
            step = -1 if late_first else 1
            told.append(
                {
                    "Id": query["Id"],
                    "Label": query.get("Label") or _label(query),
                    "Timestamps": values[0][::step],
                    "Values": values[1][::step],
                    "StatusCode": "Complete",
                }
            )
        return ActionResult({"MetricDataResults": told, "Messages": []})

    def list_metrics(self) -> ActionResult:
        """Tell which metrics there are; all on one page."""
        namespace, name = self._get_param("Namespace"), self._get_param("MetricName")
        wanted = [(each["Name"], each.get("Value")) for each in self._get_param("Dimensions", [])]
        told = [
            {
                "Namespace": each[0],
                "MetricName": each[1],
                "Dimensions": [{"Name": key, "Value": value} for key, value in each[2]],
            }
            for each in self._mine.names()
            if namespace in {None, each[0]}
            and name in {None, each[1]}
            and all(any(key == k and value in {None, v} for k, v in each[2]) for key, value in wanted)
        ]
        return ActionResult({"Metrics": told})

    def put_metric_data(self) -> EmptyResult:
        """Count what a client measured."""
        namespace = self._get_param("Namespace")
        for each in self._get_param("MetricData", []):
            moment = each.get("Timestamp")
            at_s = int(moment.timestamp() if isinstance(moment, datetime) else time.time())
            name = _name(namespace, each["MetricName"], each.get("Dimensions", []))
            self._mine.add(at_s, [(name, value) for value in _given(each)])
        return EmptyResult()

    @property
    def _mine(self) -> Kept:
        kept = self.kept.get(self.region)
        if kept is None:
            raise ValidationError(f"This lab has no region {self.region}: it has {' and '.join(self.kept)}.")
        return kept

    def _values(
        self,
        query: Mapping[str, Any],
        start_s: int,
        end_s: int,
        found: Mapping[str, tuple[list[datetime], list[float]]],
    ) -> tuple[list[datetime], list[float]]:
        if "MetricStat" not in query:
            same = found.get(query.get("Expression", ""))
            if same is None:
                raise ValidationError("The lab knows no expressions but the Id of a query before it.")
            return same
        asked = query["MetricStat"]
        metric = asked["Metric"]
        name = _name(metric["Namespace"], metric["MetricName"], metric.get("Dimensions", []))
        points = self._mine.between(name, start_s, end_s, int(asked["Period"]))
        return [_moment(at_s) for at_s, _ in points], [_statistic(summary, asked["Stat"]) for _, summary in points]


def _given(datum: Mapping[str, Any]) -> list[Summary]:
    if "StatisticValues" in datum:
        known = datum["StatisticValues"]
        return [Summary(*(float(known[each]) for each in ("SampleCount", "Sum", "Minimum", "Maximum")))]
    if "Values" in datum:
        values = [float(each) for each in datum["Values"]]
        counts = [float(each) for each in datum.get("Counts") or [1.0] * len(values)]
        return [Summary(count, value * count, value, value) for value, count in zip(values, counts, strict=True)]
    return [one(float(datum.get("Value", 0)))]


def _name(namespace: str, name: str, dimensions: list[dict[str, str]]) -> Name:
    return named(namespace, name, {each["Name"]: each["Value"] for each in dimensions})


def _statistic(summary: Summary, name: str) -> float:
    if name not in STATISTICS:
        raise InvalidParameterValue(f"The lab keeps no {name}: it knows {', '.join(STATISTICS)}.")
    return summary.statistic(name)


def _window(start: datetime, end: datetime) -> tuple[int, int]:
    start_s, end_s = math.floor(_seconds(start)), math.ceil(_seconds(end))
    if start_s >= end_s:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    return start_s, end_s


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()  # moto leaves UTC unsaid


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _label(query: Mapping[str, Any]) -> str:
    asked = query.get("MetricStat")
    return f"{asked['Metric']['MetricName']} {asked['Stat']}" if asked else str(query["Id"])


def _unit(metric: str) -> str:
    return "Milliseconds" if metric.endswith("Latency") else "Count"
