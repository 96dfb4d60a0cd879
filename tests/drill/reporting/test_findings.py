"""What was found, in order of gravity."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.reporting.findings import Findings
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

LATE = recovered(61.0, Ruling.BROKEN, because="every client wrote again after 61 s")
UNDECIDED = Verdict(name="quiet", ruling=Ruling.UNDECIDED, because="too few writes", evidence=("three",))


def found(record: RunRecord, folder: Path | None = None) -> list[str]:
    """The lines, indented."""
    return [" " * indent + line.plain for line, indent in Findings(run=record, say=str, folder=folder).lines()]


def about(lines: list[str], word: str) -> list[str]:
    """Those lines that begin with it."""
    return [line.strip() for line in lines if line.strip().startswith(word)]


def test_the_gravest_comes_first_whatever_came_first_in_the_run() -> None:
    """Broken, undecided, skipped; what was held is one line, and the last."""
    skipped = ExperimentRecord(scenario="failover", fault="power", skipped="no such fault here")
    lines = found(run(skipped, experiment(UNDECIDED, fault="one"), experiment(survived(0), LATE, fault="two")))
    heads = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert heads == ["BROKEN", "UNDECIDED", "skipped", "HELD"]
    assert lines[-1] == "HELD 1 of 3 promises, in 0 of 2 experiments all of them"


def test_a_broken_promise_says_what_was_expected_and_what_to_look_at() -> None:
    """The promise in its own words with its objective, the usual cause, and the next step."""
    lines = found(run(experiment(LATE)))
    assert lines[0] == "BROKEN crash of the writer: recovered_within: every client wrote again after 61 s"
    assert about(lines, "expected") == ["expected: recovered within: 60s"]
    (cause,), (step,) = about(lines, "usually: "), about(lines, "next: ")
    assert "DNS" in cause
    assert "promoted" in step


def test_the_usual_cause_of_a_promise_is_said_once() -> None:
    """Six faults may break the same promise; once is enough to read it."""
    lines = found(
        run(experiment(LATE, fault="one"), experiment(LATE, fault="two"), experiment(survived(1), fault="three"))
    )
    assert len(about(lines, "BROKEN")) == 3
    assert len(about(lines, "usually: ")) == len(about(lines, "next: ")) == 2


def test_what_is_undecided_has_no_usual_cause() -> None:
    """Nobody knows that it is broken; why it could not be judged is all there is to say."""
    lines = found(run(experiment(recovered(None, Ruling.UNDECIDED, because="a probe fell silent"))))
    assert lines == ["UNDECIDED crash of the writer: recovered_within: a probe fell silent"]


def test_a_promise_of_somebody_elses_has_no_usual_cause() -> None:
    """A check that we do not know is shown without one."""
    own = Verdict(name="our_own_promise", ruling=Ruling.BROKEN, because="it is not so")
    assert found(run(experiment(own)))[1:] == ["    expected: our own promise"]


def test_an_experiment_without_a_verdict_is_undecided() -> None:
    """No evidence is never a pass, and never unsaid."""
    assert found(run(ExperimentRecord(scenario="failover", fault="power"))) == ["UNDECIDED power: nothing was judged"]


@pytest.fixture
def kept(tmp_path: Path) -> RunRecord:
    """A run whose second experiment broke a promise, with its folder."""
    folder = tmp_path / "20261122T143000Z-lab"
    directory = folder / "failover" / "zone-loss"
    directory.mkdir(parents=True)
    return run(experiment(), experiment(LATE, fault="zone loss", directory=directory))


def test_the_evidence_is_named_as_the_reader_would_type_it(kept: RunRecord) -> None:
    """The experiment's folder below the run's, with the files that are there, and its place in the report.

    An empty folder is no evidence.
    """
    directory = kept.experiments[1].directory
    assert directory is not None
    shown = Path("runs/x")
    assert about(found(kept, shown), "evidence") == []
    (directory / "requests.parquet").touch()
    assert about(found(kept, shown), "evidence") == ["evidence: runs/x/failover/zone-loss"]
    for name in ("history.parquet", "timeline.svg"):
        (directory / name).touch()
    (directory.parents[1] / "index.html").touch()
    assert about(found(kept, shown), "evidence") == [
        "evidence: runs/x/failover/zone-loss: timeline.svg, history.parquet; runs/x/index.html#experiment-2"
    ]


def test_where_nobody_tells_the_folder_no_evidence_is_named(kept: RunRecord) -> None:
    """A path of this machine is no path of the reader's."""
    assert about(found(kept), "evidence") == []
    assert about(found(run(experiment(LATE)), Path("reports/runs/x")), "evidence") == []


def test_two_experiments_that_are_equal_are_still_two(kept: RunRecord) -> None:
    """A repetition that came out the same has a place of its own in the report."""
    first = kept.experiments[1]
    assert first.directory is not None
    (first.directory.parents[1] / "index.html").touch()
    again = experiment(LATE, fault="zone loss", directory=first.directory)
    lines = about(found(run(*kept.experiments, again), Path("x")), "evidence")
    assert [line.rpartition("-")[2] for line in lines] == ["2", "3"]
