"""What stands in both regions of a global table: under the fault in the one that is left, afterwards in both.

found_during   as `found`, taken under the fault in the region that still answers
found          as it stands when both regions are equal, or the deadline has passed
settings       subject "regions": equal_at_ns, the moment at which both were seen to be equal, or "never"
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from drill.probes.items.reached import Reached
from drill.probes.items.read_back import found
from drill.tables import typed_table

FOUND_DURING = "found_during"
SUBJECT = "regions"
EQUAL_AT, UNEQUAL_AT = "equal_at_ns", "unequal_at_ns"
NEVER = "never"
DEADLINE_S = 30.0
LOOK_EVERY_S = 0.5


def in_surviving_region(
    target: Reached, tables: Sequence[str], region: str
) -> Callable[[], Mapping[str, pl.DataFrame]]:
    """A glance at what the other region shows while the first one is silent: the table `found_during`."""
    return lambda: {FOUND_DURING: pl.concat([found(target, each, region) for each in tables])}


def until_equal(
    target: Reached,
    tables: Sequence[str],
    *,
    deadline_s: float = DEADLINE_S,
    sleep: Callable[[float], None] = time.sleep,
    now_ns: Callable[[], int] = time.monotonic_ns,
) -> Callable[[], Mapping[str, pl.DataFrame]]:
    """An examination that reads both regions until they are equal; the last look stands as `found`, equal or not.

    The regions are read one after the other: nobody may write any more.
    """

    def examine() -> Mapping[str, pl.DataFrame]:
        ends_ns = now_ns() + round(deadline_s * 1e9)
        unequal_ns: int | None = None
        while True:
            since_ns = now_ns()
            looked = {region: _whole(target, tables, region) for region in target.regions}
            at_ns = now_ns()
            first, *others = (rows.drop("region") for rows in looked.values())
            equal = all(first.equals(each) for each in others)
            # Both were different at some moment of that look, and so at its beginning or later.
            unequal_ns = unequal_ns if equal else since_ns
            if equal or at_ns >= ends_ns:
                told = _settings({EQUAL_AT: at_ns if equal else None, UNEQUAL_AT: unequal_ns})
                return {"found": pl.concat(looked.values()), "settings": told}
            sleep(LOOK_EVERY_S)

    return examine


def _whole(target: Reached, tables: Sequence[str], region: str) -> pl.DataFrame:
    rows = pl.concat([found(target, each, region) for each in tables])
    return rows.sort(pl.col("table").cast(pl.String), "item")


def _settings(moments: Mapping[str, int | None]) -> pl.DataFrame:
    rows = [
        {"subject": SUBJECT, "name": name, "value": NEVER if at_ns is None else str(at_ns)}
        for name, at_ns in moments.items()
    ]
    return typed_table("settings", rows)
