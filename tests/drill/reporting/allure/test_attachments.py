"""What lies beside an experiment is attached once, and only if it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from allure_commons import plugin_manager

from drill.reporting.allure import attachments
from drill.reporting.allure.attachments import MOST_BYTES, of_experiment, of_verdict
from drill.reporting.allure.logger import SecretiveLogger
from tests.drill.reporting import synthetic


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Path]:
    """Where a logger of ours writes, for one test."""
    logger = SecretiveLogger(tmp_path / "results")
    plugin_manager.register(logger)
    yield tmp_path / "results"
    plugin_manager.unregister(logger)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An experiment's."""
    folder = tmp_path / "run" / "failover" / "crash"
    folder.mkdir(parents=True)
    return folder


def test_drawings_tally_and_logs_are_attached(results: Path, folder: Path) -> None:
    """Each by its name and kind; what else lies there is not."""
    (folder / "timeline.svg").write_text("<svg/>")
    (folder / "server.log").write_text("LOG: shutting down\n")
    (folder / "history.parquet").write_bytes(b"PAR1")
    found = of_experiment(folder, synthetic.history())
    assert [(each.name, each.type) for each in found] == [
        ("history: how operations ended", "text/csv"),
        ("timeline", "image/svg+xml"),
        ("log of the server: server.log", "text/plain"),
    ]
    assert [(results / each.source).exists() for each in found] == [True, True, True]
    assert (results / found[0].source).read_text().startswith("what,endpoint,outcome,cause,count,first_s,last_s\n")
    assert (results / found[2].source).read_text() == "LOG: shutting down\n"


def test_what_is_not_there_is_left_out(results: Path, folder: Path) -> None:
    """Neither a folder that is empty nor none at all is an error."""
    assert of_experiment(folder, None) == ()
    assert of_experiment(None, None) == ()
    assert not results.exists()


def test_a_long_log_keeps_its_beginning_and_its_end(results: Path, folder: Path) -> None:
    """It says how much is missing, and where all of it lies; it never grows beyond what it may."""
    (folder / "server.log").write_bytes(b"first\n" + b"x" * (3 * MOST_BYTES) + b"\nlast\n")
    (attached,) = of_experiment(folder, None)
    text = (results / attached.source).read_text()
    assert text.startswith("first\n")
    assert text.endswith("\nlast\n")
    assert "... 2 MB left out; all of it: failover/crash/server.log in the folder of the run ..." in text
    assert len(text) < MOST_BYTES + 200


def test_a_log_of_just_the_size_is_whole(results: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is one that may be reached."""
    monkeypatch.setattr(attachments, "MOST_BYTES", 10)
    (folder / "server.log").write_text("0123456789")
    (attached,) = of_experiment(folder, None)
    assert (results / attached.source).read_text() == "0123456789"


def test_findings_of_a_verdict_are_attached_where_there_are_any(results: Path) -> None:
    """A promise that held has none."""
    (lost,) = of_verdict(synthetic.survived(1))
    assert (results / lost.source).read_text() == "1 of 41,207 are lost\n\nstream 0: value 0 is absent"
    assert of_verdict(synthetic.survived(0)) == ()


def test_no_secret_of_a_log_is_attached(results: Path, folder: Path) -> None:
    """Whoever logged it."""
    (folder / "server.log").write_text(json.dumps({"password": "swordfish"}))
    (attached,) = of_experiment(folder, None)
    assert "swordfish" not in (results / attached.source).read_text()
