"""What culprits shall do: everything that their process needs to know, as one value; it holds no credentials."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from drill.items import Place


class Mode(StrEnum):
    """What each client does, again and again."""

    WRITE = "write"
    DEMAND = "demand"
    SCAN = "scan"
    REPEAT = "repeat"
    GROW = "grow"


@dataclass(frozen=True, slots=True, kw_only=True)
class CulpritPlan:
    """One table, one mode, so many clients, and the seconds after which they end by themselves, told to or not.

    `rate_per_s` is of all clients together; None: as fast as they can. With `hurries` they keep no rate until they are
    throttled for the first time, which uses up the burst. `partition_key` and `sort_key` are the key's attributes
    (both text; no sort key: None), `partition` the value that is written to. `items` are full keys, partition and sort
    key, for `grow`; they reach each of `sizes_bytes` in turn, `step_s` apart.
    """

    place: Place
    mode: Mode
    table: str
    partition_key: str
    sort_key: str | None = None
    partition: str = "drill-culprit"
    clients: int = 4
    rate_per_s: float | None = None
    hurries: bool = False
    item_bytes: int = 10_000
    items: tuple[tuple[str, str | None], ...] = ()
    sizes_bytes: tuple[int, ...] = ()
    step_s: float = 1.0
    duration_s: float = 60.0

    def dump(self) -> bytes:
        """One line of JSON: for the child's stdin."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> CulpritPlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(CulpritPlan)
