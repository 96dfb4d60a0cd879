"""The last runs of a store, newest last, by their summaries alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drill.errors import ConfigError
from drill.reporting.run_directory import slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from drill.reporting.records import RunRecord
    from drill.reporting.store.store import Store

AT_ONCE = 16
"""Summaries that are read at the same time: a bucket answers each after some 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """`runs`, the newest last, and those that lie between them and cannot be read: each name with the reason.

    Who demands that all of the last runs held must not pass over one that cannot be read: it may be the broken one.
    `newest_is_unreadable` says that one of these may be the newest of its target.
    """

    runs: tuple[RunRecord, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    newest_is_unreadable: bool = False


def summaries(store: Store, *, last: int | None = None, target: str | None = None) -> Recent:
    """Read the last so many runs, on that target if one is named; all of them without `last`.

    A run that is there twice, by another name, counts once. A StoreError of the store itself is raised; a summary that
    is none is told in `unreadable`.
    """
    newest_first = [name for name in reversed(store.names()) if target is None or _may_be_of(name, target)]
    runs: dict[object, RunRecord] = {}
    unreadable: dict[str, str] = {}
    newer: dict[str, set[str]] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        for name, found in _read_ahead(store, newest_first, threads):
            if isinstance(found, str):
                unreadable[name] = found
                newer[name] = {each.target for each in runs.values()}
            elif target is None or found.target == target:
                runs.setdefault((found.name or name, found.target, found.started), found)
            if last is not None and len(runs) >= last:
                break
    return Recent(
        runs=tuple(sorted(runs.values(), key=lambda each: (each.started, each.name))),
        unreadable=dict(sorted(unreadable.items())),
        newest_is_unreadable=any(
            _may_be_newest(name, targets, {each.target for each in runs.values()}) for name, targets in newer.items()
        ),
    )


def _may_be_newest(name: str, newer: AbstractSet[str], known: AbstractSet[str]) -> bool:
    """Whether a run may be the newest of its target, by its name, the targets that have newer ones, and all of them.

    A name can be read as of more than one target, such as lab-2: each of them must have a newer run.
    """
    possible = {target for target in known if _may_be_of(name, target)}
    return not possible or not possible <= newer


def _read_ahead(
    store: Store, names: Sequence[str], threads: ThreadPoolExecutor
) -> Iterator[tuple[str, RunRecord | str]]:
    """Yield every run with its name, in this order; no more than `AT_ONCE` are read that nobody asks for."""
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        yield from zip(batch, threads.map(lambda name: _read(store, name), batch), strict=True)


def _read(store: Store, name: str) -> RunRecord | str:
    try:
        found = store.summary(name)
    except ConfigError as error:
        return str(error)
    return (
        found if found.started.tzinfo else f"{store}/{name}: started: has no time zone, so that nothing comes after it"
    )


def _may_be_of(name: str, target: str) -> bool:
    """Tell by the name, as run_directory.create gives it, that a run is of another target; otherwise read it."""
    _moment, hyphen, rest = name.partition("-")
    return not hyphen or rest.startswith(slug(target))
