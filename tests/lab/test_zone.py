"""A zone's processes are started once, and found again by what belongs to the zone alone."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import processes, programs
from lab.layout import Layout
from lab.zone import ZoneHost

FOREVER = "import signal; signal.pause()"
DEADLINE_S = 10.0


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    """A lab that is only planned, and whose processes end with the test."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    planned = Layout.plan("t-zone")
    yield planned
    processes.kill(planned.folder)


def test_two_who_start_a_zone_start_it_once(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control plane's loop and whoever undoes a fault meet there."""
    monkeypatch.setattr(programs, "python", lambda *_: [sys.executable, "-c", FOREVER])
    host = ZoneHost(layout, layout.zones[0])
    together = threading.Barrier(4)

    def begin() -> None:
        together.wait(DEADLINE_S)
        host.start()
        host.keep_running()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(DEADLINE_S)
    assert len(processes.below(host.folder)) == 3, "one link, one front, one Patroni"
    host.kill()
    host.keep_running()
    assert processes.below(host.folder) == [], "what was killed stays away"
    for forwarder in (host.link, host.front):
        assert forwarder.process is not None
        assert forwarder.process.stdin is not None
        forwarder.process.stdin.close()
    for child in (host.link.process, host.front.process, host.patroni):
        assert child is not None
        child.wait(DEADLINE_S)


def test_a_stranger_is_no_postmaster(layout: Layout) -> None:
    """A dead postmaster's file names a number that somebody else may have by now."""
    host = ZoneHost(layout, layout.zones[0])
    (host.folder / "data").mkdir(parents=True)
    (host.folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert host.postmaster() is None
    with pytest.raises(ProcessLookupError, match="no postmaster in zone a"):
        host.crash()
