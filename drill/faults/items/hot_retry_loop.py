"""A hot retry loop: a client repeats a conditional write that fails, at once, for ever, and pays for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drill.faults.fault import Bound, Injection
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import Mode, Progress
from drill.faults.items.stage import ItemFault, ItemStage

FAILED = "ConditionalCheckFailedException"
REPEATS = 20
"""So many failures in a row are no accident."""


def hot_retry_loop(*, table: str = "shop", rate_per_s: float | None = 200.0, item_bytes: int = 3000) -> ItemFault:
    """Repeat a put whose condition fails; confirmed by its failures.

    A failed condition costs the units of the item that is there (Developer Guide, Condition expressions).
    """

    def shown(progress: Progress) -> str | None:
        failures = progress.codes.get(FAILED, 0)
        return f"a write has failed {failures:,} times, and is repeated" if failures >= REPEATS else None

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - culprits end by themselves
            stage.require_ours("an item is written for it")
            plan = planned(stage, table, mode=Mode.REPEAT, clients=1, rate_per_s=rate_per_s, item_bytes=item_bytes)
            tells = {"cause": "hot retry loop", "operation": "PutItem", "partition": plan.partition}
            with crowded(stage, plan, shown=shown, tells=tells) as injection:
                yield injection

        return fault

    return staged
