"""A recovery as it is seen while it goes on: rates, and the phases that seem to be reached.

Reports of the probes are 200 ms apart, and nobody knows yet what stays: drill.checks.phases finds the exact moments in
the history, each *from then on for good*. Nothing here is judged, or waited for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drill.experiment.behind import APPLICATIONS, behind
from drill.history import Action
from drill.probes.progress import Progress, Said

WINDOW_NS = SECOND_NS = 1_000_000_000
BACK_TO = 0.9
"""Throughput is steady at this share of what it was (design.md, section 4)."""
WRITERS = "writer"
TOLD_BY = {"promoted": Action.OBSERVE, "announced": Action.ANNOUNCE, "endpoint": Action.LOOKUP}
"""Which watcher shows a phase, by naming another writer than before."""


@dataclass(slots=True)
class Sight:
    """Takes in one report after another; `phases` are seconds after injection, `redundant` after healing."""

    phases: dict[str, float] = field(default_factory=dict)
    _reports: deque[Progress] = field(default_factory=deque)
    _writer: str | None = None
    _usual_per_s: float = 0.0
    _behind: frozenset[str] = frozenset()

    def look(self, progress: Progress, now_ns: int, injected_ns: int | None) -> Mapping[str, Any]:
        """Take in a report; the fields of a Glimpse that it fills."""
        if not self._reports or progress.at_ns > self._reports[-1].at_ns:
            self._reports.append(progress)
        while len(self._reports) > 2 and self._reports[1].at_ns <= progress.at_ns - WINDOW_NS:
            self._reports.popleft()
        rates = self._rates_per_s()
        late = frozenset(behind(progress, now_ns, APPLICATIONS))
        if injected_ns is None:
            self._usual_per_s = rates["writes"]
            self._writer = _writer(progress.said, Action.ANNOUNCE) or _writer(progress.said, Action.OBSERVE)
        else:
            self._note_clients(progress, late, injected_ns, rates["writes"])
            self._note_watchers(progress, injected_ns)
        self._behind = late
        clients = sum(name.startswith(APPLICATIONS) for name in progress.clients)
        failing = f"{len(late)} of {clients} clients without success" if late else ""
        return {"rates_per_s": rates, "failing": failing, "phases": dict(self.phases)}

    def redundant(self, since_ns: int | None, healed_ns: int) -> None:
        """Nothing has been missing since then; None: something is, again."""
        self._set("redundant", since_ns, healed_ns)

    def _rates_per_s(self) -> dict[str, float]:
        first, last = self._reports[0], self._reports[-1]
        seconds = max((last.at_ns - first.at_ns) / SECOND_NS, 1e-3)
        return {
            "writes": (last.acknowledged - first.acknowledged) / seconds,
            "reads": (last.reads - first.reads) / seconds,
        }

    def _note_clients(self, progress: Progress, late: frozenset[str], injected_ns: int, writes_per_s: float) -> None:
        last_ok_ns = {name: client.last_ok_ns or 0 for name, client in progress.clients.items()}
        if late and "detected" not in self.phases:
            # They were without success before they were known to be: since their last one.
            self._set("detected", min((last_ok_ns.get(name, 0) for name in late), default=0), injected_ns)
        again = [last_ok_ns[name] for name in self._behind - late if name.startswith(WRITERS)]
        if again and "first_write" not in self.phases:
            self._set("first_write", min(again), injected_ns)
        if late:
            self._set("recovered", None, injected_ns)
            self._set("steady", None, injected_ns)
        elif "detected" in self.phases and "recovered" not in self.phases:
            self._set("recovered", progress.at_ns, injected_ns)
        elif "recovered" in self.phases and "steady" not in self.phases and writes_per_s >= BACK_TO * self._usual_per_s:
            self._set("steady", progress.at_ns, injected_ns)

    def _note_watchers(self, progress: Progress, injected_ns: int) -> None:
        for phase, asked in TOLD_BY.items():
            moments = [
                each.since_ns
                for each in progress.said.values()
                if each.asked is asked and each.since_ns >= injected_ns and each.writer not in (None, self._writer)
            ]
            if moments and phase not in self.phases:
                self._set(phase, min(moments), injected_ns)

    def _set(self, phase: str, at_ns: int | None, since_ns: int) -> None:
        if at_ns is None:
            self.phases.pop(phase, None)
        else:
            self.phases[phase] = max(0.0, (at_ns - since_ns) / SECOND_NS)


def _writer(said: Mapping[str, Said], asked: Action) -> str | None:
    """The writer that watchers of this kind name."""
    return next((each.writer for each in said.values() if each.asked is asked and each.writer), None)
