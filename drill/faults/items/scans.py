"""Scans of a whole table, again and again: beside an application, or as somebody's forgotten loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.faults.fault import Bound, Injection
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import Mode, Progress
from drill.faults.items.stage import ItemFault, ItemStage

PAGES = 3
"""So many pages have been read when a scan is under way."""


def scan_under_load(*, table: str = "shop", pages_per_s: float = 8.0, clients: int = 2) -> ItemFault:
    """Read the table page by page, at most so many a second; confirmed by pages that came."""
    return _scanning(table, cause="scan under load", pages_per_s=pages_per_s, clients=clients)


def runaway_scan(*, table: str = "shop", pages_per_s: float = 20.0, clients: int = 2) -> ItemFault:
    """The same as a cost: somebody's job that begins again whenever it is done. A page costs up to 128 read units."""
    return _scanning(table, cause="runaway scan", pages_per_s=pages_per_s, clients=clients)


def _scanning(table: str, *, cause: str, pages_per_s: float, clients: int) -> ItemFault:
    def shown(progress: Progress) -> str | None:
        if progress.answered < PAGES:
            return None
        return f"{progress.answered:,} pages of a scan were read"

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - culprits end by themselves
            plan = planned(stage, table, mode=Mode.SCAN, rate_per_s=pages_per_s, clients=clients)
            with crowded(stage, plan, shown=shown, tells={"cause": cause, "operation": "Scan"}) as injection:
                yield injection

        return fault

    return staged
