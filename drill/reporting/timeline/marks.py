"""The moments of an experiment as labelled marks on its time axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.reporting.figures import span
from drill.reporting.records import PHASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from drill.reporting.timeline.bins import Bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment, and what stands beside it; `fault` tells what we did from what the database did."""

    name: str
    at_s: float
    label: str
    fault: bool = False


def marks(phases: Mapping[str, float | None], bins: Bins) -> list[Mark]:
    """List inject, heal and each phase that was seen, in the order of time."""
    found = []
    if bins.injected:
        found.append(Mark(name="injected", at_s=0.0, label="injected", fault=True))
    if bins.healed_s is not None:
        label = f"healed {span(bins.healed_s)}"
        found.append(Mark(name="healed", at_s=bins.healed_s, label=label, fault=True))
    for name in PHASES:
        after_s = phases.get(name)
        if after_s is None:
            continue
        words = name.replace("_", " ")
        if name == "redundant":  # the one phase that is counted from healing
            label = f"{words} {span(after_s)} after healing"
            found.append(Mark(name=name, at_s=(bins.healed_s or 0.0) + after_s, label=label))
        else:
            found.append(Mark(name=name, at_s=after_s, label=f"{words} {span(after_s)}"))
    return sorted(found, key=lambda each: each.at_s)


def stack(starts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Find a row (0: lowest) for each label that begins at its mark and runs to the right.

    An earlier label stands higher than every label whose mark it would cover, so that neither texts nor
    the lines up to them ever cross: "detected" over "promoted" over "recovered". Marks at the same place
    keep their order from top to bottom.
    """
    rows = [0] * len(starts)
    order = sorted(range(len(starts)), key=lambda each: (starts[each], each))
    for place in reversed(range(len(order))):
        label = order[place]
        covered = [rows[other] for other in order[place + 1 :] if starts[other] < starts[label] + widths[label]]
        rows[label] = max(covered, default=-1) + 1
    return rows
