"""A reader is lost: everything in its zone is killed, or, where that cannot be asked for, it is restarted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from drill.faults.fault import Injection, await_effect, gone_or_another, started_at
from drill.faults.injected import injected
from drill.faults.readers import reader_of
from drill.targets.target import Target

ACTION = "lab:lose-reader"
REBOOT_DEADLINE_S = 120.0


def reader_loss(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """By FIS, until healed, where the target can; else by RebootDBInstance, which heals itself."""
    reader = reader_of(target)
    if target.can(ACTION):
        return injected(
            target,
            ACTION,
            mark=mark,
            effect=lambda target, reader: gone_or_another(target, reader, started_at(target, reader)),
            instance=reader,
            tells={"reader": reader},
        )
    return _rebooting(target, reader)


@contextmanager
def _rebooting(target: Target, reader: str) -> Iterator[Injection]:
    look = gone_or_another(target, reader, started_at(target, reader))
    target.reboot(reader)
    yield Injection(
        instance=reader,
        confirm=lambda: await_effect(look, what=f"a restart of {reader}", deadline_s=REBOOT_DEADLINE_S),
        tells={"reader": reader},
    )
