"""Which write of an item is the later one: by the wall clock, and by the region's name where that ties."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """When and where an item was written; the greatest one wins. Of a deletion, too."""

    at_ns: int
    region: str


class Versions:
    """The versions of items that have changes under way.

    One without any needs none: every region has the same, and any later write is later than that.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._known: dict[tuple[str, str], dict[str, Version]] = {}
        self._under_way: dict[tuple[str, str], int] = {}

    def of(self, table: str, identity: str, region: str) -> Version | None:
        """The version of the item that a region holds; None: older than any change under way."""
        return self._known.get((table, identity), {}).get(region)

    def hold(self, table: str, identity: str, region: str, version: Version) -> None:
        """Have a region hold this version of the item."""
        self._known.setdefault((table, identity), {})[region] = version

    def leave(self, table: str, identity: str) -> None:
        """Count a change that goes on its way."""
        of = table, identity
        self._under_way[of] = self._under_way.get(of, 0) + 1

    def arrive(self, table: str, identity: str) -> None:
        """Count a change that is no longer on its way; with the last one its item's versions are forgotten."""
        of = table, identity
        self._under_way[of] -= 1
        if not self._under_way[of]:
            del self._under_way[of]
            self._known.pop(of, None)

    def __len__(self) -> int:
        """How many items have changes under way."""
        return len(self._under_way)
