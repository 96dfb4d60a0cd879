"""What the policy of drill.toml makes of a promise: it blocks, it warns, or it is waived until a date."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from drill.reporting.gate.judgement import Effect, Group, Row
from drill.reporting.records import UNFINISHED
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from drill.config import GateSettings, Waiver


def demotes(policy: GateSettings, key: str) -> bool:
    """Whether a promise may only warn: it matches a glob of `warn`, and none of `block`."""
    return _matches(key, policy.warn) and not _matches(key, policy.block)


def weighed(row: Row, rulings: Iterable[Ruling], policy: GateSettings, today: date) -> Row:
    """The row with what it does to the release; `rulings` are those of each time that it was executed.

    A waiver lets broken promises pass and nothing else: what is undecided was not looked at, so that nobody can know
    what they let pass. One that expired says so.
    """
    demoted = demotes(policy, row.key)
    if row.ruling is Ruling.HELD:
        return replace(row, effect=Effect.HOLDS, demoted=demoted)
    granted = [each for each in policy.waivers if fnmatchcase(row.key, each.promise)]
    standing = next((each for each in granted if each.expires >= today), None)
    may_be_waived = Ruling.BROKEN in (found := set(rulings)) and Ruling.UNDECIDED not in found
    if standing is not None and may_be_waived:
        return replace(row, effect=Effect.WAIVED, demoted=demoted, waiver=_standing(standing))
    waiver = None
    if standing is not None:
        waiver = f"the waiver of {standing.owner} is for what is broken, and this is undecided"
    elif granted:
        waiver = _expired(max(granted, key=lambda each: each.expires))
    return replace(row, effect=Effect.WARNS if demoted else Effect.BLOCKS, demoted=demoted, waiver=waiver)


def unused(policy: GateSettings, rows: Sequence[Row], today: date) -> Iterator[str]:
    """Say which parts of the policy do nothing in this run, since a glob that is misspelt guards nothing."""
    for name, globs in (("warn", policy.warn), ("block", policy.block)):
        for glob in globs:
            if not any(fnmatchcase(row.key, glob) for row in rows):
                yield f"{name} {glob!r} matches no promise of this run"
    for waiver in policy.waivers:
        of_whom = f"the waiver of {waiver.owner} for {waiver.promise!r}"
        matched = [row for row in rows if fnmatchcase(row.key, waiver.promise)]
        if not matched:
            yield f"{of_whom} matches no promise of this run"
        elif all(row.ruling is Ruling.HELD for row in matched):
            yield f"{of_whom} is not needed: what it matches holds"
        if waiver.expires < today:
            yield f"{of_whom} expired on {waiver.expires}; mend what it let pass, or grant it anew"


def unjudged(policy: GateSettings, groups: Sequence[Group]) -> Iterator[str]:
    """Say what must block and was not judged, though its experiment was begun: a failure to judge must not only warn.

    A glob of `block` that spells an experiment out must match a promise of it. Where an experiment or a test was lost
    and that only warns, each glob that may be about its promises is in doubt, but for one that names a judged promise.
    """
    keys = {row.key for group in groups for row in group.rows}
    for group in groups:
        for glob in policy.block:
            if group.times and glob not in keys and _lacks(group, glob):
                yield f"{group.name}: what must block by {glob!r} was not all judged; run the suite again"


def _lacks(group: Group, glob: str) -> bool:
    spelled = f"{group.name}/"
    if any(row.stands_for_others and row.demoted for row in group.rows):
        # A key that begins so can match the glob only where the glob has a beginning that matches just this.
        return _is_of_any(group) or any(fnmatchcase(spelled, glob[:end]) for end in range(len(glob) + 1))
    return glob.startswith(spelled) and not any(fnmatchcase(row.key, glob) for row in group.rows)


def _is_of_any(group: Group) -> bool:
    """Whether nobody knows which experiments were lost: the run was ended, or a test failed before any began."""
    return group.scenario == UNFINISHED or group.scenario.startswith("test_")


def _matches(key: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(key, glob) for glob in globs)


def _standing(waiver: Waiver) -> str:
    return f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"


def _expired(waiver: Waiver) -> str:
    return f"the waiver of {waiver.owner} expired on {waiver.expires}"
