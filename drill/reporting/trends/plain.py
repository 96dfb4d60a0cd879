"""Trends for another program: what the table says, and every value that it rests on.

    {"schema": 1, "store", "alpha", "unreadable": {run: reason},
     "series": [{"target", "kind", "subject", "scenario", "fault", "quantity",
                 "spread": {"number", "best", "median", "p90", "worst"}, "runs": [{"run", "started", "values"}],
                 "standing", "basis", "because", "p", "z"}]}

The newest run is the last of `runs`; what never came is the word "never", and a run without values measured nothing.
The quantity carries its unit; `p` is adjusted for all series together.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from drill.reporting.trends.figures import NEVER
from drill.reporting.trends.significance import ALPHA
from drill.reporting.trends.spread import spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from drill.reporting.trends.outlying import Finding

SCHEMA = 1
"""A change that a reader must know of raises it."""


def plain(found: Sequence[Finding], *, store: str, unreadable: Mapping[str, str]) -> dict[str, Any]:
    """All of it, as values that JSON knows."""
    return {
        "schema": SCHEMA,
        "store": store,
        "alpha": ALPHA,
        "unreadable": dict(unreadable),
        "series": [_series(each) for each in found],
    }


def _series(finding: Finding) -> dict[str, Any]:
    subject, series = finding.series.subject, finding.series
    lies = spread(series.quantity, series.values)
    return {
        "target": subject.target,
        "kind": subject.kind,
        "subject": subject.what,
        "scenario": subject.scenario,
        "fault": subject.fault,
        "quantity": series.quantity.name,
        "spread": None if lies is None else {name: _figure(value) for name, value in asdict(lies).items()},
        "runs": [
            {
                "run": point.run,
                "started": point.started.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "values": [_figure(value) for value in point.values],
            }
            for point in series.points
        ],
        "standing": str(finding.standing),
        "basis": str(finding.basis),
        "because": finding.because,
        "p": finding.p,
        "z": finding.z if finding.z is not None and math.isfinite(finding.z) else None,
    }


def _figure(value: float) -> float | str:
    return value if math.isfinite(value) else NEVER
