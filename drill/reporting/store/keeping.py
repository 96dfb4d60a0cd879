"""What a run that ends does with its store: it looks up the runs before it, and is copied there itself.

Neither is worth a run: what cannot be done is said in a line, and changes no ruling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill.reporting.secrets import redact
from drill.reporting.store.local import Local
from drill.reporting.store.places import store_at
from drill.reporting.store.recent import summaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from drill.config.store import StoreSettings
    from drill.reporting.records import RunRecord
    from drill.reporting.store.store import Store


def keep(folder: Path, settings: StoreSettings) -> str | None:
    """Copy a run to the store of drill.toml, and say where it is kept, or why it is not; None where there is no store.

    Never raises.
    """
    if settings.url is None:
        return None
    try:
        return f"kept at {store_at(settings.url, settings).push(folder)}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the run has been judged, and its evidence lies in reports/
        return f"not kept: {redact(' '.join(str(error).split()))}; it lies in {folder}"


def earlier(reports: Path, settings: StoreSettings, *, target: str, last: int = 20) -> tuple[RunRecord, ...]:
    """The last runs on a target, newest last, from reports/ and the store of drill.toml together.

    A run in both counts once. A machine that is new for every run has them in the store alone; where `reports` has
    enough, the store is not asked. Never raises: a store that cannot be asked has none.
    """
    runs = _runs(lambda: Local(reports=reports), target, last)
    url = settings.url
    if url is not None and len(runs) < last:
        here = {(each.name, each.started) for each in runs}
        there = _runs(lambda: store_at(url, settings), target, last)
        runs = (*runs, *(each for each in there if (each.name, each.started) not in here))
    return tuple(sorted(runs, key=lambda each: (each.started, each.name))[-last:])


def _runs(store: Callable[[], Store], target: str, last: int) -> tuple[RunRecord, ...]:
    try:
        return summaries(store(), last=last, target=target).runs
    except Exception:  # noqa: BLE001 - as `earlier` promises: a comparison less, and no run lost
        return ()
