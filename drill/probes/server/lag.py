"""How far behind a reader is, by whatever can be known of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

REPORT_LASTS_NS = 1_000_000_000
"""A report of the writer speaks for a reader that is asked within a second of it."""

POSITION = """
    SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
            - '0/0'::pg_lsn)::bigint,
           (CASE WHEN NOT pg_is_in_recovery() THEN NULL
                 WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                 ELSE 1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END)::float8
"""
"""How far an instance has written or replayed, and the lag that a reader sees itself. Aurora's readers refuse it."""

REPLICAS = "SELECT server_id, replica_lag_in_msec FROM aurora_replica_status() WHERE session_id <> 'MASTER_SESSION_ID'"
"""What an Aurora writer knows of its readers."""


class Lags:
    """What is known of all instances, looked at in turns, on one clock.

    A reader's lag in ms is the larger of what the writer reports of it (aurora_replica_status) and of a lower bound
    that we can prove: since when the writer has been past the position that the reader has replayed. The report alone
    grows old unseen when a reader falls silent towards its writer. Where neither is known it is what the reader sees
    itself, which is blind for what it has not received. None where nothing is known.
    """

    def __init__(self) -> None:
        """Nothing is known."""
        self._writer: str | None = None
        self._moments_ns: list[int] = []
        self._positions: list[int] = []
        self._reports: Mapping[str, float | None] = {}
        self._reported_ns = 0

    def wrote(self, writer: str, position: int, *, known_ns: int) -> None:
        """The writer was at that position when we knew it; another writer's positions are forgotten."""
        if writer != self._writer:
            self._writer, self._moments_ns, self._positions = writer, [], []
        if not self._positions or position > self._positions[-1]:
            self._moments_ns.append(known_ns)
            self._positions.append(position)

    def reported(self, lags_ms: Mapping[str, float | None], *, known_ns: int) -> None:
        """What the writer says of its readers."""
        self._reports, self._reported_ns = lags_ms, known_ns

    def of(self, reader: str, *, asked_ns: int, replayed: int | None, own_ms: float | None) -> float | None:
        """The lag of a reader that was asked at `asked_ns` and has replayed so far, in ms."""
        fresh = abs(asked_ns - self._reported_ns) <= REPORT_LASTS_NS
        known = [self._reports.get(reader) if fresh else None, self._behind_ms(replayed, asked_ns)]
        return max((each for each in known if each is not None), default=own_ms)

    def _behind_ms(self, replayed: int | None, asked_ns: int) -> float | None:
        if replayed is None or not self._positions:
            return None
        first_missing = bisect_right(self._positions, replayed)
        if first_missing == len(self._positions):
            return 0.0
        return max(0, asked_ns - self._moments_ns[first_missing]) / 1e6
