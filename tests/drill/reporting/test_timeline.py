"""timeline.svg: all that it must show is in it, and the same history is the same drawing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.history import Anchor, History
from drill.reporting import timeline
from drill.reporting.timeline.bins import MOST_BINS, cut
from drill.reporting.timeline.marks import stack
from tests.drill.reporting.synthetic import PHASES, history

SVG = "{http://www.w3.org/2000/svg}"
NOTHING = History.of(pl.DataFrame(), anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0))


def drawn(path: Path, of: History, phases: dict[str, float | None]) -> tuple[set[str], list[str]]:
    """Draw, and return the names of all groups and all texts of the SVG."""
    timeline.draw(of, phases, path, "Failover: crash of the writer")
    root = ET.parse(path).getroot()  # noqa: S314 - we wrote it
    groups = {each.get("id", "") for each in root.iter(f"{SVG}g")}
    return groups, ["".join(each.itertext()).strip() for each in root.iter(f"{SVG}text")]


def test_the_fault_every_phase_and_every_series_are_drawn(tmp_path: Path) -> None:
    """A band from inject to heal, a mark and a label a phase, throughput, latency, failures by cause, stalls."""
    groups, texts = drawn(tmp_path / "timeline.svg", history(), PHASES)
    assert {f"phase-{name}" for name in PHASES} <= groups
    assert {"fault-band", "fault-injected", "fault-healed"} <= groups
    series = {f"{kind}-{action}s" for kind in ("throughput", "p50", "p99") for action in ("write", "read")}
    assert series <= groups
    assert {"errors-refused-failed", "errors-reset-unknown", "stalls"} <= groups
    for text in ("detected 12 ms", "recovered 2.58 s", "first write 2.51 s", "redundant 9.1 s after healing"):
        assert text in texts
    assert "Failover: crash of the writer" in texts
    subtitle = next(text for text in texts if text.startswith("recovered after"))
    assert subtitle.split("  ·  ") == [
        "recovered after 2.58 s",
        "redundant 9.1 s after healing",
        "writes: 5,800 acknowledged, 960 failed, 40 unknown",
    ]


def test_the_same_history_is_the_same_file(tmp_path: Path) -> None:
    """Byte for byte: no date, no random name."""
    for name in ("one", "two"):
        timeline.draw(history(), PHASES, tmp_path / name, "the same")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_phase_that_never_came_has_no_mark_and_the_title_says_never(tmp_path: Path) -> None:
    """What was not seen is not drawn somewhere."""
    groups, texts = drawn(tmp_path / "timeline.svg", history(outage_s=99), {"recovered": None, "detected": 0.01})
    assert "phase-recovered" not in groups
    assert any(text.startswith("never recovered") for text in texts)


@pytest.mark.parametrize("actions", [[], ["write", "read"], ["inject"]])
def test_a_history_without_fault_or_load_is_drawn_as_well(tmp_path: Path, actions: list[str]) -> None:
    """Nothing to show is shown as nothing, never as an error."""
    operations = history().operations.filter(pl.col("action").is_in(actions))
    groups, _ = drawn(tmp_path / "t.svg", History.of(operations, anchor=NOTHING.anchor), {})
    assert ("fault-band" in groups) == ("inject" in actions)


def test_rates_are_the_acknowledged_operations_per_second() -> None:
    """Four clients at 100/s are 400/s, none while the writer is away, and no slice mixes before and after."""
    bins = cut(history())
    writes = bins.rates.filter(pl.col("action") == "write").with_columns(at_s=pl.col("bin") * bins.step_s)
    assert writes.filter(pl.col("at_s") < -0.1)["per_s"].mean() == pytest.approx(400, rel=0.01)
    assert writes.filter(pl.col("at_s").is_between(0.1, 2.3))["per_s"].max() == 0
    assert bins.errors["count"].sum() == 1000


@pytest.mark.parametrize("after_s", [0.5, 3.0, 17.0, 100.0, 400.0])
def test_a_run_of_any_length_is_cut_into_some_hundred_slices(after_s: float) -> None:
    """Between 180 and 401: fine enough to see an outage, coarse enough to draw."""
    bins = cut(history(after_s=after_s, rate=20, clients=1))
    assert 180 <= bins.last - bins.first + 1 <= MOST_BINS + 1


def test_probes_pinned_to_instances_are_left_out() -> None:
    """A reader refuses their writes all the time, which no application sees."""
    pinned = history().operations.with_columns(endpoint=pl.lit("instance-b"), outcome=pl.lit("failed"))
    operations = pl.concat([history().operations.cast({"endpoint": pl.String}), pinned], how="vertical_relaxed")
    both = History.of(operations, anchor=NOTHING.anchor)
    assert cut(both).errors["count"].sum() == 1000


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(1, 200)), max_size=12))
def test_no_label_covers_another_or_the_line_up_to_it(labels: list[tuple[float, float]]) -> None:
    """Two labels whose marks are closer than the first is wide stand in two rows, the earlier one higher."""
    starts, widths = [each for each, _ in labels], [each for _, each in labels]
    rows = stack(starts, widths)
    for one, (start, width) in enumerate(labels):
        for other, beginning in enumerate(starts):
            if (start, one) < (beginning, other) and beginning < start + width:
                assert rows[one] > rows[other]


def test_a_million_operations_are_drawn_in_seconds(tmp_path: Path) -> None:
    """Aggregated before they are drawn, so that the file stays small."""
    many = history(rate=2000, clients=30)
    assert many.operations.height > 1_000_000
    timeline.draw(history(), PHASES, tmp_path / "warm.svg", "imports matplotlib")
    began = time.perf_counter()
    timeline.draw(many, PHASES, tmp_path / "many.svg", "many")
    assert time.perf_counter() - began < 5
    assert (tmp_path / "many.svg").stat().st_size < 500_000


def test_matplotlib_is_imported_only_to_draw() -> None:
    """Whoever imports reporting does not wait for it."""
    script = "import sys, drill.reporting.timeline; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
