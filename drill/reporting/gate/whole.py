"""The whole gate, from a folder to a judgement, and the judgement written beside what it is about."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

from drill.reporting.files import write_atomically
from drill.reporting.gate.age import stale
from drill.reporting.gate.document import as_json
from drill.reporting.gate.earlier import Earlier, Search
from drill.reporting.gate.evidence import evidence
from drill.reporting.gate.judgement import Effect, Judgement, Met
from drill.reporting.gate.junit import as_junit
from drill.reporting.gate.objectives import looser
from drill.reporting.gate.policy import unjudged, unused
from drill.reporting.gate.requirements import require
from drill.reporting.gate.rows import Time, grouped
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from drill.config import GateSettings
    from drill.reporting.gate.judgement import Group
    from drill.reporting.gate.requirements import Requirement
    from drill.reporting.records import RunRecord
    from drill.reporting.store import Store


def judged(
    folder: Path,
    policy: GateSettings,
    *,
    now: datetime,
    key: str | None = None,
    kept: Store | None = None,
    objectives: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge the run in a folder by a policy; with a key its signature must be valid.

    A run that was judged by looser objectives than `objectives` is no evidence; with None they are not compared.

    Where the policy demands the worst of several, those before it are looked for beside it, and in the store `kept`.

    What is wrong with the evidence is found, never raised. A name in `require` that is no marker and no scenario is a
    ConfigError.
    """
    wanted = [require(name) for name in policy.require]
    folder = folder.resolve()
    found = evidence(folder, key=key, signed=policy.signed)
    run = found.run
    if run is None or found.problems:
        return Judgement(
            folder=folder,
            policy=policy,
            now=now,
            believed=False,
            run=run,
            problems=found.problems,
            notes=found.notes,
            objectives=objectives,
        )
    doubts = (*_doubts(run, policy, now), *looser(run.objectives, objectives or {}))
    before = Earlier()
    if policy.worst_of > 1 and not doubts:
        search = Search(folder=folder, run=run, key=key, signed=policy.signed, kept=kept, objectives=objectives or {})
        before = search.earlier(policy.worst_of)
    today = now.astimezone(UTC).date()
    times = (*_times(run, apart=policy.worst_of > 1), *before.times)
    skipped = [each for each in run.experiments if each.skipped is not None]
    groups = grouped(times, skipped, policy, today)
    rows = [row for group in groups for row in group.rows]
    return Judgement(
        folder=folder,
        policy=policy,
        now=now,
        believed=not doubts,
        run=run,
        age=now - run.finished,
        verified=True,
        signed=found.signed,
        problems=(*doubts, *_lacks(groups), *unjudged(policy, groups), *before.problems),
        notes=(*found.notes, *unused(policy, rows, today)),
        groups=groups,
        required=tuple(_met(each, run) for each in wanted),
        runs=(run.name or folder.name, *before.runs),
        objectives=objectives,
    )


def write(judgement: Judgement) -> None:
    """Leave gate.json for programs and gate.xml (JUnit) for pipelines beside the summary; OSError where that fails."""
    write_atomically(judgement.folder / "gate.json", json.dumps(as_json(judgement), indent=2) + "\n")
    write_atomically(judgement.folder / "gate.xml", as_junit(judgement))


def _doubts(run: RunRecord, policy: GateSettings, now: datetime) -> Iterator[str]:
    """Why a run that is whole is still no evidence about what is to be released."""
    if policy.target is not None and run.target != policy.target:
        yield f"the run is of target {run.target!r}, and {policy.target!r} is to be judged; name a run of that target"
    too_old = stale(run, now, policy.max_age)
    if too_old is not None:
        yield too_old


def _lacks(groups: tuple[Group, ...]) -> Iterator[str]:
    """Why there is nothing that could hold."""
    rows = [row for group in groups for row in group.rows]
    if not rows:
        yield "not one experiment was executed; run a suite that the target can do"
    elif not any(row.effect is Effect.BLOCKS or (row.effect is Effect.HOLDS and not row.demoted) for row in rows):
        yield "the policy waives every promise of this run or lets it warn, so that none can hold; block what matters"


def _times(run: RunRecord, *, apart: bool) -> Iterator[Time]:
    """What the run executed; a time has a name of its own where there are others to tell it from."""
    repeated = {(each.scenario, each.fault) for each in run.executed if each.repetition > 1}
    for each in run.executed:
        time = f"time {each.repetition}" if (each.scenario, each.fault) in repeated else ""
        yield Time(record=each, when=", ".join(word for word in (run.name if apart else "", time) if word))


def _met(requirement: Requirement, run: RunRecord) -> Met:
    """Count what came to a decision: an experiment that could not be conducted was not executed."""
    decided = [each for each in run.executed if any(said.ruling is not Ruling.UNDECIDED for said in each.promises)]
    executed = [each.scenario for each in decided if each.scenario in requirement.scenarios]
    return Met(
        requirement=requirement,
        executed=len(executed),
        missing=requirement.missing(executed),
        beside=requirement.beside(executed),
    )
