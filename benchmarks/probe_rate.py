"""How fast the probes write, how exactly they time, and what they cost: python benchmarks/probe_rate.py [SECONDS].

Uncapped, then at the rate of an experiment, against one PostgreSQL of its own without fsync.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from drill.history import Action
from drill.probes import tables
from drill.probes.plan import ProbePlan
from drill.probes.process import running
from tests.drill.probes.server import Server

UNCAPPED = 1e9


def main(seconds: float) -> None:
    """Measure both and print a line each."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(directory=Path(directory))
        server.create()
        server.start()
        try:
            alone = ProbePlan(schema="", writer=server.address, readers=0, write_rate_per_s=UNCAPPED)
            measure("16 writers, uncapped", server, alone, seconds)
            whole = ProbePlan(schema="", writer=server.address, reader=server.address, instances={"a": server.address})
            measure("a whole plan at 1,600/s", server, whole, seconds)
        finally:
            server.stop()


def measure(title: str, server: Server, plan: ProbePlan, seconds: float) -> None:
    """Run a plan for so long, and print what became of it."""
    schema = "rate_" + str(time.monotonic_ns())
    tables.create(server.address, schema)
    with running(replace(plan, schema=schema)) as probes:
        child = psutil.Process(probes.pid)
        before, began = sum(child.cpu_times()[:2]), time.monotonic()
        time.sleep(seconds)  # what is measured here is what happens in a stretch of time
        used = (sum(child.cpu_times()[:2]) - before) / (time.monotonic() - began)
        operations = probes.stop()
    began = time.perf_counter()
    back = len(tables.read_back(server.address, schema, endpoint="alone")) - 1
    took_ms = (time.perf_counter() - began) * 1e3
    writes = operations.filter((pl.col("action") == Action.WRITE) & (pl.col("outcome") == "ok"))
    span_s = (max(writes["completed_ns"]) - min(writes["completed_ns"])) / 1e9
    latency = (writes["completed_ns"] - writes["invoked_ns"]) / 1e6
    quiet = writes["completed_ns"].sort().diff().drop_nulls() / 1e6
    stalls = operations.filter(pl.col("action") == Action.STALL)
    late = (stalls["completed_ns"] - stalls["invoked_ns"]) / 1e6
    print(
        f"{title}: {len(writes) / span_s:,.0f} writes/s, p50 {latency.quantile(0.5):.2f} ms,"
        f" p99 {latency.quantile(0.99):.2f} ms; child's CPU {used:.0%} of one of {os.cpu_count()} cores;"
        f" longest quiet {max(quiet):.1f} ms; {len(stalls)} stalls over 5 ms, the longest"
        f" {max(late, default=0):.1f} ms; {back:,} rows read back in {took_ms:.0f} ms"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
