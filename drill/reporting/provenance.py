"""Where figures come from: measured on a service, or simulated by the lab; never one in the other's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill.reporting.records import RunRecord

MEASURED = frozenset({"aurora", "dynamodb"})
"""The kinds of targets that are services, or stand-ins that speak as they do."""


def provenance(run: RunRecord) -> str:
    """Say in words what a run's figures were taken from; of a kind that nobody knows nothing is claimed."""
    if run.kind == "lab":
        return f"simulated by the lab (target {run.target})"
    what = f"{run.subject} (target {run.target})" if run.subject else f"target {run.target}"
    if run.kind not in MEASURED:
        return f"of unknown provenance: {what}, of kind {run.kind!r}"
    return f"measured on a stand-in: {what}" if _is_stand_in(run) else f"measured on {what}"


def briefly(run: RunRecord) -> str:
    """The same in a word or two, for a column."""
    if run.kind == "lab":
        return "simulated: lab"
    if run.kind not in MEASURED:
        return "unknown"
    return f"stand-in: {run.target}" if _is_stand_in(run) else f"measured: {run.target}"


def _is_stand_in(run: RunRecord) -> bool:
    """Whether the target is reached by an `endpoint_url`, which its subject ends with; AWS itself has none."""
    return " behind " in run.subject
