"""The failover that the control plane itself carries out (FailoverDBCluster)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from drill.errors import FaultError
from drill.faults.fault import Fault, Injection, await_effect
from drill.targets.target import Target


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
    target.fail_over(topology.readers[-1] if to_named_reader else None)

    def event(word: str) -> str | None:
        return next((each for each in target.failover_events(since) if word in each), None)

    yield Injection(
        instance=topology.writer,
        confirm=lambda: await_effect(lambda: event("Started"), what='an event "Started ... failover"'),
        over=lambda: event("Completed") is not None,
    )
