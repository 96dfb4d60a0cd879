"""CloudWatch's metrics of the lab: processors and counters, measured."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from lab import processes
from lab.api.metrics import Counts, Meter, Processors, begin
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import IDENTITY, eventually

if TYPE_CHECKING:
    from pathlib import Path

BURN = "while True: pass"


def test_a_zone_is_charged_with_what_its_processes_use(tmp_path: Path) -> None:
    """A process that never rests uses a core, whoever else is idle."""
    folders = {"busy": tmp_path / "busy", "idle": tmp_path / "idle"}
    burning = processes.start([sys.executable, "-c", BURN], folder=folders["busy"], log="log")
    meter = Processors(folders)
    try:
        assert meter.used_pct() == {}
        cores = psutil.cpu_count() or 1
        used = eventually(lambda: (seen := meter.used_pct()) and seen["busy"] > 20 / cores and seen, "a busy core")
        assert used["idle"] == 0
        assert used["busy"] <= 100
    finally:
        burning.kill()
        burning.wait()
    with suppress(psutil.Error):
        assert eventually(lambda: meter.used_pct()["busy"] == 0, "an end")


def test_io_is_counted_between_two_looks() -> None:
    """Pages that were read, log by 4 KB, and the share of pages that were cached."""
    meter = Meter.__new__(Meter)
    meter._cluster = "lab"  # noqa: SLF001 - what the rule needs, and no threads
    last = Counts(hits=100, reads=10, log_bytes=0, writes=True)
    now = Counts(hits=400, reads=110, log_bytes=8193, writes=True)
    found = {name[1]: summary.total for name, summary in meter._since(last, now, "lab-a")}  # noqa: SLF001
    assert found == {"VolumeReadIOPs": 100.0, "BufferCacheHitRatio": 75.0, "VolumeWriteIOPs": 3.0}


def test_counters_that_began_anew_are_no_io() -> None:
    """After a crash, and after a promotion, nothing is made up."""
    meter = Meter.__new__(Meter)
    meter._cluster = "lab"  # noqa: SLF001
    last = Counts(hits=100, reads=10, log_bytes=9000, writes=False)
    assert list(meter._since(last, Counts(hits=5, reads=5, log_bytes=0, writes=True), "lab-a")) == []  # noqa: SLF001


def test_a_cluster_in_memory_is_not_measured() -> None:
    """There is nothing to measure, and nothing breaks; what was replaced is put back."""
    from moto.cloudwatch import urls

    before = dict(urls.url_paths)
    back = begin(InMemory(), IDENTITY)
    assert urls.url_paths != before
    back()
    assert urls.url_paths == before
