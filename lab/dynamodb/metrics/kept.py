"""All metrics of a region; may be added to and read from different threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from lab.dynamodb.metrics.series import Series, Summary

MOST = 4_000  # of series; beyond that, the one that was quiet for longest makes room

Name = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, and dimensions in the order of their names."""


def named(namespace: str, name: str, dimensions: Mapping[str, str]) -> Name:
    """The name of a metric."""
    return namespace, name, tuple(sorted(dimensions.items()))


class Kept:
    """Series by their names."""

    def __init__(self) -> None:
        """Keep none."""
        self._series: dict[Name, Series] = {}
        self._guard = threading.Lock()

    def add(self, at_s: int, values: Iterable[tuple[Name, Summary]]) -> None:
        """Count values of this second."""
        with self._guard:
            for name, summary in values:
                series = self._series.get(name)
                if series is None:
                    if len(self._series) >= MOST:
                        del self._series[min(self._series, key=lambda each: self._series[each].last_s)]
                    series = self._series[name] = Series()
                series.add(at_s, summary)

    def between(self, name: Name, start_s: int, end_s: int, period_s: int) -> list[tuple[int, Summary]]:
        """One metric by period; nothing where there is no such metric."""
        with self._guard:
            series = self._series.get(name)
            return series.between(start_s, end_s, period_s) if series else []

    def names(self) -> list[Name]:
        """All metrics that there are."""
        with self._guard:
            return list(self._series)
