"""Indexes that cost writes and space, and serve nobody.

Each promise says what to drop, and somebody may do all of it at once: together they never take away the last index
that serves what a used one serves, or that a foreign key needs.
"""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import polars as pl

from drill.checks.load.access.foreign_keys import supporting, usable
from drill.checks.load.access.nodes import planned
from drill.checks.load.access.sizes import told_size
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

Index = dict[str, Any]
Found = Iterator[tuple[Index, str]]
"""An index that is not needed, and why."""


def no_unused_index() -> Check:
    """Each index was used: by a scan that the server counted, by a plan, or by a foreign key that needs it.

    Those that keep values unique, and those behind constraints, are used by every write. Counters of all instances are
    added up. Of two that could serve the same, one is never used: that is not said here, since it is the other one that
    `no_duplicate_index` or `no_redundant_index` may name. Undecided where the server's counters or the indexes were not
    recorded.
    """
    return _none("no_unused_index", "unused index", _unused)


def no_duplicate_index() -> Check:
    """No two indexes of a table are the same but for their names. Undecided where indexes were not recorded."""
    return _none("no_duplicate_index", "duplicate index", _duplicate)


def no_redundant_index() -> Check:
    """No index is the beginning of a longer one, which serves whatever it serves.

    One that keeps values unique, or has another predicate, does what the longer one does not. Undecided where indexes
    were not recorded.
    """
    return _none("no_redundant_index", "redundant index", _redundant)


def _none(name: str, noun: str, find: Callable[[History, list[Index]], Found]) -> Check:
    @observation(name, objective="none")
    def judged(history: History) -> Finding:
        indexes = usable(history)
        if not indexes:
            raise Undecided("no index was recorded")
        found = list(find(history, indexes))
        size = sum(index["size_bytes"] or 0 for index, _ in found)
        named = ", ".join(index["index"] for index, _ in found[:4]) + (", ..." if len(found) > 4 else "")
        lines = [
            f"{index['index']} on {index['relation']} ({told_size(index['size_bytes'])}): {why}; "
            f"DROP INDEX CONCURRENTLY {index['index']};"
            for index, why in found[:SHOWN]
        ]
        among = f"among {counted(len(indexes), 'index')}" if len(indexes) == 1 else f"among {len(indexes):,} indexes"
        plural = noun if len(found) == 1 else f"{noun}es"
        because = f"{len(found)} {plural} {among}, {told_size(size)}: {named}" if found else f"no {noun} {among}"
        key = noun.replace(" index", "_indexes")
        return Finding(
            ruling=Ruling.BROKEN if found else Ruling.HELD,
            because=because,
            measured={key: len(found), "surplus_bytes": size, "indexes": len(indexes)},
            evidence=listed(lines, len(found)),
        )

    return judged


def _unused(history: History, indexes: list[Index]) -> Found:
    counters = history.table("counters")
    scans = counters.filter((pl.col("name") == "idx_scan") & pl.col("index").is_not_null())
    if scans.is_empty():
        raise Undecided("no counter of an index was recorded")
    # The last reading of each instance counts; a reader counts what it served itself.
    last = scans.sort("at_ns").group_by(pl.col("index").cast(pl.String), "instance").agg(pl.col("value").last())
    counted = dict(last.group_by("index").agg(pl.col("value").sum()).rows())
    in_plans = {scan.index for each in planned(history) for scan in each.scans} if "plans" in history.tables else set()
    used = [index for index in indexes if counted.get(index["index"], 0) > 0 or index["index"] in in_plans]
    serving = {
        index["index"]
        for index in indexes
        if _keeps_unique(index) or any(_same(index, other) or _begins(other, index) for other in used)
    }
    serving |= _needed(history, indexes, serving)
    for index in indexes:
        name = index["index"]
        if name not in serving:
            if name not in counted:
                raise Undecided(f"the scans of index {name} were not counted")
            yield index, "never scanned"


def _needed(history: History, indexes: list[Index], serving: set[str]) -> set[str]:
    """For each foreign key that none of those `serving` supports the one to keep, which no other promise names."""
    keys = history.tables["foreign_keys"].rows(named=True) if "foreign_keys" in history.tables else []
    named = {index["index"] for find in (_duplicate, _redundant) for index, _ in find(history, indexes)}
    kept = set()
    for key in keys:
        names = supporting(key, indexes)
        if serving.isdisjoint(names):
            kept |= set(sorted(names, key=lambda name: name in named)[:1])
    return kept


def _duplicate(_history: History, indexes: list[Index]) -> Found:
    """The one that is not behind a constraint, not unique, or later by name is the one to drop."""
    first: dict[tuple[str, str], Index] = {}
    rank = sorted(indexes, key=lambda index: (not index["is_constraint"], not index["is_unique"], index["index"]))
    for index in rank:
        other = first.setdefault((index["relation"], _body(index)), index)
        if other is not index:
            yield index, f"the same as {other['index']}"


def _redundant(_history: History, indexes: list[Index]) -> Found:
    told = set()
    for index, other in permutations(indexes, 2):
        if index["index"] not in told and _begins(index, other):
            told.add(index["index"])
            yield index, f"({', '.join(index['columns'])}) begins {other['index']} ({', '.join(other['columns'])})"


def _begins(index: Index, other: Index) -> bool:
    mine, longer = list(index["columns"]), list(other["columns"])
    return bool(
        index["relation"] == other["relation"]
        and index["method"] == other["method"] == "btree"
        and not _keeps_unique(index)
        and index["predicate"] == other["predicate"]
        and len(mine) < len(longer)
        and longer[: len(mine)] == mine
        and set(index["included"] or ()) <= {*longer, *(other["included"] or ())}
    )


def _same(index: Index, other: Index) -> bool:
    return bool(index["relation"] == other["relation"] and _body(index) == _body(other))


def _keeps_unique(index: Index) -> bool:
    return bool(index["is_unique"] or index["is_primary"] or index["is_constraint"])


def _body(index: Index) -> str:
    """What an index is but for its name: all that follows USING, direction and operator classes included."""
    definition = index["definition"] or ""
    if " USING " in definition:
        return str(definition.split(" USING ", 1)[1])
    return f"{index['method']} {index['columns']} {index['included']} {index['predicate']}"
