"""Whether a run is evidence: the matrix of exit codes shows the bad ones whole; here is what each line rests on."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from drill.reporting import summary
from drill.reporting.gate.evidence import evidence
from tests.drill.reporting.gate.made import BROKEN, HELD, SKIPPED, made

KEY = "a key"


def test_a_run_that_was_left_alone_is_evidence(tmp_path: Path) -> None:
    """Held, broken or skipped: what it says is another question."""
    found = evidence(made(tmp_path / "run", HELD, BROKEN, SKIPPED, key=KEY), key=KEY, signed=True)
    assert (found.problems, found.notes, found.signed) == ((), (), True)
    assert found.run is not None
    assert len(found.run.experiments) == 3


def test_a_folder_without_a_summary_is_none(tmp_path: Path) -> None:
    """And one where something that is no file stands in its place is none either, and is never waited for."""
    assert "is not there" in evidence(tmp_path, key=None, signed=False).problems[0]
    os.mkfifo(tmp_path / "summary.json")
    assert "is not there" in evidence(tmp_path, key=None, signed=False).problems[0]


def test_what_is_not_known_about_a_run_is_said(tmp_path: Path) -> None:
    """A signature that nobody checked, and files that came later, three of them by name."""
    folder = made(tmp_path / "run", key=KEY)
    for number in range(5):
        (folder / f"late-{number}.txt").write_text("x")
    unchecked, late = evidence(folder, key=None, signed=False).notes
    assert "nobody checked it" in unchecked
    assert late == "not part of the sealed run: late-0.txt, late-1.txt, late-2.txt and 2 more"


def test_an_experiment_may_have_left_nothing_where_nothing_was_measured(tmp_path: Path) -> None:
    """One that could not be conducted is undecided, and its folder empty; that contradicts nothing."""
    (promise, _) = HELD.promises
    silent = replace(HELD, promises=(replace(promise, measured={}),))
    folder = made(tmp_path / "run", silent)
    next(folder.glob("failover/*/history.parquet")).unlink()
    summary.write(summary.read(folder / "summary.json"), folder / "summary.json")
    assert evidence(folder, key=None, signed=False).problems == ()


def test_evidence_outside_of_the_run_is_none(tmp_path: Path) -> None:
    """What lies elsewhere is covered by no seal."""
    folder = made(tmp_path / "run")
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "history.parquet").write_bytes(b"x")
    run = summary.read(folder / "summary.json")
    summary.write(replace(run, experiments=(replace(HELD, directory=outside),)), folder / "summary.json")
    (line,) = evidence(folder, key=None, signed=False).problems
    assert line.endswith("was judged by evidence in '../elsewhere', where the seal lists no file")


@pytest.mark.parametrize("signed", [True, False])
def test_a_signature_is_valid_or_it_is_none(tmp_path: Path, *, signed: bool) -> None:
    """`signed` is True only where one was checked, so that no table calls a run signed that nobody looked at."""
    folder = made(tmp_path / "run", key=KEY if signed else None)
    assert evidence(folder, key=KEY, signed=False).signed is signed
    assert evidence(folder, key=None, signed=False).signed is False
    assert bool(evidence(folder, key=KEY, signed=False).problems) is not signed


def test_the_summary_is_read_once(tmp_path: Path) -> None:
    """What is verified is what is judged: every figure comes from the document whose digest was taken."""
    folder = made(tmp_path / "run")
    document = json.loads((folder / "summary.json").read_text())
    found = evidence(folder, key=None, signed=False)
    assert found.run is not None
    assert [each.fault for each in found.run.experiments] == [each["fault"] for each in document["experiments"]]
