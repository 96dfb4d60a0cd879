"""Whether the newest run of a series is out of line with those before it: worse than chance and measurement explain.

What is compared are runs: repetitions share a machine and an hour, so that five of one run are one run, and their
median stands for it. Like is compared with like: of an earlier run as many repetitions as the newest has.

- A first loss, or a first time that something never came back, is out of line at once, whatever chance says.
- With fewer than five earlier runs that measured it, nothing else can be told.
- What was seen before is in line: no worse than the worst before. So is what lies within the measurement's resolution.
- Else it is out of line if its rank is significant, where so many runs are there that ranks can be; where not, if its
  modified z-score is above 3.5 and Student's t significant. The first of these two withstands earlier outliers, the
  second knows how little few runs say; together they alarm less often by chance than either.

Who looks at many series sees one by chance: significant means so for all series together, by Holm.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from drill.reporting.trends.figures import told
from drill.reporting.trends.quantities import LOSS
from drill.reporting.trends.significance import ALPHA, GROSS, holm, modified_z, prediction_p, rank_p

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drill.reporting.trends.series import Series

ENOUGH = 5
"""Earlier runs without which no spread is known."""


class Standing(StrEnum):
    """Where the newest run stands among those before it."""

    IN_LINE = "in line"
    OUT_OF_LINE = "out of line"
    TOO_FEW = "too few runs"
    NOT_MEASURED = "not measured"


class Basis(StrEnum):
    """What a finding rests on."""

    NEVER_BEFORE = "never before"
    RANK = "exact rank test, Holm"
    SCORE = "modified z-score and Student's t, Holm"
    SEEN_BEFORE = "seen before"
    RESOLUTION = "within the measurement's resolution"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One series, judged once. `p` and `z` are those of the tests, and None where there is none.

    `p` counts for all series that were judged together.
    """

    series: Series
    standing: Standing
    basis: Basis
    because: str
    p: float | None = None
    z: float | None = None


def findings(every: Sequence[Series]) -> tuple[Finding, ...]:
    """Judge all of these together.

    Those that are excused count as well: to leave them out would be to look first and to correct afterwards. What has
    been the same in every run, such as no loss, can alarm nobody by chance, and does not count.
    """
    comparisons = sum(not _is_constant(each) for each in every)
    found = [outlying(each, comparisons=comparisons) for each in every]
    tested = [place for place, each in enumerate(found) if each.p is not None]
    for place, p in zip(tested, holm([each.p for each in found if each.p is not None]), strict=True):
        found[place] = _ruled(found[place], p)
    return tuple(found)


def outlying(series: Series, *, comparisons: int = 1) -> Finding:
    """Judge one series, of so many that are looked at; to adjust its p for the others is left to `findings`."""
    if not series.newest.readings:
        because = "the newest run measured nothing; its promises say why"
        return Finding(series=series, standing=Standing.NOT_MEASURED, basis=Basis.NOTHING, because=because)
    if series.earlier and (news := _never_before(series)) is not None:
        return Finding(series=series, standing=Standing.OUT_OF_LINE, basis=Basis.NEVER_BEFORE, because=news)
    if len(series.earlier) < ENOUGH:
        because = f"{len(series.earlier)} of {ENOUGH} runs before it"
        return Finding(series=series, standing=Standing.TOO_FEW, basis=Basis.NOTHING, because=because)
    if _is_constant(series):
        because = f"{_compared(series)}: {Basis.SEEN_BEFORE}"
        return Finding(series=series, standing=Standing.IN_LINE, basis=Basis.SEEN_BEFORE, because=because)
    return _tested(series, comparisons)


def _tested(series: Series, comparisons: int) -> Finding:
    newest, earlier = _alike(series)
    excuse, floor = _excuse(series, newest, earlier), _give_or_take(series)
    if 1 / (1 + len(earlier)) <= ALPHA / comparisons:
        basis, z, p = Basis.RANK, None, rank_p(newest, earlier)
    else:
        basis, p = Basis.SCORE, prediction_p(newest, earlier, floor=floor)
        z = None if excuse is not None else modified_z(newest, earlier, floor=floor)
    return _ruled(Finding(series=series, standing=Standing.IN_LINE, basis=excuse or basis, because="", z=z), p)


def _ruled(finding: Finding, p: float) -> Finding:
    """Rule by this p, and by z where there is one, unless the finding is excused."""
    excused = finding.basis not in {Basis.RANK, Basis.SCORE}
    alarm = not excused and p <= ALPHA and (finding.z is None or finding.z > GROSS)
    by = str(finding.basis) if excused else f"p = {p:.2g}, {ALPHA:g} allowed"
    if finding.z is not None:
        by = f"z = {finding.z:.1f}, {GROSS} allowed, {by}"
    standing = Standing.OUT_OF_LINE if alarm else Standing.IN_LINE
    return replace(finding, standing=standing, p=p, because=f"{_compared(finding.series)}: {by}")


def _never_before(series: Series) -> str | None:
    """Say what is there for the first time: a loss, or a "never"; no test is needed to tell these apart."""
    name = series.quantity.name
    newest, earlier = series.newest.values, [value for point in series.earlier for value in point.values]
    if series.quantity is LOSS:
        if max(newest) <= 0 or max(earlier) > 0:
            return None
        return f"{told(name, max(newest))}, and none in {_runs(series)} before"
    if math.isfinite(max(newest)) or not math.isfinite(max(earlier)):
        return None
    return f"never came, as it did in {_runs(series)} before"


def _is_constant(series: Series) -> bool:
    return len(set(series.values)) < 2


def _alike(series: Series) -> tuple[float, list[float]]:
    """The badness of the newest run, and of each before it by as many repetitions as the newest has."""
    badness, times = series.quantity.badness, len(series.newest.values)
    newest, *earlier = (
        statistics.median(badness(value) for value in point.values[:times])
        for point in (series.newest, *series.earlier)
    )
    return newest, earlier


def _excuse(series: Series, newest: float, earlier: list[float]) -> Basis | None:
    """Why the newest is in line whatever a test says; a single value may be as bad as any single one before."""
    worst = max(earlier)
    if len(series.newest.values) == 1:
        worst = max(series.quantity.badness(value) for point in series.earlier for value in point.values)
    if newest <= worst:
        return Basis.SEEN_BEFORE
    return Basis.RESOLUTION if newest <= worst + _give_or_take(series) else None


def _give_or_take(series: Series) -> float:
    """What the newest run could tell, and what those before it could as a rule: one noisy run hides no other."""
    rule = statistics.median(each.give_or_take for point in series.earlier for each in point.readings)
    return max(rule, *(each.give_or_take for each in series.newest.readings))


def _compared(series: Series) -> str:
    """Put the newest beside those before it: "20.1 s after 1.31 s (median of 12 runs)"."""
    name, badness = series.quantity.name, series.quantity.badness
    newest, earlier = _alike(series)
    times = len(series.newest.values)
    several = f" (median of {times})" if times > 1 else ""
    # Turned twice is as it was.
    return (
        f"{told(name, badness(newest))}{several} after {told(name, badness(statistics.median(earlier)))} "
        f"(median of {len(earlier)} runs)"
    )


def _runs(series: Series) -> str:
    number = len(series.earlier)
    return "the one run" if number == 1 else f"{number} runs"
