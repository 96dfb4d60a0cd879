"""One small failover, made up: what a history and the record of its experiment look like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from drill.history import Anchor, History
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.verdict import Figure, Ruling, Verdict

if TYPE_CHECKING:
    from pathlib import Path

SECOND_NS = 10**9
INJECTED_NS = 100 * SECOND_NS
FAULT = "crash of the writer"
PHASES: dict[str, float | None] = {
    "detected": 0.012,
    "promoted": 1.9,
    "announced": 2.31,
    "endpoint": 2.34,
    "first_write": 2.51,
    "recovered": 2.58,
    "steady": 4.1,
    "redundant": 9.1,
}


def history(*, rate: int = 100, clients: int = 4, after_s: float = 12.0, outage_s: float = 2.5) -> History:
    """Writes and reads at `rate` per client from 5 s before injection; writes fail for `outage_s`, reads never."""
    parts = [_client(name, action, rate, after_s, outage_s) for action in ("write", "read") for name in range(clients)]
    parts.append(
        pl.DataFrame(
            {
                "action": ["inject", "heal", "stall"],
                "invoked_ns": [INJECTED_NS, INJECTED_NS + SECOND_NS // 2, INJECTED_NS + 3 * SECOND_NS],
                "completed_ns": [INJECTED_NS + 10**7, INJECTED_NS + SECOND_NS * 6 // 10, INJECTED_NS + 301 * 10**7],
                "outcome": ["ok", "ok", "unknown"],
            }
        )
    )
    anchor = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)
    return History.of(pl.concat(parts, how="diagonal_relaxed"), anchor=anchor, fault=FAULT)


def _client(number: int, action: str, rate: int, after_s: float, outage_s: float) -> pl.DataFrame:
    moments_s = np.arange(-5 + number / rate / 10, after_s, 1 / rate)
    down = (action == "write") & (moments_s >= 0) & (moments_s < outage_s)
    lost = down & (moments_s < 0.1)  # in flight when the writer went away
    invoked_ns = INJECTED_NS + (moments_s * SECOND_NS).astype(np.int64)
    return pl.DataFrame(
        {
            "client": [f"{action}-{number}"] * len(moments_s),
            "action": [action] * len(moments_s),
            "endpoint": ["writer" if action == "write" else "reader"] * len(moments_s),
            "invoked_ns": invoked_ns,
            "completed_ns": invoked_ns + (2_000_000 if action == "write" else 700_000),
            "outcome": np.where(lost, "unknown", np.where(down, "failed", "ok")),
            "cause": [None if not d else "reset" if gone else "refused" for d, gone in zip(down, lost, strict=True)],
        }
    )


def recovered(recovery_s: float | None, ruling: Ruling = Ruling.HELD, **more: Any) -> Verdict:
    """The promise that recovery is in time."""
    measured: dict[str, Figure] = {
        "recovery_time_s": recovery_s,
        "resolution_ms": 4.2,
        "acknowledged_writes": 41207,
    }
    because = more.pop("because", "every client wrote again")
    return Verdict(name="recovered_within", ruling=ruling, because=because, objective="60s", measured=measured, **more)


def survived(lost: int) -> Verdict:
    """The promise that nothing is lost."""
    return Verdict(
        name="every_acknowledged_write_survives",
        ruling=Ruling.BROKEN if lost else Ruling.HELD,
        because=f"{lost} of 41,207 are lost",
        measured={"lost_writes": lost},
        evidence=tuple(f"stream {each}: value {each} is absent" for each in range(lost)),
    )


def experiment(*promises: Verdict, fault: str = FAULT, scenario: str = "failover", **more: Any) -> ExperimentRecord:
    """One experiment; without promises, one where both promises hold."""
    promises = promises or (recovered(2.58), survived(0))
    return ExperimentRecord(scenario=scenario, fault=fault, promises=promises, **{"phases": PHASES, **more})


def run(*experiments: ExperimentRecord, directory: Path | None = None) -> RunRecord:
    """A run of these experiments; without any, of one that is held."""
    return RunRecord(
        target="lab",
        started=datetime(2026, 11, 22, 14, 30, tzinfo=UTC),
        finished=datetime(2026, 11, 22, 14, 31, tzinfo=UTC),
        versions={"postgresql": "18.4", "drill": "0.1.0"},
        objectives={"recovery_time": "60s"},
        experiments=experiments or (experiment(directory=directory),),
    )
