"""Faults that the Fault Injection Service carries out on the cluster: on its writer, or on a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from drill.errors import FaultError, NoEffect, Unsupported
from drill.faults.fault import Injection, await_effect
from drill.journal import healing
from drill.targets.target import Target

DURATION_S = 1800.0
"""After so long a fault ends by itself, should nobody be left to stop it."""

Look = Callable[[], str | None]


@contextmanager
def injected(
    target: Target,
    action: str,
    *,
    mark: str,
    effect: Callable[[Target, str], Look],
    instance: str | None = None,
    parameters: Mapping[str, str] | None = None,
    tells: Mapping[str, str] | None = None,
) -> Iterator[Injection]:
    """Start a FIS experiment of one action; stop it on leaving, or raise NotHealed.

    `effect` is asked before the fault, with the target and the instance that is hit (by default the writer), for the
    look that will show its effect.
    """
    hit = instance or target.topology().writer
    if hit is None:
        raise FaultError(f"{target.name} has no writer")
    look = effect(target, hit)
    what = f"{action} on {target.name}"
    try:
        experiment = target.start_fault(action, duration_s=DURATION_S, mark=mark, parameters=parameters)
    except Unsupported:
        raise
    except BaseException:
        # An answer that was lost does not undo the fault.
        with healing(what):
            target.stop_faults(mark)
        raise

    def seen() -> str | None:
        status, reason = target.fault_state(experiment)
        if status == "failed":
            raise NoEffect(f"{action} failed: {reason}")
        return look() if status in {"running", "completed"} else None

    try:
        yield Injection(instance=hit, confirm=lambda: await_effect(seen, what=action), tells=tells or {})
    finally:
        with healing(what):
            target.stop_fault(experiment)
