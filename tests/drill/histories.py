"""Histories told in seconds: a story of clients and a fault, with which checks are tried.

Times are seconds after injection, as design.md counts. A story is a list of rows that can still be changed;
`told` makes a `History` of it.

    story = managed_failover()
    story.without(action="readback", key=3)
    story.add("write", 1.5, client="pinned-a", server="a", endpoint="a", key=90, value=7)
    verdict = every_acknowledged_write_survives()(story.told())
"""

import bisect
import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from hypothesis import settings

from drill.history import SCHEMA, Anchor, History

Row = dict[str, Any]

property_test = settings(deadline=None, max_examples=50)
"""For tests by hypothesis: enough examples to find a mistake, and no deadline on a machine that is busy."""

INJECTED_NS = 1_000_000_000_000
LATENCY_S = 0.002
BACK_S = 5.0
REDUNDANT_S = 6.0
PINNED = 100
REFUSED: Row = {"outcome": "failed", "cause": "refused"}
STALE: Row = {"outcome": "failed", "cause": "stale writer", "code": "25006"}
SILENT: Row = {"outcome": "unknown", "cause": "silent"}


def ns(seconds: float) -> int:
    """A moment after injection on the monotonic clock."""
    return INJECTED_NS + round(seconds * 1_000_000_000)


