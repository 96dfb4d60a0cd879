"""Culprits: a few clients whose statements are too slow, or whose transactions hold what others need.

They connect with the application's own settings, as a new release of it would; what the server ends, they begin
again until the fault is healed. Healing sends them away and leaves it to the server to notice: whether it does is
what a suite promises. What is left when all was seen is swept away (`Injection.afterwards`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from drill.faults.crowd import Gather, crowding, writer_of
from drill.faults.fault import EFFECT_DEADLINE_S, Fault, Injection, await_effect
from drill.faults.sessions import Look
from drill.faults.shop import require_ours, require_tables
from drill.faults.stage import Stage
from drill.faults.sweep import sweep
from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.target import Target

CULPRIT = "drill culprit"
"""The application name of culprits."""


def culprits(
    gather: Gather,
    stage: Stage,
    *,
    seen: Callable[[Address], Look],
    tells: Mapping[str, str],
    needs: tuple[str, ...] = (),
    effect_deadline_s: float = EFFECT_DEADLINE_S,
) -> Fault:
    """Let them in at the writer endpoint, confirmed by what is `seen` of them there.

    Where a culprit `needs` tables, and the schema lacks one or is a team's own, the fault is Unsupported.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - they end themselves
        return _let_in(target)

    @contextmanager
    def _let_in(target: Target) -> Iterator[Injection]:
        if needs:
            require_ours(stage)
        writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
        require_tables(address, stage.schema, *needs)
        look = seen(address)
        with crowding(gather, address, stage.limits.connections) as (crowd, recording):

            def show() -> str | None:
                crowd.progress()  # raises where the culprits themselves have failed
                return look()

            yield Injection(
                instance=writer,
                confirm=lambda: await_effect(show, what=f"{CULPRIT} at {writer}", deadline_s=effect_deadline_s),
                rows=recording.rows,
                afterwards=lambda: _swept(address),
                tells=tells,
            )

    return fault


def _swept(address: Address) -> None:
    sweep(address, CULPRIT)
