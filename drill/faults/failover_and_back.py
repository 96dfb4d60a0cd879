"""Two managed failovers, one right after the other: to the next reader, and back to the first writer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from drill.errors import FaultError, TargetError
from drill.faults.fault import Injection, await_effect, look_on
from drill.faults.managed_failover import ASK_EVERY_S, EVENT_DEADLINE_S
from drill.targets.target import Target

FAILED = ("failover failed", "failed to", "promoting the previous primary")


@contextmanager
def failover_and_back(target: Target, *, mark: str) -> Iterator[Injection]:  # noqa: ARG001 - heals itself
    """Ask for the second as soon as the first is complete; both are asked for and begun once it is confirmed.

    The writer is the same before and after, so that it moves nobody for good: `heir` is the first writer.
    """
    topology = target.topology()
    first = topology.writer
    if first is None or not topology.readers:
        raise FaultError(f"{target.name} has no writer and reader to fail over between")
    since = datetime.now(UTC)
    earlier = len(target.failover_events(since))

    def count(*words: str) -> int:
        """How many events with one of the words there were since we began."""
        try:
            told = target.failover_events(since)[earlier:]
        except TargetError:
            # A control plane that is throttled or away for a moment has not told us anything yet.
            return 0
        if failed := next((each for each in told if any(word in each.lower() for word in FAILED)), None):
            raise FaultError(f"the control plane says: {failed}")
        return sum(any(word in each.lower() for word in words) for each in told)

    def seen(word: str, times: int, what: str) -> str:
        return await_effect(
            lambda: what if count(word) >= times else None,
            what=what,
            deadline_s=EVENT_DEADLINE_S,
            every_s=ASK_EVERY_S,
        )

    def there_and_back() -> str:
        seen("completed", 1, "the first failover's completion")
        _until_accepted(lambda: target.fail_over(first))
        seen("started", 2, "the second failover's start")
        return f"a failover was completed, and one back to {first} was begun"

    target.fail_over(None)
    yield Injection(
        instance=first,
        confirm=there_and_back,
        over=lambda: count("completed") >= 2,
        heir=first,
    )


def _until_accepted(ask: Callable[[], None]) -> None:
    """A cluster that has just failed over refuses another one for a moment (InvalidDBClusterStateFault)."""
    ends_s = time.monotonic() + EVENT_DEADLINE_S
    while True:
        look_on()  # first: what is not yet asked for need not be broken any more
        try:
            return ask()
        except FaultError as error:
            if "State" not in str(error) or time.monotonic() > ends_s:
                raise
        time.sleep(ASK_EVERY_S)
