"""The replicas of all tables, and what one region's write does to the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lab.dynamodb.images import Image
from lab.dynamodb.replication.links import Link, Sent
from lab.dynamodb.replication.versions import Version, Versions

LAG_S = 0.1


class Change(Protocol):
    """One item written."""

    @property
    def table(self) -> str:
        """Its table."""

    @property
    def key(self) -> dict[str, Any]:
        """Its primary key."""

    @property
    def after(self) -> Image | None:
        """What it is now; None: it is gone."""


class Replica(Protocol):
    """A region, as far as replication writes to it."""

    def replicate(self, table: str, key: dict[str, Any], image: Image | None) -> None:
        """Have the item be so, or be gone, whatever stands there; tells nobody of it as a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How changes are carried; a defective lab has others.

    `lost` says whether a change never leaves; `wins` whether the version that arrives beats the one that is there, of
    another region.
    """

    lag_s: float = LAG_S
    lost: Callable[[], bool] = lambda: False
    wins: Callable[[Version, Version], bool] = lambda arriving, held: arriving > held


class Replication:
    """Carries every change of a global table to its other regions. Not for several threads."""

    def __init__(
        self,
        replicas: Mapping[str, Replica],
        *,
        now_s: Callable[[], float],
        wall_ns: Callable[[], int],
        paused: Callable[[str, str], bool] = lambda _region, _table: False,
        jitter: Callable[[], float] = lambda: 1.0,
        arrived: Callable[[Link, float], None] = lambda _link, _s: None,
        ways: Ways | None = None,
    ) -> None:
        """Carry changes between these regions.

        `now_s` never goes back; `paused(region, table)` says whether a region neither sends nor receives; `arrived` is
        told how long each change was under way; `jitter` gives by which factor the next one's lag differs.
        """
        self._replicas = dict(replicas)
        self._now_s, self._wall_ns = now_s, wall_ns
        self._paused, self._arrived, self._jitter = paused, arrived, jitter
        self._ways = ways or Ways()
        self._links: dict[str, list[Link]] = {}
        self._versions = Versions()
        self._last_ns: dict[str, int] = {}

    def reach(self, replicas: Mapping[str, Replica]) -> None:
        """Carry changes to these regions, too."""
        self._replicas.update(replicas)

    def regions(self, table: str) -> list[str]:
        """The regions that a global table is in; none for a table of one region."""
        return sorted({each.source for each in self._links.get(table, ())})

    def join(self, table: str, region: str, other: str) -> None:
        """Replicate the table between a region that has it and another one, and all that these are joined to."""
        there = {*self.regions(table), region}
        links = self._links.setdefault(table, [])
        for each in sorted(there - {other}):
            links.append(Link(table, each, other))
            links.append(Link(table, other, each))

    def part(self, table: str, region: str) -> None:
        """Replicate the table to and from that region no more; what is under way there is lost."""
        kept = []
        for each in self._links.get(table, ()):
            if region in {each.source, each.target}:
                each.drain(lambda sent: self._versions.arrive(sent.table, sent.identity))
            else:
                kept.append(each)
        if kept:
            self._links[table] = kept
        else:
            self._links.pop(table, None)

    def changed(self, region: str, change: Change) -> None:
        """Send a change that was written in that region to all others."""
        links = self._links.get(change.table)
        if not links:
            return
        identity = repr(sorted(change.key.items()))
        version = self._stamp(region, self._versions.of(change.table, identity, region))
        now_s = self._now_s()
        for link in links:
            if link.source != region:
                continue
            if self._ways.lost():
                continue
            lag_s = self._ways.lag_s * self._jitter()
            self._versions.leave(change.table, identity)
            self._versions.hold(change.table, identity, region, version)
            link.send(
                Sent(
                    table=change.table,
                    key=change.key,
                    identity=identity,
                    image=change.after,
                    version=version,
                    left_s=now_s,
                    arrives_s=max(now_s + lag_s, link.last_s),
                )
            )

    def deliver(self) -> float | None:
        """Write all that has arrived where it goes; in how many seconds the next one arrives, None if none is due.

        What is paused is not waited for: ask again when a pause may be over.
        """
        now_s = self._now_s()
        waits = []
        for links in list(self._links.values()):
            for link in links:
                if not len(link) or self._held(link):
                    continue
                for sent in link.arrived(now_s):
                    self._write(link, sent)
                    self._arrived(link, now_s - sent.left_s)
                if link.next_s is not None:
                    waits.append(link.next_s)
        return max(0.0, min(waits) - now_s) if waits else None

    def under_way(self, table: str | None = None) -> int:
        """How many changes are under way, of one table or of all."""
        return sum(len(link) for name, links in self._links.items() for link in links if table in {None, name})

    def _held(self, link: Link) -> bool:
        return self._paused(link.source, link.table) or self._paused(link.target, link.table)

    def _write(self, link: Link, sent: Sent) -> None:
        held = self._versions.of(sent.table, sent.identity, link.target)
        if held is None or held.region == sent.version.region or self._ways.wins(sent.version, held):
            self._versions.hold(sent.table, sent.identity, link.target, sent.version)
            self._replicas[link.target].replicate(sent.table, sent.key, sent.image)
        self._versions.arrive(sent.table, sent.identity)

    def _stamp(self, region: str, held: Version | None) -> Version:
        """A version later than all that the region has written, and than what it holds of the item."""
        at_ns = max(self._wall_ns(), self._last_ns.get(region, 0) + 1, held.at_ns + 1 if held else 0)
        self._last_ns[region] = at_ns
        return Version(at_ns, region)
