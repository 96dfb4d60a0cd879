"""The runs before a run, for a gate that demands the worst of the last N: those beside it, and those in a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from drill.errors import ConfigError, StoreError
from drill.reporting.gate.evidence import Evidence, evidence
from drill.reporting.gate.rows import Time
from drill.reporting.seal import SUMMARY

if TYPE_CHECKING:
    from drill.reporting.records import ExperimentRecord, RunRecord
    from drill.reporting.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was executed in the runs that count, the newest first; their names; and why there are too few of them."""

    times: tuple[Time, ...] = ()
    runs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Search:
    """How earlier runs are looked for: beside the run in `folder`, and in the store `kept`; each must be evidence."""

    folder: Path
    run: RunRecord
    key: str | None
    signed: bool
    kept: Store | None = None
    _stored: frozenset[str] = field(default=frozenset(), init=False)

    def earlier(self, count: int) -> Earlier:
        """Find, for each experiment that the run executed, the last `count` - 1 runs before it that executed it too.

        They are of the same target, and their names sort as they began. One that cannot be believed is a problem and
        not a gap: it might be the worst. Runs of other experiments or targets do not count.
        """
        wanted = Counter({_key(each): count - 1 for each in self.run.executed})
        times: list[Time] = []
        runs: list[str] = []
        problems: list[str] = []
        with TemporaryDirectory(prefix="drill-gate-") as fetched:
            for name in self._before(problems):
                if not +wanted:
                    break
                found = self._evidence(name, Path(fetched))
                if found.run is not None and not self._is_of_our_target(found.run):
                    continue
                if found.run is None or found.problems:
                    problems.append(f"{name}: {found.problems[0]}")
                    continue
                counted = [each for each in found.run.executed if wanted[_key(each)] > 0]
                times += [Time(record=each, when=name) for each in counted]
                runs += [name] if counted else []
                wanted.subtract({_key(each) for each in counted})
        for (scenario, fault), lacking in sorted((+wanted).items()):
            there = f"{count - lacking} of the last {count} runs that are demanded are there"
            problems.append(f"{scenario}/{fault}: {there}")
        return Earlier(times=tuple(times), runs=tuple(runs), problems=tuple(problems))

    def _before(self, problems: list[str]) -> list[str]:
        """The names that sort before the run's own, the newest first; what has no summary is no run."""
        names = {each.name for each in self.folder.parent.iterdir() if (each / SUMMARY).is_file()}
        if self.kept is not None:
            try:
                self._stored = frozenset(self.kept.names())
            except StoreError as error:
                problems.append(str(error))
        own = self.run.name or self.folder.name
        return sorted((name for name in names | self._stored if name < own), reverse=True)

    def _evidence(self, name: str, fetched: Path) -> Evidence:
        """What one of them left; it is fetched from the store only where it is nowhere else, and of our target."""
        beside = self.folder.parent / name
        if self.kept is None or (beside / SUMMARY).is_file():
            return evidence(beside, key=self.key, signed=self.signed)
        try:
            stored = self.kept.summary(name)
            if not self._is_of_our_target(stored):
                return Evidence(folder=beside, run=stored)
            return evidence(self.kept.fetch(name, fetched), key=self.key, signed=self.signed)
        except (ConfigError, StoreError) as error:
            return Evidence(folder=beside, problems=(str(error),))

    def _is_of_our_target(self, other: RunRecord) -> bool:
        return (other.target, other.kind) == (self.run.target, self.run.kind)


def _key(record: ExperimentRecord) -> tuple[str, str]:
    return record.scenario, record.fault
