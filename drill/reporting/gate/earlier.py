"""The runs before a run, for a gate that demands the worst of the last N: those beside it, and those in a store."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from drill.errors import ConfigError, StoreError
from drill.reporting.gate.evidence import Evidence, evidence
from drill.reporting.gate.objectives import looser
from drill.reporting.gate.rows import Time
from drill.reporting.run_directory import slug
from drill.reporting.seal import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from drill.reporting.records import ExperimentRecord, RunRecord
    from drill.reporting.store import Store

_NAMED = re.compile(r"[0-9]{8}T[0-9]{6}Z-(?P<whole>(?P<target>.+?)(-[0-9]+)?)")
"""A folder as run_directory.create names it; a target's own name may end with a number as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was executed in the runs that count, the newest first; their names; and why there are too few of them."""

    times: tuple[Time, ...] = ()
    runs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Search:
    """How earlier runs are looked for: beside the run in `folder`, and in the store `kept`; each must be evidence.

    None may be judged by looser objectives than `objectives`.
    """

    folder: Path
    run: RunRecord
    key: str | None
    signed: bool
    kept: Store | None = None
    objectives: Mapping[str, str] = field(default_factory=dict)
    _stored: frozenset[str] = field(default=frozenset(), init=False)

    def earlier(self, count: int) -> Earlier:
        """Find, for each experiment that the run executed, the last `count` - 1 runs before it that executed it too.

        They are of the same target and subject, and their names sort as they began. One that cannot be believed is a
        problem and not a gap, unless its name is of another target: it might be the worst. A copy of a run is a problem
        as well, since a run counts once. Runs of other experiments or targets do not count.
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
                if not self._may_count(name, found):
                    continue
                doubt = next(self._doubts(name, found), None)
                if found.run is None or doubt is not None:
                    problems.append(f"{name}: {doubt}")
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
            # Whether a summary is signed is not asked before it is fetched: what it says alone passes over nothing.
            if not self._may_be_ours(name) and not self._is_ours(stored := self.kept.summary(name)):
                return Evidence(folder=beside, run=stored)
            return evidence(self.kept.fetch(name, fetched), key=self.key, signed=self.signed)
        except (ConfigError, StoreError) as error:
            return Evidence(folder=beside, problems=(str(error),))

    def _may_count(self, name: str, found: Evidence) -> bool:
        """Whether it is ours as it says itself, where it can be believed; where it cannot, as its name leaves open."""
        if found.run is None or found.problems:
            return self._may_be_ours(name)
        return self._is_ours(found.run)

    def _may_be_ours(self, name: str) -> bool:
        """Whether a folder is not named after another target, as run_directory.create does."""
        named = _NAMED.fullmatch(name)
        return named is None or slug(self.run.target) in named.group("target", "whole")

    def _is_ours(self, other: RunRecord) -> bool:
        return (other.target, other.kind, other.subject) == (self.run.target, self.run.kind, self.run.subject)

    def _doubts(self, name: str, found: Evidence) -> Iterator[str]:
        """Why one that may be ours does not count."""
        yield from found.problems
        if found.run is None:
            return
        if found.run.name != name:
            yield f"is the run {found.run.name!r} under another name, and a run counts once; remove it, or name it so"
        yield from looser(found.run.objectives, self.objectives)


def _key(record: ExperimentRecord) -> tuple[str, str]:
    return record.scenario, record.fault
