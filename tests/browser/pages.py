"""Runs made up for the browser, each with a page of its own: a failover that lost writes, and many that were large."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from drill.history import Anchor, History
from drill.reporting import page
from drill.reporting.records import ExperimentRecord, StageRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import (
    INJECTED_NS,
    PHASES,
    SECOND_NS,
    experiment,
    history,
    recovered,
    run,
    survived,
)
from tests.drill.reporting.test_ramp import history as climbed

MARKUP = "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
STAGES = ("steady state", "injecting", "under the fault", "healing", "awaiting redundancy")


def broken_run(folder: Path) -> Path:
    """Four experiments: one held, one lost writes and says so in markup, a ramp, one skipped; and two runs before.

    Two days ago nobody wrote again after the zone loss.
    """
    held, lost, ramp = (folder / "failover" / name for name in ("crash", "zone-loss", "ramp"))
    for place, seen, phases in (
        (held, history(), PHASES),
        (lost, history(outage_s=4), PHASES),
        (ramp, climbed(2, 3, 20), {}),
    ):
        place.mkdir(parents=True)
        page.keep(seen, phases, place, limit_ms=10)
    glance = {"requests": 600, "p95_before_ms": 6.9, "p95_during_ms": 295.4, "p95_after_ms": 10.2}
    record = run(
        _staged(experiment(directory=held, story="the writer's processes are killed")),
        _staged(experiment(recovered(4.1, because=MARKUP), survived(6), fault="zone loss", directory=lost)),
        experiment(_fast(), fault="ramp", scenario="degradation", phases={}, glance=glance, directory=ramp),
        ExperimentRecord(scenario="failover", fault="power loss", skipped="the target cannot do this"),
    )
    record = replace(record, asked="-m 'failover'", name="now", subject="a lab")
    earlier = [
        replace(record, name=f"{days} days ago", started=record.started - timedelta(days=days)) for days in (2, 1)
    ]
    never = experiment(recovered(None, Ruling.BROKEN), fault="zone loss")
    earlier[0] = replace(earlier[0], experiments=(record.experiments[0], never, *record.experiments[2:]))
    page.write(record, folder / "index.html", earlier=earlier)
    return folder / "index.html"


def large_run(folder: Path, *, experiments: int, operations: int) -> Path:
    """Experiments of so many operations each, every one with another outage."""
    records = []
    for number in range(experiments):
        place = folder / "failover" / f"loss-{number}"
        place.mkdir(parents=True)
        page.keep(large_history(operations, outage_s=1.0 + number), PHASES, place, limit_ms=10)
        records.append(_staged(experiment(fault=f"loss {number}", directory=place)))
    page.write(run(*records), folder / "index.html")
    return folder / "index.html"


def large_history(operations: int, *, outage_s: float) -> History:
    """Reads and writes at random moments of a minute, made by column."""
    chance = np.random.default_rng(operations)
    moments_s = np.sort(chance.uniform(-10, 50, operations))
    writes = chance.random(operations) < 0.7
    failing = writes & (moments_s >= 0) & (moments_s < outage_s)
    invoked_ns = INJECTED_NS + (moments_s * SECOND_NS).astype(np.int64)
    calls = pl.DataFrame(
        {
            "action": np.where(writes, "write", "read"),
            "endpoint": np.where(writes, "writer", "reader"),
            "invoked_ns": invoked_ns,
            "completed_ns": invoked_ns + chance.lognormal(14.5, 0.5, operations).astype(np.int64),
            "outcome": np.where(failing, "failed", "ok"),
            "cause": np.where(failing, "refused", ""),
        }
    ).with_columns(pl.col("cause").replace("", None))
    fault = pl.DataFrame(
        {
            "action": ["inject", "heal"],
            "invoked_ns": [INJECTED_NS, INJECTED_NS + SECOND_NS],
            "completed_ns": [INJECTED_NS, INJECTED_NS + SECOND_NS],
            "outcome": ["ok", "ok"],
        }
    )
    anchor = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)
    return History.of(pl.concat([calls, fault], how="diagonal_relaxed"), anchor=anchor, fault="loss")


def _staged(record: ExperimentRecord) -> ExperimentRecord:
    """The same, with the times of its stages."""
    began = run().started
    stages = tuple(
        StageRecord(
            name=name, began=began + timedelta(seconds=2 * place), ended=began + timedelta(seconds=2 * place + 2)
        )
        for place, name in enumerate(STAGES)
    )
    return replace(record, began=began, ended=stages[-1].ended, stages=stages)


def _fast() -> Verdict:
    return Verdict(
        name="highest_rate",
        ruling=Ruling.HELD,
        because="p95 was 3 ms at 200 requests/s",
        objective="p95 within 10 ms",
        measured={"highest_rate_per_s": 200.0},
    )
