"""One zone: a PostgreSQL instance under Patroni, and the link through which it reaches the other zones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from lab import patroni, processes, programs
from lab.layout import REGION_HOST, Layout, Zone


class Forwarder:
    """A forwarder process, told its routes; a new one is told them all again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.routes: dict[tuple[str, int], dict[str, Any]] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and tell it the routes so far."""
        command = programs.python("lab.forwarder")
        self.process = processes.start(command, folder=self.folder, log="forwarder.log", stdin=subprocess.PIPE)
        for route in list(self.routes.values()):
            self._tell(route)

    def route(self, listen: tuple[str, int], *to: tuple[str, int], **how: Any) -> None:
        """Lead an address elsewhere, from the next connection on; says nothing where nothing changes."""
        told = {"listen": listen, "to": to, **how}
        if self.routes.get(listen) != told:
            self.routes[listen] = told
            self._tell(told)

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and processes.is_running(self.process)

    def _tell(self, route: dict[str, Any]) -> None:
        # One that is gone is told everything when it is started again.
        if self.process and self.process.stdin:
            with suppress(OSError):
                self.process.stdin.write(json.dumps(route).encode() + b"\n")
                self.process.stdin.flush()


class ZoneHost:
    """What runs in one zone. `wanted` says whether it is to be kept running."""

    def __init__(self, layout: Layout, zone: Zone, *, hooks: dict[str, Any] | None = None) -> None:
        self.layout, self.zone, self.hooks = layout, zone, hooks
        self.folder = layout.zone_folder(zone)
        self.tier = 1
        self.wanted = self.barred = False
        self._starting = threading.Lock()
        self.patroni: subprocess.Popen[bytes] | None = None
        self.link = Forwarder(self.folder / "link")
        ports, host = layout.ports, zone.host
        self.link.route((host, ports.linked_postgres), (host, ports.postgres))
        self.link.route((host, ports.linked_patroni), (host, ports.patroni))
        self.link.route((host, ports.linked_etcd), (REGION_HOST, ports.etcd))

    def start(self) -> None:
        """Start what does not run, and keep it running from now on."""
        with self._starting:
            self.wanted = not self.barred
            self._start_missing()

    def _start_missing(self) -> None:
        # The control plane's loop and whoever undoes a fault may both be here: one at a time, or each starts one.
        if not self.wanted:
            return
        if not self.link.is_running():
            self.link.start()
        if self.patroni is None or not processes.is_running(self.patroni):
            self._configure()
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
        self._configure()
        if self.patroni and processes.is_running(self.patroni):
            os.kill(self.patroni.pid, signal.SIGHUP)

    def _configure(self) -> None:
        text = patroni.configuration(self.layout, self.zone, tier=self.tier, hooks=self.hooks)
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "patroni.yml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
