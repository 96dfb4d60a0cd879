"""Changes under way from one region to another, in the order in which they were written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.dynamodb.images import Image
from lab.dynamodb.replication.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A change under way; `arrives_s` on the monotonic clock, if nothing holds it up."""

    table: str
    key: dict[str, Any]
    identity: str
    image: Image | None
    version: Version
    left_s: float
    arrives_s: float


class Link:
    """The changes of one table from one region to another. A pause keeps them; none overtakes another."""

    def __init__(self, table: str, source: str, target: str) -> None:
        """Carry nothing yet."""
        self.table, self.source, self.target = table, source, target
        self._under_way: deque[Sent] = deque()

    def send(self, sent: Sent) -> None:
        """Put a change on its way, behind all others."""
        self._under_way.append(sent)

    def arrived(self, now_s: float) -> Iterator[Sent]:
        """Take out what has arrived by now."""
        while self._under_way and self._under_way[0].arrives_s <= now_s:
            yield self._under_way.popleft()

    @property
    def next_s(self) -> float | None:
        """When the next one arrives; None if there is none."""
        return self._under_way[0].arrives_s if self._under_way else None

    @property
    def last_s(self) -> float:
        """When the last one arrives; long ago if there is none."""
        return self._under_way[-1].arrives_s if self._under_way else float("-inf")

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._under_way)

    def drain(self, lose: Callable[[Sent], object]) -> None:
        """Lose all that are under way."""
        while self._under_way:
            lose(self._under_way.popleft())
