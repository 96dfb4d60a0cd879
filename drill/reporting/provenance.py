"""Where figures come from: measured on a service, or simulated by the lab; never one in the other's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill.reporting.records import RunRecord

MEASURED = frozenset({"aurora", "dynamodb"})
"""The kinds of targets that are services."""


def provenance(run: RunRecord) -> str:
    """Say in words what a run's figures were taken from; of a kind that nobody knows nothing is claimed."""
    if run.kind == "lab":
        return f"simulated by the lab (target {run.target})"
    what = f"{run.subject} (target {run.target})" if run.subject else f"target {run.target}"
    return f"measured on {what}" if run.kind in MEASURED else f"of unknown provenance: {what}, of kind {run.kind!r}"


def briefly(run: RunRecord) -> str:
    """The same in a word or two, for a column."""
    if run.kind == "lab":
        return "simulated: lab"
    return f"measured: {run.target}" if run.kind in MEASURED else "unknown"
