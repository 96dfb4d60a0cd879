"""A folder of runs."""

from __future__ import annotations

import json
import shutil

import pytest

from drill.errors import ConfigError, StoreError
from drill.reporting.store import Local
from tests.drill.reporting.store.conftest import Make
from tests.drill.reporting.trends.runs import recovery


def test_a_run_under_way_is_none_yet(make: Make, folder: Local) -> None:
    """Its summary is written last; neither is a stray file one."""
    under_way = make()
    reports = Local(reports=under_way.parents[1])
    (under_way / "summary.json").unlink()
    (under_way.parent / "20261002T000000Z-lab").write_text("no folder")
    assert reports.names() == ()
    assert folder.names() == ()


def test_a_folder_that_cannot_be_read_is_said(make: Make) -> None:
    """It is no empty one."""
    runs = make().parent
    shutil.rmtree(runs)
    runs.write_text("no folder")
    with pytest.raises(StoreError, match=r"runs: cannot be read \(Not a directory\)"):
        Local(reports=runs.parent).names()


def test_a_run_that_lies_there_needs_no_pushing(make: Make) -> None:
    """It stays as it is."""
    run = make()
    assert Local(reports=run.parents[1]).push(run) == str(run)


def test_a_summary_that_is_none_is_said(make: Make) -> None:
    """With the file, and the remedy."""
    run = make()
    (run / "summary.json").write_text("{")
    with pytest.raises(ConfigError, match=r"summary\.json: the file: cannot be read"):
        Local(reports=run.parents[1]).summary(run.name)


def test_a_figure_that_was_edited_is_not_read(make: Make) -> None:
    """The summary's own digest tells; what became of the evidence is asked by who copies it."""
    run = make(0, recovery(7.5))
    store, path = Local(reports=run.parents[1]), run / "summary.json"
    (run / "validation.md").write_text("# held, really\n")
    assert store.summary(run.name).experiments[0].measured("recovery_time_s") == 7.5
    path.write_text(path.read_text().replace("7.5", "1.5"))
    with pytest.raises(ConfigError, match=r"summary\.json: digest: it was altered after it was sealed"):
        store.summary(run.name)


def test_a_summary_without_a_seal_is_not_read(make: Make) -> None:
    """Who can edit a figure can take the digest away."""
    run = make()
    document = json.loads((run / "summary.json").read_text())
    del document["digest"]
    (run / "summary.json").write_text(json.dumps(document))
    with pytest.raises(ConfigError, match="altered after it was sealed"):
        Local(reports=run.parents[1]).summary(run.name)
