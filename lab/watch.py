"""Ask one instance, again and again, what it is; a frozen one leaves the last answer to grow old."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from lab import sql
from lab.layout import Layout, Zone

INTERVAL_S = 0.1
FRESH_S = 1.0
"""An answer older than this is none: the instance is absent."""

QUESTION = """
    SELECT pg_is_in_recovery(),
           (SELECT status = 'streaming' FROM pg_stat_wal_receiver),
           pg_is_in_recovery() AND pg_last_wal_replay_lsn() IS NOT NULL
               AND pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()),
                                   pg_last_wal_replay_lsn()) < 1048576,
           pg_postmaster_start_time(),
           -- A receiver that starts anew begins at its segment's start: what was replayed has been received too.
           CASE WHEN pg_is_in_recovery() THEN
               pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')::bigint END,
           (SELECT coalesce(json_object_agg(application_name, sync_state), '{}')
              FROM pg_stat_replication WHERE state = 'streaming')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an instance said of itself at `at_s` of the monotonic clock.

    `streaming`: it receives from a writer; `replayed`: it has applied nearly all it received; `received`: how far
    into the log that is; `standbys`: who receives from it, and whether as part of the synchronous quorum.
    """

    at_s: float
    in_recovery: bool
    streaming: bool = False
    replayed: bool = False
    started: object = None
    received: int = 0
    standbys: Mapping[str, str] = field(default_factory=dict)

    @property
    def quorum(self) -> list[str]:
        """Who has every acknowledged write, one of them at least."""
        return [name for name, state in self.standbys.items() if state in {"quorum", "sync"}]


class InstanceWatch:
    """A thread that keeps the latest answer of one instance."""

    def __init__(self, layout: Layout, zone: Zone) -> None:
        self.layout, self.zone = layout, zone
        self._latest: Answer | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {zone.instance}", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; does not wait for an answer that may never come."""
        self._ended.set()

    def answer(self) -> Answer | None:
        """The latest answer, or None where there is no fresh one."""
        latest = self._latest
        if latest is None or time.monotonic() - latest.at_s > FRESH_S:
            return None
        return latest

    def _run(self) -> None:
        while not self._ended.is_set():
            with suppress(psycopg.Error, OSError):
                self._ask()
            self._latest = None
            self._ended.wait(INTERVAL_S)

    def _ask(self) -> None:
        with sql.administer(
            self.layout, self.zone, application_name="lab control plane", autocommit=True
        ) as connection:
            while not self._ended.wait(INTERVAL_S):
                asked_s = time.monotonic()
                row = connection.execute(QUESTION, prepare=True).fetchone()
                if row:
                    in_recovery, streaming, replayed, started, received, standbys = row
                    self._latest = Answer(
                        at_s=asked_s,
                        in_recovery=in_recovery,
                        streaming=bool(streaming),
                        replayed=replayed,
                        started=started,
                        received=received or 0,
                        standbys=standbys,
                    )
