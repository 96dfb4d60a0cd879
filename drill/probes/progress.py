"""How the probes are doing, in a line every so often; the parent and the child share these words."""

from __future__ import annotations

import time
from collections import Counter
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
class Said:
    """Which instance writes, by what one watcher says since `since_ns`; None: that the one it asks does not.

    `asked` says whom it asks: OBSERVE an instance, LOOKUP the cluster endpoint, ANNOUNCE the control plane. A watcher
    that gets no answer goes on saying what it said.
    """

    asked: Action
    writer: str | None
    since_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far all clients are; `acknowledged` writes of all kinds, their rate over the last report's time.

    `said` is what the watchers say, by their names; only those that were answered once stand there.
    """

    at_ns: int = 0
    acknowledged: int = 0
    acknowledged_per_s: float = 0.0
    reads: int = 0
    clients: Mapping[str, ClientProgress] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)

    @classmethod
    def load(cls, told: Mapping[str, Any]) -> Progress:
        """Read what `dump` wrote; of nothing told yet, nothing done yet."""
        clients = {name: ClientProgress(**each) for name, each in told.get("clients", {}).items()}
        said = {
            name: Said(asked=Action(each["asked"]), writer=each["writer"], since_ns=each["since_ns"])
            for name, each in told.get("said", {}).items()
        }
        return cls(**{**told, "clients": clients, "said": said})


WATCHED = frozenset({Action.OBSERVE, Action.LOOKUP, Action.ANNOUNCE})
NO_WORK = frozenset({Action.CONNECT, Action.STALL})


class Stand:
    """How one client stands, while it is counted."""

    __slots__ = ("last_ns", "last_ok_ns", "ok")

    def __init__(self) -> None:
        """Begin with nothing done."""
        self.last_ok_ns: int | None = None
        self.last_ns: int | None = None
        self.ok = 0

    def progress(self) -> ClientProgress:
        """As a value."""
        return ClientProgress(last_ok_ns=self.last_ok_ns, last_ns=self.last_ns, ok=self.ok)


class Tally:
    """Sums up what came since last time, so that the recorder itself need not count."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin at the first row."""
        self._recorder = recorder
        self._seen = 0
        self._at_ns = time.monotonic_ns()
        self._acknowledged: Counter[Action] = Counter()
        self._clients: dict[str, Stand] = {}
        self._said: dict[str, Said] = {}

    def sum_up(self) -> Progress:
        """How it stands now."""
        now, before = time.monotonic_ns(), self._acknowledged[Action.WRITE]
        self._count()
        acknowledged = self._acknowledged[Action.WRITE]
        rate = (acknowledged - before) / max((now - self._at_ns) / 1e9, 1e-3)
        self._at_ns = now
        return Progress(
            at_ns=now,
            acknowledged=acknowledged,
            acknowledged_per_s=round(rate, 1),
            reads=self._acknowledged[Action.READ],
            clients={name: stand.progress() for name, stand in self._clients.items()},
            said=dict(self._said),
        )

    def _count(self) -> None:
        """Go through the new rows, some hundreds, in the loop of the clients themselves: every look-up counts."""
        recorder, first = self._recorder, self._seen
        stands = [self._stand(source) for source in recorder.sources]
        oks = [ending.outcome is Outcome.OK for ending in recorder.endings]
        succeeded = [0] * len(stands)
        watched = [source.action in WATCHED for source in recorder.sources]
        heard = []
        new = zip(recorder.source[first:], recorder.ending[first:], recorder.completed[first:], strict=True)
        for row, (source, ending, completed_ns) in enumerate(new, first):
            stand = stands[source]
            if stand is None:
                continue
            stand.last_ns = completed_ns
            if oks[ending]:
                stand.last_ok_ns = completed_ns
                succeeded[source] += 1
                if watched[source]:
                    heard.append(row)
        self._seen = len(recorder)
        for worked, stand, times in zip(recorder.sources, stands, succeeded, strict=True):
            if stand is not None:
                stand.ok += times
                self._acknowledged[worked.action] += times
        self._hear(heard)

    def _hear(self, rows: list[int]) -> None:
        """Take in what watchers were answered."""
        recorder = self._recorder
        sources, answerers = list(recorder.sources), list(recorder.answerers)
        for row in rows:
            source, server = sources[recorder.source[row]], answerers[recorder.answerer[row]].server
            # The control plane names the writer; whom else we ask says of himself whether he is it.
            writer = server if source.action is Action.ANNOUNCE or recorder.value[row] == 1 else None
            known = self._said.get(source.client)
            if known is None or known.writer != writer:
                said = Said(asked=source.action, writer=writer, since_ns=recorder.completed[row])
                self._said[source.client] = said

    def _stand(self, source: Source) -> Stand | None:
        """Whose work it is; None for what is no work of a client's own."""
        return None if source.action in NO_WORK else self._clients.setdefault(source.client, Stand())
