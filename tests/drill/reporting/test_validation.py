"""validation.md: evidence for people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drill.reporting import validation
from drill.reporting.records import EXPERIMENT, ExperimentRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived


def written(folder: Path, *experiments: ExperimentRecord) -> str:
    """Write the page of a run of these experiments, and read it."""
    path = folder / "validation.md"
    validation.write(run(*experiments), path)
    return path.read_text()


def test_the_page_says_what_was_measured_on_which_target_and_with_what(tmp_path: Path) -> None:
    """Provenance first: target, moment, objectives, versions."""
    page = written(tmp_path)
    assert page.startswith("# Validation: held\n")
    for line in (
        "| provenance | simulated by the lab (target lab) |",
        "| started | 2026-11-22 14:30:00 UTC, for 60 s |",
        "| objectives | recovery_time 60s |",
        "| versions | drill 0.1.0, postgresql 18.4 |",
    ):
        assert line in page


def test_each_criterion_has_its_result_and_leads_to_its_evidence(tmp_path: Path) -> None:
    """Met ones name figure and experiments; the others are listed as not run."""
    page = written(tmp_path)
    row = next(line for line in page.splitlines() if "Automatic failover completes" in line)
    assert row.endswith("| **met** | at worst recovery time 2.58 s; experiment [1](#experiment-1) | simulated: lab |")
    assert '<a id="experiment-1"></a>' in page
    assert "| Index utilization >90% | **not run** |  |  |" in page


def test_an_experiment_has_its_phases_its_promises_and_its_findings(tmp_path: Path) -> None:
    """All that was judged is there, the single findings included."""
    page = written(tmp_path, experiment(recovered(2.58), survived(6)))
    assert "### 1. failover, crash of the writer: broken" in page
    assert "| 0.012 | 1.9 | 2.31 | 2.34 | 2.51 | 2.580 ±0.004 | 4.1 | 9.1 |" in page
    assert "| every_acknowledged_write_survives | broken | 6 of 41,207 are lost |  | lost writes 6 |" in page
    assert "- stream 5: value 5 is absent" in page


def test_evidence_is_linked_where_it_is_and_missed_where_it_is_not(tmp_path: Path) -> None:
    """Links are relative to the page; a file that was never written is no link."""
    place = tmp_path / "failover" / "crash"
    place.mkdir(parents=True)
    (place / "timeline.svg").touch()
    page = written(tmp_path, experiment(directory=place))
    assert "![timeline of crash of the writer](failover/crash/timeline.svg)" in page
    assert "No history: failover/crash/history.parquet was not written." in page


def test_skipped_experiments_and_empty_runs_say_so(tmp_path: Path) -> None:
    """A reason for each fault that was not injected."""
    page = written(tmp_path, ExperimentRecord(scenario="failover", fault="power", skipped="no way to do this"))
    assert "### 1. failover, power: skipped" in page
    assert "Not run: no way to do this" in page


def test_no_text_breaks_the_page_or_tells_a_secret(tmp_path: Path) -> None:
    """Bars, lines and tags stay in their cell; a password does not."""
    because = "a|b\n<script> password=hunter2"
    page = written(tmp_path, experiment(recovered(None, Ruling.BROKEN, because=because)))
    assert r"| recovered_within | broken | a\|b &lt;script> password=*** |" in page
    assert "hunter2" not in page


def test_what_a_service_showed_is_never_called_simulated_nor_the_other_way_round(tmp_path: Path) -> None:
    """Provenance stands at the head, beside each criterion that was judged, and under each experiment."""
    path = tmp_path / "validation.md"
    validation.write(replace(run(), kind="aurora", subject="cluster orders in eu-west-1", target="staging"), path)
    page = path.read_text()
    assert "| provenance | measured on cluster orders in eu-west-1 (target staging) |" in page
    assert "Provenance: measured on cluster orders in eu-west-1 (target staging)." in page
    assert "| measured: staging |" in page
    assert "simulated" not in page
    assert "measured on" not in written(tmp_path)


def test_a_drawing_of_what_was_cut_off_is_said_to_be_no_more(tmp_path: Path) -> None:
    """As on the page."""
    place = tmp_path / "failover" / "crash"
    place.mkdir(parents=True)
    (place / "timeline.svg").touch()
    halted = Verdict(name=EXPERIMENT, ruling=Ruling.UNDECIDED, because="Halted: an alarm rings")
    assert "It ended before its time" in written(tmp_path, experiment(halted, phases={}, directory=place))
    assert "It ended before its time" not in written(tmp_path, experiment(directory=place))
