"""The writer's database process dies: SIGKILL on the lab, aurora_inject_crash on Aurora."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg

from drill.errors import FaultError
from drill.faults.fault import Injection, await_effect, gone_or_another, started_at
from drill.faults.injected import injected
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Target

ACTION = "lab:crash-writer"


def writer_crash(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """Kill the process; what follows, a failover or a restart in place, is the target's own affair."""
    if target.can(ACTION):
        return injected(
            target,
            ACTION,
            mark=mark,
            effect=lambda target, writer: gone_or_another(target, writer, started_at(target, writer)),
        )
    return _by_sql(target)


@contextmanager
def _by_sql(target: Target) -> Iterator[Injection]:
    writer = target.topology().writer
    if writer is None:
        raise FaultError(f"{target.name} has no writer")
    look = gone_or_another(target, writer, started_at(target, writer))
    # The crash takes the very connection that asked for it.
    try:
        with suppress(psycopg.OperationalError, DeadlinePassed):
            ask(target.address(writer), "SELECT aurora_inject_crash('instance')", deadline_s=5.0)
    except psycopg.ProgrammingError as error:
        raise FaultError(
            f"{target.name} does not let us call aurora_inject_crash ({error.diag.message_primary}); "
            "on Aurora: GRANT rds_superuser to the user of this run"
        ) from error
    yield Injection(instance=writer, confirm=lambda: await_effect(look, what="aurora_inject_crash('instance')"))
