"""How the probes are doing, in a line every so often; the parent and the child share these words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from drill.history import Action, Outcome
from drill.probes.recorder import Recorder, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProgress:
    """One client's own work, connects left out: when it last ended OK, when it last ended, how often OK.

    Moments are of the monotonic clock, None until there was one. A pinned writer at a reader is alive when
    `last_ns` is recent, and never ends OK.
    """

    last_ok_ns: int | None = None
    last_ns: int | None = None
    ok: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far all clients are; `acknowledged` writes of all kinds, their rate over the last report's time."""

    at_ns: int = 0
    acknowledged: int = 0
    acknowledged_per_s: float = 0.0
    reads: int = 0
    clients: Mapping[str, ClientProgress] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)

    @classmethod
    def load(cls, said: Mapping[str, Any]) -> Progress:
        """Read what `dump` wrote."""
        clients = {name: ClientProgress(**each) for name, each in said["clients"].items()}
        return cls(**{**said, "clients": clients})


class Tally:
    """Sums up what came since last time, so that the recorder itself need not count."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin at the first row."""
        self._recorder = recorder
        self._seen = 0
        self._at_ns = time.monotonic_ns()
        self._acknowledged = self._reads = 0
        self._clients: dict[str, list[Any]] = {}

    def sum_up(self) -> Progress:
        """How it stands now."""
        recorder, now = self._recorder, time.monotonic_ns()
        sources = [_of_note(source) for source in recorder.sources]
        oks = [ending.outcome is Outcome.OK for ending in recorder.endings]
        for client, _ in filter(None, sources):
            self._clients.setdefault(client, [None, None, 0])
        before = self._acknowledged
        for row in range(self._seen, len(recorder)):
            noted = sources[recorder.source[row]]
            if noted is not None:
                self._count(*noted, ok=oks[recorder.ending[row]], completed_ns=recorder.completed[row])
        self._seen = len(recorder)
        rate = (self._acknowledged - before) / max((now - self._at_ns) / 1e9, 1e-3)
        self._at_ns = now
        clients = {
            name: ClientProgress(last_ok_ns=last_ok, last_ns=last, ok=ok)
            for name, (last_ok, last, ok) in self._clients.items()
        }
        return Progress(
            at_ns=now,
            acknowledged=self._acknowledged,
            acknowledged_per_s=round(rate, 1),
            reads=self._reads,
            clients=clients,
        )

    def _count(self, client: str, action: Action, *, ok: bool, completed_ns: int) -> None:
        stands = self._clients[client]
        stands[1] = completed_ns
        if ok:
            stands[0] = completed_ns
            stands[2] += 1
            self._acknowledged += action is Action.WRITE
            self._reads += action is Action.READ


def _of_note(source: Source) -> tuple[str, Action] | None:
    """Whose work and of which kind; None for what is no work of a client's own."""
    return None if source.action in (Action.CONNECT, Action.STALL) else (source.client, source.action)
