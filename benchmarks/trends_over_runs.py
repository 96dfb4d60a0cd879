"""How long `drill trends` takes over many runs: `python benchmarks/trends_over_runs.py [--runs 500]`.

Each run has nine experiments, judged by fourteen promises each, as those of `failover` are. Prints seconds for reading
their summaries and for judging them; ends with 1 if both together took longer than 2 s.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from drill.reporting import summary
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.reporting.store import Local, summaries
from drill.reporting.trends import all_series, findings
from drill.verdict import Ruling, Verdict

EXPERIMENTS, PROMISES, LIMIT_S = 9, 14, 2.0


def promises(recovery_s: float) -> tuple[Verdict, ...]:
    """As many as a failover is judged by, each with figures and a few lines of evidence."""
    figures = {"recovery_time_s": recovery_s, "resolution_ms": 4.0, "noise_floor_ms": 20.0, "lost_writes": 0}
    return tuple(
        Verdict(
            name=f"promise_{number}",
            ruling=Ruling.HELD,
            because="every client wrote again after 1.345 s, of 60 s allowed",
            objective="60s",
            measured=figures if number == 0 else {"reads": 7289, "staleness_p99_ms": 0.4},
            evidence=tuple(f"writer-{line:02}: 1.284 s, from 0.27 s to 1.55 s after injection" for line in range(8)),
        )
        for number in range(PROMISES)
    )


def make(reports: Path, number: int) -> None:
    """Leave so many runs, one every six hours."""
    chance = np.random.default_rng(20261122)
    for run in range(number):
        started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=6 * run)
        folder = reports / "runs" / f"{started:%Y%m%dT%H%M%SZ}-lab"
        folder.mkdir(parents=True)
        times = 1.3 + np.arange(EXPERIMENTS) + chance.normal(scale=0.05, size=EXPERIMENTS)
        record = RunRecord(
            name=folder.name,
            target="lab",
            started=started,
            finished=started + timedelta(minutes=4),
            experiments=tuple(
                ExperimentRecord(scenario="failover", fault=f"fault {each}", promises=promises(float(seconds)))
                for each, seconds in enumerate(times)
            ),
        )
        summary.write(record, folder / "summary.json")


def main() -> int:
    """Make them, read them, judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    number = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), number)
        began = time.perf_counter()
        recent = summaries(Local(reports=Path(folder)))
        read = time.perf_counter()
        found = findings(all_series(recent.runs))
        judged = time.perf_counter()
    print(f"{len(recent.runs)} runs read in {read - began:.2f} s, {len(found)} series judged in {judged - read:.2f} s")
    return int(judged - began > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
