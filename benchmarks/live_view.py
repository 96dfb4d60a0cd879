"""What the live view costs, and whom it disturbs: python benchmarks/live_view.py [SECONDS [PAIRS]].

In pairs, without and with the view, on a pseudo-terminal that somebody reads: the CPU of the process that shows it,
how long a glimpse keeps the experiment, and how late a prober in a process of its own wakes up beside it.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

from drill.experiment import Glimpse, Stage
from drill.reporting.live import Limits, Place, Screen

GLIMPSES_PER_S = 10
PLACE = Place(
    scenario="failover",
    number=1,
    total=6,
    limits=Limits(recovery_s=60.0, redundancy_s=60.0, steady_again_s=5.0, p95_ms=10.0),
)
PROBER = """
import sys, time
late, ends = [], time.monotonic() + float(sys.argv[1])
while time.monotonic() < ends:
    due = time.monotonic() + 0.001
    time.sleep(0.001)
    late.append(time.monotonic() - due)
late.sort()
print(late[int(0.99 * len(late))] * 1e3)
"""
"""Wakes up every millisecond; how late, in ms, in 99 of 100 times."""

READER = "import sys\nwhile sys.stdin.buffer.read1(65536):\n    pass"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one stretch of time cost."""

    cpu_ms_per_s: float
    took_us: list[float]
    prober_p99_ms: float


def main(seconds: float, pairs: int) -> None:
    """Measure, and print a line each."""
    found = [(stretch(seconds, shown=False), stretch(seconds, shown=True)) for _ in range(pairs)]
    without, shown = zip(*found, strict=True)
    for name, costs in (("without", without), ("with", shown)):
        took_us = sorted(each for cost in costs for each in cost.took_us)
        print(
            f"{name} the view: CPU {statistics.median(each.cpu_ms_per_s for each in costs):.1f} ms per second;"
            f" a glimpse takes p50 {took_us[len(took_us) // 2]:.0f} us, p99 {took_us[int(0.99 * len(took_us))]:.0f} us;"
            f" a prober beside it wakes late by p99 {statistics.median(each.prober_p99_ms for each in costs):.2f} ms"
        )
    more = statistics.median(one.cpu_ms_per_s - other.cpu_ms_per_s for other, one in found)
    print(f"the view itself: {more:.1f} ms of CPU per second, median of {pairs} pairs of {seconds:g} s")


def stretch(seconds: float, *, shown: bool) -> Cost:
    """Watch a made-up failover for so long, with a prober beside."""
    with terminal() as file:
        screen = Screen(file, lambda: (120, 40), environment={"TERM": "xterm-256color"})
        if shown:
            screen.begin(PLACE)
        prober = subprocess.Popen([sys.executable, "-c", PROBER, str(seconds)], stdout=subprocess.PIPE, text=True)
        cpu_s, began_ns, took_us = time.process_time(), time.monotonic_ns(), []
        for number in range(round(seconds * GLIMPSES_PER_S)):
            made = glimpse(number / GLIMPSES_PER_S, began_ns)
            before_ns = time.perf_counter_ns()
            screen.watch(made)
            took_us.append((time.perf_counter_ns() - before_ns) / 1e3)
            time.sleep(max(0.0, (number + 1) / GLIMPSES_PER_S - (time.monotonic_ns() - began_ns) / 1e9))
        used_ms = (time.process_time() - cpu_s) * 1e3
        late_ms = float(prober.communicate()[0])
        screen.end()
        if screen.wrong:
            raise screen.wrong
    return Cost(cpu_ms_per_s=used_ms / seconds, took_us=took_us, prober_p99_ms=late_ms)


def glimpse(at_s: float, began_ns: int) -> Glimpse:
    """How it goes: the fault comes after a second, and everybody fails for two."""
    is_down = 1 <= at_s < 3
    return Glimpse(
        fault="writer crash",
        stage=Stage.FAULT if at_s >= 1 else Stage.STEADY,
        at_ns=began_ns + round(at_s * 1e9),
        injected_ns=began_ns + 10**9 if at_s >= 1 else None,
        rates_per_s={"writes": 0.0 if is_down else 1200.0 + at_s, "reads": 4000.0 - at_s},
        failing="16 of 20 clients without success" if is_down else "",
        phases={"detected": 0.1} if at_s >= 1 else {},
    )


@contextmanager
def terminal() -> Iterator[TextIO]:
    """A pseudo-terminal, and another process that reads what is written on it."""
    reads, writes = pty.openpty()
    reader = subprocess.Popen([sys.executable, "-c", READER], stdin=reads, stderr=subprocess.DEVNULL)
    os.close(reads)
    try:
        with os.fdopen(writes, "w", encoding="utf-8") as file:
            yield file
    finally:
        reader.kill()
        reader.wait()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
