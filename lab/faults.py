"""What can be broken, on real processes: each begins at once, and gives back how to undo it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import psycopg

from lab import processes, sql
from lab.control import Happening, Undo, WrongState
from lab.endpoints import Endpoints
from lab.layout import Layout
from lab.members import Members
from lab.zone import ZoneHost

APPLY_DELAY_DEADLINE_S = 15.0
LAGGING = "20d"
"""Nearly the longest delay that PostgreSQL knows, in its own words."""


class LabFaults:
    """`lab.control.Faults` on real processes; `partitioned` hears who was cut off, and gives back what heals it."""

    def __init__(
        self,
        layout: Layout,
        zones: Mapping[str, ZoneHost],
        members: Members,
        endpoints: Endpoints,
        *,
        tell: Callable[[Happening, str], None],
        partitioned: Callable[[str], Undo],
    ) -> None:
        self.layout, self.zones, self.members, self.endpoints = layout, zones, members, endpoints
        self._tell, self._partitioned = tell, partitioned

    def crash_writer(self) -> Undo:
        """SIGKILL the writer's postmaster; Patroni brings it back as a reader."""
        name, host = self._writer()
        host.crash()
        self._tell(Happening.SHUT_DOWN, name)
        return lambda: None

    def lose_zone(self) -> Undo:
        """SIGKILL everything in the writer's zone; undone by starting it again."""
        return self._lose(*self._writer())

    def freeze_zone(self) -> Undo:
        """SIGSTOP everything in the writer's zone; undone by SIGCONT."""
        _, host = self._writer()
        host.freeze()
        return host.thaw

    def partition_zone(self) -> Undo:
        """SIGSTOP the writer's zone's link; undone by SIGCONT."""
        name, host = self._writer()
        host.cut_off()
        heal = self._partitioned(name)

        def undo() -> None:
            host.reconnect()
            heal()

        return undo

    def lose_reader(self) -> Undo:
        """SIGKILL everything in a reader's zone; undone by starting it again."""
        return self._lose(*self._reader())

    def lag_reader(self) -> Undo:
        """Have a reader wait for weeks before it applies a commit.

        Not by pg_wal_replay_pause(), which Patroni takes back within a second.
        """
        name, host = self._reader()
        if host.apply_delay != "0":
            raise WrongState(f"{name} lags already")
        host.set_apply_delay(LAGGING)
        try:
            self._await_apply_delay(host, LAGGING)
        except TimeoutError:
            host.set_apply_delay("0")
            raise

        def undo() -> None:
            host.set_apply_delay("0")
            # Who is gone, or has become the writer, lags no more.
            if self.members.answer(name) is not None:
                self._await_apply_delay(host, None)

        return undo

    def delay_endpoints(self, delay_s: float) -> Undo:
        """Have both endpoints carry late what clients receive."""
        return self.endpoints.pace("delay_s", delay_s)

    def throttle_endpoints(self, bytes_per_s: float) -> Undo:
        """Have both endpoints carry slowly what clients receive."""
        return self.endpoints.pace("bytes_per_s", bytes_per_s)

    def cut_endpoints(self) -> Undo:
        """Have both endpoints carry nothing, either way."""
        return self.endpoints.pace("cut", value=True)

    def _lose(self, name: str, host: ZoneHost) -> Undo:
        host.kill()
        self._tell(Happening.SHUT_DOWN, name)
        return host.start

    def _writer(self) -> tuple[str, ZoneHost]:
        name = self.members.writer
        if name is None or self.members.succession.under_way:
            raise WrongState(f"the cluster {self.layout.name} has no writer now")
        return name, self.zones[name]

    def _reader(self) -> tuple[str, ZoneHost]:
        """The reader of the lowest tier, the first by name of several."""
        readers = sorted((self.zones[name].tier, name) for name in self.members.readers)
        if not readers:
            raise WrongState(f"the cluster {self.layout.name} has no reader now")
        _, name = readers[0]
        return name, self.zones[name]

    def _await_apply_delay(self, host: ZoneHost, wanted: str | None) -> None:
        """Wait until an instance goes by its apply delay; None is any but the one that never ends."""

        def in_force() -> bool:
            with suppress(psycopg.OperationalError):
                found = sql.apply_delay(self.layout, host.zone)
                return found == wanted if wanted else found != LAGGING
            return False

        what = f"{host.zone.instance} to apply what it receives {'later' if wanted else 'again'}"
        processes.wait_until(in_force, deadline_s=APPLY_DELAY_DEADLINE_S, what=what, pause_s=0.1)
