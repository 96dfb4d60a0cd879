"""The failover that the control plane itself carries out (FailoverDBCluster)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from drill.errors import FaultError, TargetError
from drill.faults.fault import Fault, Injection, await_effect
from drill.targets.target import Target

EVENT_DEADLINE_S = 120.0
ASK_EVERY_S = 0.25


def managed_failover(*, to_named_reader: bool = False) -> Fault:
    """Fail over to the next reader, or to one named: the one that would be chosen last."""

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - heals itself
        return _failing_over(target, to_named_reader=to_named_reader)

    return fault


@contextmanager
def _failing_over(target: Target, *, to_named_reader: bool) -> Iterator[Injection]:
    topology = target.topology()
    if topology.writer is None or not topology.readers:
        raise FaultError(f"{target.name} has no writer and reader to fail over between")
    since = datetime.now(UTC)
    heir = topology.readers[-1] if to_named_reader else None
    target.fail_over(heir)

    def event(*words: str) -> str | None:
        try:
            told = target.failover_events(since)
        except TargetError:
            # A control plane that is throttled or away for a moment has not told us anything yet.
            return None
        return next((each for each in told if any(word in each.lower() for word in words)), None)

    def over() -> bool:
        """Events 0071; 0069 and 0070 say that it failed, and that the previous primary is promoted again."""
        if failed := event("failover failed", "failed to", "promoting the previous primary"):
            raise FaultError(f"the control plane says: {failed}")
        return event("completed") is not None

    yield Injection(
        instance=topology.writer,
        confirm=lambda: await_effect(
            lambda: event("started"),
            what='an event "Started ... failover"',
            deadline_s=EVENT_DEADLINE_S,
            every_s=ASK_EVERY_S,
        ),
        over=over,
        moves_writer=True,
        heir=heir,
    )
