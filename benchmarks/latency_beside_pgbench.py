"""Our latency figures beside those of a load tool that nobody here wrote: pgbench, from the same wheel.

    .venv/bin/python benchmarks/latency_beside_pgbench.py [--rate 200] [--seconds 8] [--rounds 3]

The same pattern (an order by its id) on the same server, at the same rate, as a Poisson process in both, latency
from the scheduled start in both; by turns, so that a noisy machine is as noisy to either. Ours goes through the
reference application: pool, transaction rules, read from a connection that was checked out for it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from drill.load.dataset import load_shop
from drill.load.plan import LoadPlan
from drill.load.process import running
from drill.load.schedule import Step
from drill.requests import Surroundings
from scenarios.shop import PATTERNS
from tests.drill.probes.server import BIN, Server, as_somebody

SCHEMA = "drill_bench"
CLIENTS = 8
PERCENTS = (50, 95, 99)
SCRIPT = """\\set order random(1, 200000)
SELECT customer_id, status, created_at, total_cents FROM drill_bench.orders WHERE id = :order;
"""
WARM_UP_S = 1.0


def ours(server: Server, rate: int, seconds: float) -> pl.Series:
    """Latencies in ms as the load measures them."""
    (pattern,) = (each for each in PATTERNS if each.name == "order-by-id")
    plan = LoadPlan(
        surroundings=Surroundings(writer=server.address, schema=SCHEMA, pool_size=CLIENTS),
        patterns=(pattern,),
        steps=(Step(rate_per_s=rate, lasts_s=seconds + WARM_UP_S),),
    )
    with running(plan) as load:
        requests = load.result()["requests"]
    if set(requests["outcome"]) != {"ok"}:
        raise SystemExit(f"not every request was answered: {requests['code'].value_counts()}")
    due_s = (requests["due_ns"] - requests["due_ns"].min()) / 1e9
    return ((requests["completed_ns"] - requests["due_ns"]) / 1e6).filter(due_s > WARM_UP_S)


def theirs(server: Server, rate: int, seconds: float) -> pl.Series:
    """Latencies in ms as pgbench logs them, one a transaction."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "order.sql"
        script.write_text(SCRIPT)
        Path(folder).chmod(0o777)
        command = [BIN / "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-R", str(rate)]
        command += ["-T", str(round(seconds + WARM_UP_S)), "-l", f"--log-prefix={folder}/log", "-f", script]
        command += ["-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "postgres"]
        subprocess.run(as_somebody(*command), check=True, capture_output=True)
        lines = [line.split() for log in Path(folder).glob("log*") for line in log.read_text().splitlines()]
    ended_us = [int(line[4]) * 1_000_000 + int(line[5]) for line in lines]
    first_us = min(ended_us)
    return pl.Series(
        [int(line[2]) / 1e3 for line, at in zip(lines, ended_us, strict=True) if at - first_us > WARM_UP_S * 1e6]
    )


def main() -> None:
    """Print both, round by round, and what they differ by."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=200, help="requests per second (200)")
    parser.add_argument("--seconds", type=float, default=8.0, help="seconds of each run (8)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        server = Server(directory=Path(folder))
        server.create()
        server.start()
        try:
            load_shop(server.address, SCHEMA)
            found: dict[str, list[list[float]]] = {"drill": [], "pgbench": []}
            print(f"{'':10}" + "".join(f"{f'p{percent} ms':>10}" for percent in PERCENTS) + f"{'requests':>10}")
            for _ in range(options.rounds):
                for name, measure in (("drill", ours), ("pgbench", theirs)):
                    taken = measure(server, options.rate, options.seconds)
                    figures = [float(taken.quantile(percent / 100) or 0) for percent in PERCENTS]
                    found[name].append(figures)
                    print(f"{name:10}" + "".join(f"{each:10.2f}" for each in figures) + f"{len(taken):10,}")
        finally:
            server.stop()
    middle = {name: [median(each) for each in zip(*rounds, strict=True)] for name, rounds in found.items()}
    for name, figures in middle.items():
        print(f"{name + ' mid':10}" + "".join(f"{each:10.2f}" for each in figures))
    drill, pgbench = middle["drill"][1], middle["pgbench"][1]
    apart = abs(drill - pgbench)
    agrees = apart <= max(1.0, 0.25 * pgbench)
    print(f"p95: {apart:.2f} ms apart, {100 * apart / pgbench:.0f} %: {'agrees' if agrees else 'DIFFERS'}")


if __name__ == "__main__":
    main()
