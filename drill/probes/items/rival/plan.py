"""What the second writer shall do, as one value; it holds no credentials."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from drill.items import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalPlan:
    """Put a value of its own into one of the items, again and again, pinned to a region: `rate_per_s` times a second.

    `keys` are the names of the key's attributes (texts, in the order of the key schema), `items` their values. It ends
    by itself after `duration_s`.
    """

    place: Place
    region: str
    table: str
    keys: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]
    rate_per_s: float = 20.0
    seed: int = 1
    run: str = ""
    deadline_s: float = 1.0
    duration_s: float = 300.0

    def dump(self) -> bytes:
        """One line of JSON: for the child's stdin."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> RivalPlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(RivalPlan)