class Story:
    """Rows of a history in the making."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        """Begin with these rows; they are copied."""
        self.rows = [dict(row) for row in rows]

    def add(self, action: str, at_s: float, *, latency_s: float = LATENCY_S, **columns: Any) -> "Story":
        """Tell of an operation that completes `at_s` after injection, OK unless `outcome` says otherwise."""
        when = {"invoked_ns": ns(at_s - latency_s), "completed_ns": ns(at_s)}
        self.rows.append({"action": action, "outcome": "ok", **when, **columns})
        return self

    def without(self, where: Callable[[Row], bool] | None = None, **columns: Any) -> "Story":
        """Take out the rows with these columns."""
        self.rows = [row for row in self.rows if not _matches(row, where, columns)]
        return self

    def change(self, changes: Mapping[str, Any], where: Callable[[Row], bool] | None = None, **columns: Any) -> "Story":
        """Overwrite columns of the rows with these columns."""
        for row in self.rows:
            if _matches(row, where, columns):
                row.update(changes)
        return self

    def count(self, where: Callable[[Row], bool] | None = None, **columns: Any) -> int:
        """How many rows have these columns."""
        return sum(_matches(row, where, columns) for row in self.rows)

    def read_back(
        self, *, at_s: float = 10.0, server: str = "b", lost: Callable[[Row], bool] = lambda _: False
    ) -> "Story":
        """Read everything back anew: all acknowledged writes but those lost, and the header that counts them."""
        self.without(action="readback")
        kept = [row for row in self.rows if row["action"] == "write" and row["outcome"] == "ok" and not lost(row)]
        auditor: Row = {"client": "auditor", "endpoint": server, "server": server}
        for row in kept:
            self.add("readback", at_s, **auditor, key=row["key"], value=row["value"])
        return self.add("readback", at_s, **auditor, value=len(kept))

    def told(self) -> History:
        """The history as probes would have recorded it."""
        columns = {name: [row.get(name) for row in self.rows] for name in SCHEMA}
        anchor = Anchor(monotonic_ns=INJECTED_NS, wall_ns=0, error_ns=0)
        typed = pl.DataFrame(columns, schema=SCHEMA)
        return History.of(typed, anchor=anchor, fault="managed failover")


def after(seconds: float) -> Callable[[Row], bool]:
    """Rows that complete later than this after injection."""
    return lambda row: row["completed_ns"] > ns(seconds)


def before(seconds: float) -> Callable[[Row], bool]:
    """Rows that complete earlier than this after injection."""
    return lambda row: row["completed_ns"] < ns(seconds)


def fault(*, endpoint: str = "a", healed_s: float = 0.05) -> Story:
    """A fault that is injected at 0, takes effect, and is healed."""
    story = Story().add("inject", LATENCY_S, client="fault", endpoint=endpoint)
    story.add("confirm", 0.03, client="fault", endpoint=endpoint)
    return story.add("heal", healed_s, client="fault", endpoint=endpoint)


def managed_failover(
    *,
    clients: int = 16,
    until_s: float = 8.0,
    last_by_old_s: float = 0.34,
    first_by_new_s: float = 2.84,
    every_s: float = 0.05,
) -> Story:
    """A healthy failover from a to b: a goes on answering for a moment, then nobody does, then b.

    Writer i writes stream i. Readers 0 to 3 read it from c, which stays up; a is a reader again after 5 s, and
    everything is redundant after 6 s. One writer is pinned to each instance.
    """
    return Story(
        _told_once(
            _Failover(
                clients=clients,
                until_s=until_s,
                last_by_old_s=last_by_old_s,
                first_by_new_s=first_by_new_s,
                every_s=every_s,
            )
        )
    )


def steps(first_s: float, end_s: float, every_s: float) -> list[float]:
    """Moments from the first on until before the end."""
    return [first_s + step * every_s for step in range(math.ceil((end_s - first_s) / every_s - 1e-9))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failover:
    clients: int
    until_s: float
    last_by_old_s: float
    first_by_new_s: float
    every_s: float

    @property
    def promoted_s(self) -> float:
        return self.first_by_new_s - 0.35

    def writer(self, at_s: float) -> str | None:
        """Who acknowledges writes at a moment."""
        if at_s <= self.last_by_old_s:
            return "a"
        return "b" if at_s >= self.first_by_new_s else None


@functools.cache
def _told_once(failover: _Failover) -> list[Row]:
    story, values = fault(), itertools.count()
    _write(story, failover, values)
    _read(story, failover)
    _pin(story, failover, values)
    _watch(story, failover)
    for instance in "abc":
        story.add("digest", failover.until_s + 3, client="auditor", endpoint=instance, server=instance, value=4711)
    return story.read_back().rows


def _write(story: Story, failover: _Failover, values: Iterator[int]) -> None:
    old_s, new_s, every_s = failover.last_by_old_s, failover.first_by_new_s, failover.every_s
    by_old = [old_s - step * every_s for step in reversed(range(round((2 + old_s) / every_s)))]
    between = steps(old_s + 0.1, new_s - 0.1, 0.1)
    for at_s in (*by_old, *between, *steps(new_s, failover.until_s, every_s)):
        server = failover.writer(at_s)
        ended: Row = {"server": server} if server else {"server": "a", **STALE}
        for client in range(failover.clients):
            who: Row = {"client": f"writer-{client}", "endpoint": "writer", "session": int(server == "b")}
            story.add("write", at_s, **who, key=client, value=next(values), **ended)


def _read(story: Story, failover: _Failover) -> None:
    for reader in range(min(failover.clients, 4)):
        acknowledged = [row for row in story.rows if row.get("key") == reader and row["outcome"] == "ok"]
        who: Row = {"client": f"reader-{reader}", "endpoint": "reader", "server": "c", "session": 0, "key": reader}
        ends = [row["completed_ns"] for row in acknowledged]
        for at_s in steps(-1.99, failover.until_s, 0.05):
            shown = bisect.bisect_left(ends, ns(at_s - LATENCY_S)) - 1
            story.add("read", at_s, **who, value=-1 if shown < 0 else acknowledged[shown]["value"])


def _pin(story: Story, failover: _Failover, values: Iterator[int]) -> None:
    for place, instance in enumerate("abc"):
        for at_s in steps(-2.0, failover.until_s, 0.2):
            ended: Row = {"server": instance} if failover.writer(at_s) == instance else {"server": instance, **STALE}
            if instance == "a" and failover.last_by_old_s < at_s < BACK_S:
                ended = REFUSED
            who: Row = {"client": f"pinned-{instance}", "endpoint": instance, "key": PINNED + place}
            story.add("write", at_s, **who, value=next(values), **ended)


def _watch(story: Story, failover: _Failover) -> None:
    """See b promoted 0.3 s before its first write, and announced within 0.2 s after it."""
    for at_s in steps(-2.0, failover.until_s, 0.1):
        promoted = at_s > failover.promoted_s
        down = failover.last_by_old_s < at_s < BACK_S
        a: Row = REFUSED if down else {"server": "a", "value": int(at_s < BACK_S)}
        story.add("observe", at_s, client="watcher-a", endpoint="a", **a)
        story.add("observe", at_s, client="watcher-b", endpoint="b", server="b", value=int(promoted))
        story.add("observe", at_s, client="watcher-c", endpoint="c", server="c", value=0)
        named = "b" if at_s > failover.first_by_new_s + 0.05 else "a"
        story.add("announce", at_s, client="watcher-api", endpoint="api", server=named, value=3)
        led: Row = REFUSED if down and not promoted else {"server": "b" if promoted else "a", "value": 1}
        story.add("lookup", at_s, client="watcher-endpoint", endpoint="writer", **led)
        ended: Row = {} if at_s < 0 or at_s >= REDUNDANT_S else {"outcome": "failed", "code": "reader a"}
        story.add("redundant", at_s, client="watcher", endpoint="api", **ended)


def _matches(row: Row, where: Callable[[Row], bool] | None, columns: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in columns.items()) and (where is None or where(row))
