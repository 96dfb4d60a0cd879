"""The cluster's endpoints: where the writer's and the readers' address lead now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from lab.layout import READER_HOST, WRITER_HOST, Layout
from lab.zone import Forwarder


class Endpoints:
    """A forwarder process and what it is told; `tampering` alters what the writer's address carries (a sabotage)."""

    def __init__(self, layout: Layout, now_s: Callable[[], float] = time.monotonic) -> None:
        self.layout = layout
        self.writer: str | None = None
        self.tampering: dict[str, Any] = {}
        self._forwarder = Forwarder(layout.folder / "region" / "endpoints")
        self._due: list[tuple[float, str]] = []
        self._now_s = now_s

    def start(self) -> None:
        """Start the process, or start it again if it is gone."""
        if not self._forwarder.is_running():
            self._forwarder.start()

    def lead_to(self, writer: str, *, lag_s: float) -> None:
        """Lead the writer's address to an instance, but not before the lag has passed, as stale DNS does."""
        self._due.append((self._now_s() + lag_s, writer))

    def follow(self, readers: Iterable[str]) -> None:
        """Tell the process what is due by now."""
        while self._due and self._due[0][0] <= self._now_s():
            self.writer = self._due.pop(0)[1]
        port = self.layout.ports.postgres
        if self.writer:
            self._forwarder.route((WRITER_HOST, port), self._address(self.writer), **self.tampering)
        self._forwarder.route((READER_HOST, port), *(self._address(name) for name in readers))

    def _address(self, instance: str) -> tuple[str, int]:
        return self.layout.zone(instance).host, self.layout.ports.postgres
