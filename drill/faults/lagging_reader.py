"""A reader answers, and shows what was true some time ago: it applies nothing of what it receives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg

from drill.errors import FaultError, TargetError
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.injected import injected
from drill.faults.readers import reader_of
from drill.faults.sql import query
from drill.history import WRITER_ENDPOINT
from drill.journal import healing
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Target

ACTION = "lab:lag-reader"
SEEN_MS = 1000.0
AURORA_S = 30
"""Aurora's own injection cannot be called back: it ends after so long."""
LAG = "SELECT replica_lag_in_msec FROM aurora_replica_status() WHERE server_id = %s"


def lagging_reader(*, aurora_s: int = AURORA_S) -> Fault:
    """Hold up the replication to a reader: by FIS where the target can, else by Aurora's own function."""

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
        if not target.can(ACTION):
            return _by_sql(target, aurora_s)
        reader = reader_of(target)
        return injected(target, ACTION, mark=mark, effect=_lags, instance=reader, tells=_tells(reader))

    return fault


@contextmanager
def _by_sql(target: Target, lasts_s: int) -> Iterator[Injection]:
    reader = reader_of(target)
    writer = target.address(WRITER_ENDPOINT)
    look = _lags(target, reader)
    began_s = time.monotonic()
    try:
        query(writer, "SELECT aurora_inject_replica_failure(100, %s, %s)", [lasts_s, reader])
    except FaultError as error:
        if isinstance(error.__cause__, psycopg.ProgrammingError):
            raise FaultError(
                f"{target.name} does not let us call aurora_inject_replica_failure; "
                "on Aurora: GRANT rds_superuser to the user of this run"
            ) from error
        raise
    try:
        yield Injection(
            instance=reader,
            confirm=lambda: await_effect(look, what=f"a lag of {reader}"),
            tells=_tells(reader),
        )
    finally:
        with healing(f"the lag of {reader}"):
            _await_end(look, began_s + lasts_s)


def _await_end(look: Callable[[], str | None], ends_s: float, *, grace_s: float = 30.0) -> None:
    """Until the injection's time is over and the lag is gone."""
    while time.monotonic() < ends_s or look() is not None:
        if time.monotonic() > ends_s + grace_s:
            raise FaultError(f"it still lags, {grace_s:g} s after the injection should have ended")
        time.sleep(0.25)


def _lags(target: Target, reader: str) -> Callable[[], str | None]:
    """A look whether the writer knows the reader to be a second behind."""

    def look() -> str | None:
        try:
            rows = ask(target.address(WRITER_ENDPOINT), LAG, [reader], deadline_s=2.0)
        except (psycopg.OperationalError, DeadlinePassed, TargetError):
            return None
        lag_ms = rows[0][0] if rows else None
        return f"{reader} is {lag_ms / 1000:.1f} s behind" if lag_ms is not None and lag_ms > SEEN_MS else None

    return look


def _tells(reader: str) -> dict[str, str]:
    return {"cause": "lagging reader", "reader": reader}
