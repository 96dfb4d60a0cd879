"""ramp.svg: every rate that was tried is drawn, the objective too, and the same history is the same drawing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl

from drill.history import Anchor, History
from drill.reporting import ramp
from drill.tables import typed_table

SVG = "{http://www.w3.org/2000/svg}"
ANCHOR = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)
SECOND_NS = 1_000_000_000


def history(*latencies_ms: float, ok: bool = True) -> History:
    """A ramp of one second a step, 100 requests a second more each; every request of a step takes as long."""
    settings, requests = [], []
    for number, latency_ms in enumerate(latencies_ms):
        rate, from_ns = 100 * (number + 1), number * SECOND_NS
        told = {"rate_per_s": rate, "from_ns": from_ns, "to_ns": from_ns + SECOND_NS}
        settings += [
            {"subject": f"stage-{number:02}", "name": name, "value": str(value)} for name, value in told.items()
        ]
        for each in range(rate):
            due_ns = from_ns + each * SECOND_NS // rate
            completed_ns = due_ns + round(latency_ms * 1e6)
            outcome = "ok" if ok else "failed"
            requests.append({"pattern": "p", "due_ns": due_ns, "completed_ns": completed_ns, "outcome": outcome})
    tables = {"settings": typed_table("settings", settings), "requests": typed_table("requests", requests)}
    return History.of(pl.DataFrame(), anchor=ANCHOR, tables=tables)


def texts(path: Path) -> list[str]:
    """All texts of the drawing."""
    root = ET.parse(path).getroot()  # noqa: S314 - we wrote it
    return ["".join(each.itertext()).strip() for each in root.iter(f"{SVG}text")]


def test_the_highest_rate_within_the_objective_is_told(tmp_path: Path) -> None:
    """Step by step upwards: one that is in time again above one that is not does not count."""
    path = tmp_path / "ramp.svg"
    assert ramp.draw(history(2, 3, 20, 4), path, "Latency by load", limit_ms=10)
    assert "95 % answered within 10 ms up to 200 requests per second" in texts(path)
    assert {"Latency by load", "objective 10 ms", "median", "95 %", "99 %"} <= set(texts(path))


def test_the_same_history_is_the_same_file(tmp_path: Path) -> None:
    """Byte for byte: no date, no random name."""
    for name in ("one", "two"):
        ramp.draw(history(2, 3), tmp_path / name, "the same", limit_ms=10)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_step_that_nobody_answers_is_drawn(tmp_path: Path) -> None:
    """Latencies without end are at the top, and the first step says that there is no rate that would do."""
    path = tmp_path / "ramp.svg"
    assert ramp.draw(history(2, 3, ok=False), path, "mute", limit_ms=10)
    assert "p95 was beyond 10 ms at the lowest rate already" in texts(path)


def test_without_a_ramp_there_is_nothing_to_draw(tmp_path: Path) -> None:
    """One rate is no ramp, and no load is none either."""
    path = tmp_path / "ramp.svg"
    assert not ramp.draw(history(2), path, "one step", limit_ms=10)
    assert not ramp.draw(History.of(pl.DataFrame(), anchor=ANCHOR), path, "nothing", limit_ms=10)
    assert not path.exists()
