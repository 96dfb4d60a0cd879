"""One zone: a PostgreSQL instance under Patroni, the front at which clients reach it, and the link to other zones.

The front speaks TLS, which the wheel's PostgreSQL does not. It is of the zone, and so lost and frozen with it, but is
not cut off with the link.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import Any

import psutil

from lab import patroni, private, processes, programs
from lab.forwarder.process import Forwarder
from lab.layout import REGION_HOST, Layout, Zone


class ZoneHost:
    """What runs in one zone. `wanted` says whether it is to be kept running; `tls` is what its front shows clients."""

    def __init__(
        self, layout: Layout, zone: Zone, *, tls: dict[str, Any] | None = None, hooks: dict[str, Any] | None = None
    ) -> None:
        self.layout, self.zone, self.hooks = layout, zone, hooks
        self.folder = layout.zone_folder(zone)
        self.tier = 1
        self.apply_delay = "0"
        self.wanted = self.barred = False
        self._starting = threading.Lock()
        self.patroni: subprocess.Popen[bytes] | None = None
        self.link = Forwarder(self.folder / "link")
        ports, host = layout.ports, zone.host
        self.link.route((host, ports.linked_postgres), (host, ports.instance))
        self.link.route((host, ports.linked_patroni), (host, ports.patroni))
        self.link.route((host, ports.linked_etcd), (REGION_HOST, ports.etcd))
        self.front = Forwarder(self.folder / "front")
        self.front.route((host, ports.postgres), (host, ports.instance), tls=tls)

    def start(self) -> None:
        """Start what does not run, and keep it running from now on."""
        with self._starting:
            self.wanted = not self.barred
            self._start_missing()

    def _start_missing(self) -> None:
        # The control plane's loop and whoever undoes a fault may both be here: one at a time, or each starts one.
        if not self.wanted:
            return
        for forwarder in (self.link, self.front):
            if not forwarder.is_running():
                forwarder.start()
        if self.patroni is None or not processes.is_running(self.patroni):
            self._configure()
            # PostgreSQL makes no more than the last folder of the path to its log.
            self.layout.log_folder(self.zone).mkdir(mode=0o700, parents=True, exist_ok=True)
            command = programs.python("patroni", str(self.folder / "patroni.yml"))
            self.patroni = processes.start(command, folder=self.folder, log="zone.log")

    def keep_running(self) -> None:
        """Start again what has ended although it is wanted."""
        with self._starting:
            self._start_missing()

    def kill(self) -> None:
        """SIGKILL everything in the zone; it stays away until started again."""
        with self._starting:
            self.wanted = False
        processes.kill(self.folder)

    def bar(self) -> None:
        """Kill the zone, and never let it start again (a sabotage's tool)."""
        self.barred = True
        self.kill()

    def freeze(self) -> None:
        """SIGSTOP everything in the zone; a stopped process is still a running one, so nothing starts it again."""
        processes.freeze(self.folder)

    def thaw(self) -> None:
        """SIGCONT everything in the zone."""
        processes.thaw(self.folder)

    def cut_off(self) -> None:
        """SIGSTOP the link: other zones and etcd fall silent, clients still reach the instance."""
        processes.freeze(self.link.folder)

    def reconnect(self) -> None:
        """SIGCONT the link."""
        processes.thaw(self.link.folder)

    def crash(self) -> None:
        """SIGKILL the postmaster alone."""
        postmaster = self.postmaster()
        if postmaster is None:
            raise ProcessLookupError(f"no postmaster in zone {self.zone.letter}")
        postmaster.kill()

    def postmaster(self) -> psutil.Process | None:
        """The postmaster, or None while there is none; never a stranger that got a dead one's number."""
        try:
            number = int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None
        return next((each for each in processes.below(self.folder / "data") if each.pid == number), None)

    def set_tier(self, tier: int) -> None:
        """Give the instance its promotion tier; Patroni reads its file again."""
        self.tier = tier
        self._reconfigure()

    def set_apply_delay(self, delay: str) -> None:
        """Have the instance, as a reader, apply what it receives so much later; "0" as the cluster does."""
        self.apply_delay = delay
        self._reconfigure()

    def _reconfigure(self) -> None:
        self._configure()
        if self.patroni and processes.is_running(self.patroni):
            os.kill(self.patroni.pid, signal.SIGHUP)

    def _configure(self) -> None:
        text = patroni.configuration(
            self.layout, self.zone, tier=self.tier, apply_delay=self.apply_delay, hooks=self.hooks
        )
        private.write(self.folder / "patroni.yml", text)
