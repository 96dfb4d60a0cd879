"""timeline.svg: what applications felt around one fault, to be read at a glance.

    title, main figures
    injected  detected  promoted ...       a label a mark, stacked so that none covers another
    acknowledged writes and reads per second
    failed and unknown calls, a row a cause
    latency: median line, shaded up to the 99th percentile, in ms on a log scale
    seconds after injection; the time between inject and heal is shaded across all of it

matplotlib takes a second to import, so that only drawing does.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from drill.history import Action, Outcome
from drill.reporting.figures import span
from drill.reporting.files import write_atomically
from drill.reporting.secrets import redact
from drill.reporting.timeline.bins import cut
from drill.reporting.timeline.layout import page
from drill.reporting.timeline.marks import marks
from drill.reporting.timeline.palette import STYLE
from drill.reporting.timeline.requests import as_operations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from drill.history import History

__all__ = ["draw"]


def draw(history: History, phases: Mapping[str, float | None], path: Path, title: str) -> None:
    """Write an SVG, the same bytes for the same history; phases that are None or unknown get no mark.

    `phases` are seconds after injection, but `redundant` after healing, as the design counts them.
    """
    import matplotlib as mpl

    history = as_operations(history)
    bins = cut(history)
    with mpl.rc_context(STYLE):
        figure = page(
            bins, marks(phases, bins), title=redact(title), subtitle=redact(_subtitle(history, phases, title))
        )
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": redact(title)})
    write_atomically(path, svg.getvalue())


def _subtitle(history: History, phases: Mapping[str, float | None], title: str) -> str:
    """Name the fault unless the title does, the recovery, and how every write ended."""
    parts = [] if history.fault in title else [f"fault: {history.fault}"]
    if "recovered" in phases:
        recovered = phases["recovered"]
        parts.append("never recovered" if recovered is None else f"recovered after {span(recovered)}")
    if (redundant := phases.get("redundant")) is not None:
        parts.append(f"redundant {span(redundant)} after healing")
    ended = dict(history.only(Action.WRITE)["outcome"].value_counts().iter_rows())
    words = {Outcome.OK: "acknowledged", Outcome.FAILED: "failed", Outcome.UNKNOWN: "unknown"}
    parts.append("writes: " + ", ".join(f"{ended.get(str(each), 0):,} {word}" for each, word in words.items()))
    return "  ·  ".join(parts)
