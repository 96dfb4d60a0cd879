"""One metric's values over time, in bounded memory: by the second for a quarter of an hour, by the minute for a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

SECONDS = 900
MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of the values of some stretch of time: CloudWatch's statistic set."""

    count: float
    total: float
    low: float
    high: float

    def __add__(self, other: Summary) -> Summary:
        """What is known of both together."""
        return Summary(
            self.count + other.count, self.total + other.total, min(self.low, other.low), max(self.high, other.high)
        )

    def statistic(self, name: str) -> float:
        """Sum, Average, Minimum, Maximum or SampleCount; KeyError for any other."""
        return {
            "Sum": self.total,
            "Average": self.total / self.count if self.count else 0.0,
            "Minimum": self.low,
            "Maximum": self.high,
            "SampleCount": self.count,
        }[name]


STATISTICS = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")


def one(value: float) -> Summary:
    """A single value."""
    return Summary(1.0, value, value, value)


class Series:
    """Adds up values by the second; moments are whole seconds since 1970."""

    def __init__(self) -> None:
        """Hold none."""
        self._seconds: deque[tuple[int, Summary]] = deque(maxlen=SECONDS)
        self._minutes: deque[tuple[int, Summary]] = deque(maxlen=MINUTES)

    def add(self, at_s: int, summary: Summary) -> None:
        """Count values; of a moment before the last one counted, as if it were of that one."""
        _add(self._seconds, at_s, summary)
        _add(self._minutes, at_s - at_s % 60, summary)

    def between(self, start_s: int, end_s: int, period_s: int) -> list[tuple[int, Summary]]:
        """By period, those from start to end (exclusive) with values; a period begins at a multiple of its length."""
        found: dict[int, Summary] = {}
        for at_s, summary in self._values(start_s, period_s):
            if start_s <= at_s < end_s:
                begins = at_s - at_s % period_s
                found[begins] = found[begins] + summary if begins in found else summary
        return sorted(found.items())

    @property
    def last_s(self) -> int:
        """When it was last added to."""
        return self._seconds[-1][0] if self._seconds else 0

    def _values(self, start_s: int, period_s: int) -> Iterator[tuple[int, Summary]]:
        """By the minute where that is fine enough, or where the seconds are gone."""
        if period_s % 60 == 0 and start_s % 60 == 0:
            yield from self._minutes
            return
        whole = self._seconds[0][0] if self._seconds else 0
        if len(self._seconds) == SECONDS:
            # the first minute of which not all seconds are left is told by the minute
            whole += -whole % 60
            yield from (each for each in self._minutes if each[0] < whole)
        yield from (each for each in self._seconds if each[0] >= whole or len(self._seconds) < SECONDS)


def _add(held: deque[tuple[int, Summary]], at_s: int, summary: Summary) -> None:
    if held and held[-1][0] >= at_s:
        held[-1] = held[-1][0], held[-1][1] + summary
    else:
        held.append((at_s, summary))
