"""The arithmetic of a declared workload: units, shares, peaks, and how much of what is provisioned would be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from drill.advice.figures import Figures
from drill.advice.workload import AccessPattern, Consistency, Kind, Workload

WRITE_STEP_BYTES, READ_STEP_BYTES = 1024, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Capacity units of DynamoDB, of one request or of one second."""

    read: float = 0.0
    write: float = 0.0

    def __add__(self, other: Units) -> Units:
        """Both together."""
        return Units(read=self.read + other.read, write=self.write + other.write)

    def __mul__(self, times: float) -> Units:
        """So many of them."""
        return Units(read=self.read * times, write=self.write * times)


def units_of(pattern: AccessPattern) -> Units:
    """What one request consumes of a table: steps of 1 KB for writes and 4 KB for reads, indexes left out.

    A query's items are added up before they are rounded; eventually consistent reads cost half, transactions double.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """
    if not pattern.kind.reads:
        steps = pattern.items * ceil(pattern.item_bytes / WRITE_STEP_BYTES)
        return Units(write=steps * (2.0 if pattern.kind is Kind.TRANSACTION else 1.0))
    if pattern.kind is Kind.GET:
        steps = pattern.items * ceil(pattern.item_bytes / READ_STEP_BYTES)
    else:
        steps = ceil(pattern.items * pattern.item_bytes / READ_STEP_BYTES)
    return Units(read=steps * (0.5 if pattern.consistency is Consistency.EVENTUAL else 1.0))


def average_units(workload: Workload) -> Units:
    """Units a second on average."""
    return sum((units_of(each) * each.rate_per_s for each in workload.patterns), Units())


def peak_units(workload: Workload) -> Units:
    """Units a second at the peak."""
    return sum((units_of(each) * each.peak_per_s for each in workload.patterns), Units())


def peak_over_average(workload: Workload) -> float:
    """How much more is asked for at the peak than on average, in requests: 1 or more."""
    return sum(each.peak_per_s for each in workload.patterns) / sum(each.rate_per_s for each in workload.patterns)


def peak_over_average_units(workload: Workload, figures: Figures) -> float:
    """The same in capacity units, reads and writes weighed by what they cost."""
    return _worth(peak_units(workload), figures) / _worth(average_units(workload), figures)


def utilisation(workload: Workload, figures: Figures) -> float:
    """The share of its provisioned units that a workload would use, from 0 to 1.

    What is provisioned stands at the peak, with the headroom that autoscaling keeps. With an hourly profile it follows
    the hours, and is in time for the next one, since autoscaling comes minutes too late for a step.
    """
    return figures.autoscaling_target / (peak_over_average_units(workload, figures) * _level(workload.hourly))


def read_share(workload: Workload) -> float:
    """The share of requests at the peak that only read."""
    return _share(workload, lambda each: each.kind.reads)


def movable_share(workload: Workload) -> float:
    """The share of requests at the peak that a reader may answer: those that read and may be a little old."""
    return _share(workload, lambda each: each.kind.reads and each.consistency is Consistency.EVENTUAL)


def _share(workload: Workload, chosen: Callable[[AccessPattern], bool]) -> float:
    peaks = [(each.peak_per_s, chosen(each)) for each in workload.patterns]
    return sum(peak for peak, counts in peaks if counts) / sum(peak for peak, _ in peaks)


def _worth(units: Units, figures: Figures) -> float:
    return units.read + figures.write_over_read_price * units.write


def _level(hourly: tuple[float, ...]) -> float:
    """The height at which capacity stands over the day, as a share of the busiest hour's; 1 without a profile."""
    if not hourly:
        return 1.0
    following = (*hourly[1:], hourly[0])
    return sum(map(max, hourly, following)) / (len(hourly) * max(hourly))
