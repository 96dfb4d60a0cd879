"""A forwarder process, from outside."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from lab import processes, programs
from lab.forwarder.route import Host


class Forwarder:
    """A forwarder process, told its routes; a new one is told them all again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.routes: dict[Host, dict[str, Any]] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and tell it the routes so far."""
        command = programs.python("lab.forwarder")
        self.process = processes.start(command, folder=self.folder, log="forwarder.log", stdin=subprocess.PIPE)
        for route in list(self.routes.values()):
            self._tell(route)

    def route(self, listen: Host, *to: Host, **how: Any) -> None:
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
