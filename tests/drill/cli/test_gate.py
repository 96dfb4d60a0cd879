"""drill gate: its options, its output, and what it does where something is in its own way."""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from drill.cli import gate, main
from tests.drill.reporting.gate.made import BROKEN, HELD, NOW, made

NAME = "20261123T100000Z-lab"


def options(folder: Path, **more: object) -> argparse.Namespace:
    """What argparse makes of no options, but for these."""
    usual = {
        "run": "latest",
        "require": [],
        "target": None,
        "max_age": None,
        "worst_of": None,
        "store": None,
        "signed": False,
        "json": False,
        "drill_toml": folder / "drill.toml",
    }
    return argparse.Namespace(**{**usual, **more})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a team works, with one run that held."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drill.toml").write_text("")
    made(tmp_path / "reports" / "runs" / NAME)
    (tmp_path / "reports" / "latest").symlink_to(f"runs/{NAME}")
    return tmp_path


def printed(place: Path, **more: object) -> tuple[int, str]:
    """The exit code, and what a person reads."""
    out = io.StringIO()
    code = gate.run(options(place, **more), {}, now=NOW, console=Console(file=out, width=150))
    return code, out.getvalue()


@pytest.mark.parametrize(
    "run", ["latest", NAME, f"reports/runs/{NAME}", f"reports/runs/{NAME}/", "reports/latest/summary.json"]
)
def test_a_run_is_found_by_its_folder_its_summary_or_its_name(place: Path, run: str) -> None:
    """Relative to where one stands, or under reports/ beside drill.toml."""
    code, said = printed(place, run=run)
    assert code == 0
    assert f"drill gate: {NAME}" in said


@pytest.mark.parametrize("run", ["20991231T000000Z-lab", "drill.toml", "no/such/summary.json", ".", "a\0b"])
def test_a_run_that_is_not_there_is_undecided(place: Path, run: str) -> None:
    """And nothing is written anywhere."""
    code, _ = printed(place, run=run)
    assert code == 2
    assert not list(place.rglob("gate.*"))


def test_a_run_without_a_name_is_misuse(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As where a pipeline's variable is not set: the newest run is not what was asked for."""
    assert printed(place, run="")[0] == 4
    assert "RUN: is empty" in capsys.readouterr().err


def test_without_any_run_it_is_undecided(tmp_path: Path) -> None:
    """As on the first day, or after `make clean`."""
    (tmp_path / "drill.toml").write_text("")
    code, said = printed(tmp_path)
    assert code == 2
    assert "is not there; run the suite, or name another run" in " ".join(said.replace("|", " ").split())


def test_the_document_is_printed_for_programs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same that is written, and nothing else."""
    assert gate.run(options(place, json=True), {}, now=NOW) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((place / "reports/latest/gate.json").read_text())


def test_what_is_required_on_the_command_line_comes_to_what_the_file_requires(place: Path) -> None:
    """An option can ask for more, and never for less."""
    (place / "drill.toml").write_text('[gate]\nrequire = ["phase2"]\n')
    policy = gate.policy_of(options(place, require=["failover,cost", "phase1"]))
    assert policy.require == ("phase2", "failover", "cost", "phase1")


def test_the_other_options_go_before_the_file(place: Path) -> None:
    """Each where it is given."""
    (place / "drill.toml").write_text('[gate]\ntarget = "staging"\nmax_age = "1h"\nworst_of = 3\nsigned = true\n')
    kept = gate.policy_of(options(place))
    assert (kept.target, kept.max_age, kept.worst_of, kept.signed) == ("staging", 3600.0, 3, True)
    given = gate.policy_of(options(place, target="lab", max_age="2h", worst_of="1"))
    assert (given.target, given.max_age, given.worst_of, given.signed) == ("lab", 7200.0, 1, True)


def test_the_runs_before_it_may_be_kept_elsewhere(place: Path) -> None:
    """As in a pipeline, whose own folder is empty each time."""
    before = place / "elsewhere" / "runs" / "20261120T100000Z-lab"
    made(before, replace(HELD, promises=BROKEN.promises), finished=NOW - timedelta(days=3))
    code, said = printed(place, worst_of="2", store="elsewhere")
    assert code == 1
    assert f"the worst of 2: {NAME}, 20261120T100000Z-lab" in said
    assert printed(place, worst_of="2")[0] == 2
    assert printed(place, worst_of="2", store="s3://")[0] == 4
    assert printed(place, store="elsewhere")[0] == 0  # nobody is asked where nothing else is wanted
    assert printed(place, store="ftp://elsewhere")[0] == 4


def test_a_file_that_was_named_and_is_not_there_is_misuse(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its policy would be missing, and the gate wide open."""
    assert main(["--drill-toml", str(place / "other.toml"), "gate"]) == 4
    assert "other.toml: the file: is not there" in capsys.readouterr().err


def test_a_ruling_that_cannot_be_written_lets_nothing_pass(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held becomes undecided; broken stays broken."""

    def full(_judgement: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gate, "write", full)
    assert printed(place)[0] == 2
    assert "the ruling: cannot be written (No space left on device)" in capsys.readouterr().err
    made(place / "reports" / "runs" / "broken", BROKEN)
    assert printed(place, run="broken")[0] == 1


def test_an_earlier_ruling_that_cannot_be_removed_lets_nothing_pass(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would go on to say what it said, and it is named."""
    assert printed(place)[0] == 0

    def busy(path: Path, *, missing_ok: bool = False) -> None:
        raise OSError(16, "Device or resource busy", str(path), missing_ok)

    monkeypatch.setattr(Path, "unlink", busy)
    assert printed(place)[0] == 2
    assert "gate.json: an earlier ruling: cannot be removed (Device or resource busy)" in capsys.readouterr().err


def test_an_error_of_its_own_is_undecided_and_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never 1, which says that a promise is broken, and never a traceback."""

    def astray(*_: object, **__: object) -> None:
        raise RuntimeError("astray, password=hunter2hunter2")

    monkeypatch.setattr(gate, "judged", astray)
    assert printed(place)[0] == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "drill: gate: undecided: RuntimeError: astray, password=***"


def test_a_terminal_that_knows_ascii_only_still_reads_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it cannot show is escaped; the exit code is what was judged."""
    made(place / "reports" / "runs" / "broken", BROKEN, HELD, finished=NOW - timedelta(hours=1), subject="±")
    (place / "drill.toml").write_text('[gate]\nwarn = ["±/*"]\n')
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    code = gate.run(options(place, run="broken"), {}, now=NOW, console=Console(file=out, width=100))
    assert code == 1
    assert "warn '\\xb1/*' matches no promise" in capsys.readouterr().out


def test_its_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer copies a line; whoever writes a pipeline knows what to expect."""
    with pytest.raises(SystemExit) as ended:
        main(["gate", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "drill gate --require failover,connections" in said
    assert "  4  misuse: " in said
