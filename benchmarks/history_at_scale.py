"""How long ten million operations take to be judged, and how much memory: `python benchmarks/history_at_scale.py`.

The history is that of a healthy failover: 64 writers and 64 readers through the endpoints, one pinned writer a
zone, watchers, and everything read back. Prints seconds and the peak of resident memory so far after each step;
ends with 1 if the peak passed 2 GB, which is what design.md promises to stay below.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from drill.checks import (
    control_plane_agrees,
    every_acknowledged_write_survives,
    no_refused_write_appears,
    no_write_is_applied_twice,
    one_writer_at_a_time,
    phases,
    readers_keep_answering,
    readers_stay_fresh,
    reads_are_monotonic,
    recovered_within,
    redundancy_restored,
)
from drill.history import SCHEMA, Anchor, History

SECOND = 1_000_000_000
START, INJECTED, SILENT, PROMOTED = 0, 60 * SECOND, 60 * SECOND + SECOND // 3, 63 * SECOND
CLIENTS = 64
LIMIT_GB = 2.0


def peak_gb() -> float:
    """Find the peak of resident memory so far."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**30 if sys.platform == "darwin" else used / 2**20


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time the block and print it."""
    began = time.perf_counter()
    yield
    print(f"{name:<36}{time.perf_counter() - began:8.2f} s{peak_gb():9.2f} GB peak", flush=True)


def writes(number: int, gap_ns: int) -> pl.DataFrame:
    """Write in turns from START on; what falls between SILENT and PROMOTED is refused."""
    turn = pl.int_range(number, dtype=pl.Int64)
    frame = pl.select(invoked_ns=START + turn * gap_ns, value=turn, client=turn % CLIENTS)
    away = pl.col("invoked_ns").is_between(SILENT, PROMOTED)
    return frame.select(
        client=pl.format("writer-{}", "client").cast(pl.Categorical),
        action=pl.lit("write", SCHEMA["action"]),
        key=pl.col("client").cast(pl.Int32),
        value="value",
        endpoint=pl.lit("writer", pl.Categorical),
        server=pl.when(pl.col("invoked_ns") < PROMOTED).then(pl.lit("a")).otherwise(pl.lit("b")).cast(pl.Categorical),
        session=pl.lit(0, pl.Int32),
        invoked_ns="invoked_ns",
        completed_ns=pl.col("invoked_ns") + 2_000_000 + pl.col("value") % 7 * 100_000,
        outcome=pl.when(away).then(pl.lit("failed")).otherwise(pl.lit("ok")).cast(SCHEMA["outcome"]),
        code=pl.when(away).then(pl.lit("25006")).cast(pl.Categorical),
        cause=pl.when(away).then(pl.lit("stale writer")).cast(SCHEMA["cause"]),
    )


def reads(number: int, gap_ns: int, write_gap_ns: int) -> pl.DataFrame:
    """Read in turns, 10 ms behind the writers."""
    turn = pl.int_range(number, dtype=pl.Int64)
    frame = pl.select(invoked_ns=START + turn * gap_ns, client=turn % CLIENTS)
    turns_behind = (pl.col("invoked_ns") - 10_000_000 - START) // write_gap_ns // CLIENTS - 1
    shown = turns_behind * CLIENTS + pl.col("client")
    hidden = (SILENT - START) // write_gap_ns // CLIENTS * CLIENTS - CLIENTS + pl.col("client")
    away = pl.col("invoked_ns").is_between(SILENT, PROMOTED + SECOND)
    return frame.select(
        client=pl.format("reader-{}", "client").cast(pl.Categorical),
        action=pl.lit("read", SCHEMA["action"]),
        key=pl.col("client").cast(pl.Int32),
        value=pl.when(away).then(pl.min_horizontal(shown, hidden)).otherwise(shown).clip(lower_bound=-1),
        endpoint=pl.lit("reader", pl.Categorical),
        server=pl.lit("c", pl.Categorical),
        session=pl.lit(0, pl.Int32),
        invoked_ns="invoked_ns",
        completed_ns=pl.col("invoked_ns") + 1_000_000,
        outcome=pl.lit("ok", SCHEMA["outcome"]),
    )


def around(end_ns: int) -> pl.DataFrame:
    """Tell of the fault and of what the watchers saw, ten times a second."""
    rows: list[dict[str, Any]] = [
        {"action": action, "client": "fault", "endpoint": "a", "invoked_ns": INJECTED, "outcome": "ok"}
        for action in ("inject", "confirm", "heal")
    ]
    for at_ns in range(START, end_ns, SECOND // 10):
        seen: dict[str, Any] = {"invoked_ns": at_ns, "outcome": "ok"}
        writer = "a" if at_ns < PROMOTED else "b"
        for instance in "abc":
            role: dict[str, Any] = {"server": instance, "endpoint": instance, "value": int(instance == writer)}
            rows.append({"action": "observe", "client": f"watcher-{instance}", **seen, **role})
        refused: dict[str, Any] = {"outcome": "failed", "code": "25006", "cause": "stale writer"}
        rows.append({"action": "write", "client": "pinned-a", "endpoint": "a", "key": 1000, **seen, **refused})
        rows.append({"action": "announce", "client": "api", "endpoint": "api", "server": writer, "value": 3, **seen})
        rows.append({"action": "lookup", "client": "dns", "endpoint": "writer", "server": writer, "value": 1, **seen})
        rows.append({"action": "redundant", "client": "watcher", "endpoint": "api", **seen})
    for instance in "abc":
        audit: dict[str, Any] = {"client": "auditor", "endpoint": instance, "server": instance, "outcome": "ok"}
        rows.append({"action": "digest", "value": 4711, "invoked_ns": end_ns + SECOND, **audit})
    names = {name: [row.get(name) for row in rows] for name in SCHEMA}
    return pl.DataFrame({**names, "completed_ns": [row["invoked_ns"] + 1_000_000 for row in rows]}, schema=SCHEMA)


def history(operations: int) -> History:
    """Build it: a third each of writes, reads, and rows that are read back."""
    third = operations // 3
    gap_ns = 120 * SECOND // third
    written = writes(third, gap_ns)
    end_ns = START + third * gap_ns
    known = written.lazy().filter(pl.col("outcome") == "ok").select("key", "value").collect()
    rows = known.select(
        "key",
        "value",
        client=pl.lit("auditor", pl.Categorical),
        action=pl.lit("readback", SCHEMA["action"]),
        endpoint=pl.lit("b", pl.Categorical),
        server=pl.lit("b", pl.Categorical),
        invoked_ns=pl.lit(end_ns + 2 * SECOND),
        completed_ns=pl.lit(end_ns + 3 * SECOND),
        outcome=pl.lit("ok", SCHEMA["outcome"]),
    )
    header = rows.head(1).with_columns(key=pl.lit(None, pl.Int32), value=pl.lit(rows.height, pl.Int64))
    parts = [around(end_ns), written, reads(third, gap_ns, gap_ns), rows, header]
    whole = pl.concat(parts, how="diagonal").sort("invoked_ns", maintain_order=True)
    anchor = Anchor(monotonic_ns=START, wall_ns=0, error_ns=0)
    return History(operations=whole.select(list(SCHEMA)), anchor=anchor, fault="a failover at scale")


def main() -> int:
    """Build a history, save it, load it, judge it by every promise."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--operations", type=int, default=10_000_000)
    number: int = arguments.parse_args().operations
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.parquet"
        with step("build"):
            built = history(number)
        with step("save"):
            built.save(path)
        del built
        with step("load"):
            loaded = History.load(path)
        print(f"{loaded.operations.height:,} operations, {path.stat().st_size / 2**20:,.0f} MB of Parquet")
    with step("phases"):
        print(f"  {phases(loaded)}")
    for check in (
        recovered_within(60),
        every_acknowledged_write_survives(),
        no_refused_write_appears(),
        no_write_is_applied_twice(),
        one_writer_at_a_time(),
        readers_stay_fresh(10),
        reads_are_monotonic(),
        readers_keep_answering(10),
        control_plane_agrees(10),
        redundancy_restored(60),
    ):
        with step(check.__name__):
            verdict = check(loaded)
        print(f"  {verdict.ruling}, {verdict.because}")
    return int(peak_gb() > LIMIT_GB)


if __name__ == "__main__":
    sys.exit(main())
