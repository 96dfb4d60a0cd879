"""An index that served a pattern is gone."""

from dataclasses import dataclass

import polars as pl

from drill.checks.load.access.nodes import Planned, planned
from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

GONE, SEQUENTIAL, LEFT = 0.95, 0.8, 0.5
"""An index that the server does not know any more; one that no plan uses; one that is there, and was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An index that a statement went through before, and does not now; `instead` is how it finds its rows now."""

    index: str
    relation: str
    pattern: str
    instead: str
    sequential: bool


def missing_index(history: History, moments: Moments) -> list[Diagnosis]:  # noqa: ARG001 - plans know their moment
    """A statement that went through an index before, and under the fault reads the table from end to end.

    Or it makes do with another index that was made for something else: that counts only if the server's counters,
    which name every index there is, do not name the first one any more. One diagnosis an index.
    """
    before, during = planned(history, "before"), planned(history, "during")
    if not before or not during:
        raise Undecided("there are no plans from before and during the fault")
    gone = _gone(history)
    now = {(each.pattern, each.statement): each for each in during}
    found: dict[str, list[Lost]] = {}
    for then in before:
        for lost in _lost(then, now.get((then.pattern, then.statement))):
            if lost.sequential or (gone is not None and lost.index in gone):
                found.setdefault(lost.index, []).append(lost)
    return [
        Diagnosis(
            reason=Reason.MISSING_INDEX,
            subject=index,
            detail=f"{', '.join(dict.fromkeys(each.pattern for each in lost))}: the scan of {lost[0].relation} by "
            f"index {index} became {lost[0].instead}"
            + ("; the index is gone" if gone is not None and index in gone else ""),
            score=SEQUENTIAL if gone is None else GONE if index in gone else LEFT,
        )
        for index, lost in found.items()
    ]


def _gone(history: History) -> set[str] | None:
    """The indexes that were counted before the fault and not under it; None where nobody counted both times."""
    rows = history.tables.get("counters")
    if rows is None:
        return None
    named = rows.filter(pl.col("index").is_not_null()).select(pl.col("index", "moment").cast(pl.String)).unique()
    then, now = (set(named.filter(pl.col("moment") == moment)["index"]) for moment in ("before", "during"))
    return then - now if then and now else None


def _lost(then: Planned, now: Planned | None) -> list[Lost]:
    if now is None:
        return []
    kept = {scan.index for scan in now.scans}
    already = {scan.relation for scan in then.scans if scan.is_sequential}
    found = []
    for scan in then.scans:
        if scan.index is None or scan.index in kept:
            continue
        others = [each for each in now.scans if each.relation == scan.relation]
        sequential = any(each.is_sequential for each in others) and scan.relation not in already
        if not others:
            continue
        instead = (
            f"a sequential scan of table {scan.relation}"
            if sequential
            else f"one by {', '.join(sorted({each.index or 'no index' for each in others}))}"
        )
        found.append(
            Lost(
                index=scan.index,
                relation=scan.relation,
                pattern=then.pattern,
                instead=instead,
                sequential=sequential,
            )
        )
    return found
