"""The cluster's endpoints: where the writer's and the readers' address lead now, and how well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from lab.control import Undo, WrongState
from lab.forwarder.process import Forwarder
from lab.layout import READER_HOST, WRITER_HOST, Layout

BOTH = (WRITER_HOST, READER_HOST)


class Endpoints:
    """A forwarder process and what it is told; `tampering` alters what the writer's address carries (a sabotage)."""

    def __init__(self, layout: Layout, *, tls: dict[str, Any], now_s: Callable[[], float] = time.monotonic) -> None:
        self.layout = layout
        self.writer: str | None = None
        self.tampering: dict[str, Any] = {}
        self._tls = tls
        self._forwarder = Forwarder(layout.folder / "region" / "endpoints")
        self._due: list[tuple[float, str]] = []
        self._readers: list[str] = []
        self._paces: dict[str, dict[str, Any]] = {host: {} for host in BOTH}
        self._telling = threading.RLock()
        self._now_s = now_s

    def start(self) -> None:
        """Start the process, or start it again if it is gone."""
        if not self._forwarder.is_running():
            self._forwarder.start()

    def lead_to(self, writer: str, *, lag_s: float) -> None:
        """Lead the writer's address to an instance, but not before the lag has passed, as stale DNS does."""
        self._due.append((self._now_s() + lag_s, writer))

    def follow(self, readers: Sequence[str]) -> None:
        """Tell the process what is due by now."""
        with self._telling:
            self._readers = list(readers)
            while self._due and self._due[0][0] <= self._now_s():
                self.writer = self._due.pop(0)[1]
            self._tell()

    def pace(self, name: str, value: object, *, hosts: Sequence[str] = BOTH) -> Undo:
        """Have what is open and what will be carried late, slowly or not at all (lab/forwarder/pace.py), until undone.

        WrongState where that is so already: one undo would end what the other began.
        """
        with self._telling:
            if any(name in self._paces[host] for host in hosts):
                raise WrongState(f"{name} is set for an endpoint already")
            for host in hosts:
                self._paces[host][name] = value
            self._tell()

        def undo() -> None:
            with self._telling:
                for host in hosts:
                    self._paces[host].pop(name, None)
                self._tell()

        return undo

    def _tell(self) -> None:
        port = self.layout.ports.postgres
        if self.writer:
            how = {"tls": self._tls, **self.tampering, **self._paces[WRITER_HOST]}
            self._forwarder.route((WRITER_HOST, port), self._address(self.writer), **how)
        how = {"tls": self._tls, **self._paces[READER_HOST]}
        self._forwarder.route((READER_HOST, port), *(self._address(name) for name in self._readers), **how)

    def _address(self, instance: str) -> tuple[str, int]:
        return self.layout.zone(instance).host, self.layout.ports.instance
