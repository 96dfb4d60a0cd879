"""drill trends: a table for a person, JSON for a program, and an exit code that never passes wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill.cli import main
from drill.reporting import summary
from drill.reporting.records import RunRecord
from tests.drill.reporting.trends.runs import FAULT, recovery, run

STEADY = [run(day, recovery(1.3 + day / 100)) for day in range(6)]


def keep(folder: Path, *runs: RunRecord) -> None:
    """Leave the summaries of these runs as pytest does, beside drill.toml."""
    for each in runs:
        where = folder / "reports" / "runs" / each.name
        where.mkdir(parents=True)
        summary.write(each, where / "summary.json")


def trends(drill_toml: Path, *options: str) -> int:
    """What the command ends with."""
    return main(["--drill-toml", str(drill_toml), "trends", *options])


def test_nothing_out_of_line_is_0(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a table of every experiment."""
    keep(drill_toml.parent, *STEADY)
    assert trends(drill_toml) == 0
    said = capsys.readouterr()
    assert "recovery time (s)" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    "newest", [recovery(20.1), recovery(float("inf")), recovery(1.3, lost=1)], ids=["slow", "never", "loss"]
)
def test_something_out_of_line_is_1(drill_toml: Path, newest, capsys: pytest.CaptureFixture[str]) -> None:
    """And is said."""
    keep(drill_toml.parent, *STEADY, run(6, newest))
    assert trends(drill_toml) == 1
    assert f"OUT OF LINE {FAULT}" in capsys.readouterr().out


def test_no_runs_cannot_be_told(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and what to do."""
    assert trends(drill_toml) == 2
    assert "reports/runs: is not there; run a suite first" in capsys.readouterr().err
    keep(drill_toml.parent, *STEADY)
    assert trends(drill_toml, "--target", "staging") == 2
    assert "no run on staging measured anything; run a suite first" in capsys.readouterr().err


def test_too_few_runs_cannot_be_told(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five are needed before the newest; they are shown all the same."""
    keep(drill_toml.parent, *STEADY[:5])
    assert trends(drill_toml) == 2
    assert "too few runs" in capsys.readouterr().out


def test_a_newest_run_that_measured_nothing_cannot_be_told(drill_toml: Path) -> None:
    """Though all before it were in line."""
    keep(drill_toml.parent, *STEADY, run(6, recovery(None)))
    assert trends(drill_toml) == 2


def test_a_newest_run_that_cannot_be_read_cannot_be_told(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be the bad one; one among the others is left out, and said."""
    keep(drill_toml.parent, *STEADY, run(6, recovery(1.3)), run(7, recovery(1.3)))
    runs = sorted((drill_toml.parent / "reports" / "runs").iterdir())
    (runs[2] / "summary.json").write_text("{")
    assert trends(drill_toml) == 0
    assert f"drill: {runs[2].name} is left out: " in capsys.readouterr().err
    (runs[-1] / "summary.json").write_text("{")
    assert trends(drill_toml) == 2


def test_only_the_last_runs_are_looked_at(drill_toml: Path) -> None:
    """What was slow long ago does not excuse what is slow now."""
    keep(drill_toml.parent, run(0, recovery(30.0)), *(run(day, recovery(1.3 + day / 100)) for day in range(1, 7)))
    keep(drill_toml.parent, run(7, recovery(20.1)))
    assert trends(drill_toml) == 0
    assert trends(drill_toml, "--last", "7") == 1


def test_json_is_for_programs(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout alone, whatever else is said."""
    keep(drill_toml.parent, *STEADY, run(6, recovery(20.1)))
    (drill_toml.parent / "reports" / "runs" / STEADY[0].name / "summary.json").write_text("{")
    assert trends(drill_toml, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], list(found["unreadable"])) == (1, [STEADY[0].name])
    assert [each["standing"] for each in found["series"]] == ["out of line", "in line"]
    assert trends(drill_toml, "--json", "--target", "nowhere") == 2
    assert json.loads(capsys.readouterr().out)["series"] == []


def test_a_store_that_is_named_is_asked(
    drill_toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, or a bucket that cannot be asked: one line, and nothing is told."""
    keep(tmp_path / "elsewhere", *STEADY)
    assert trends(drill_toml, "--store", str(tmp_path / "elsewhere" / "reports")) == 0
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "drill")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "drill")
    drill_toml.write_text('[store]\nurl = "s3://evidence"\nendpoint_url = "http://127.0.0.1:9"')
    capsys.readouterr()
    assert trends(drill_toml) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("drill: s3://evidence: ")


@pytest.mark.parametrize("options", [["--last", "0"], ["--last", "many"], ["--lst", "3"], ["--store", "s3:///x"]])
def test_misuse_is_4(drill_toml: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is none, or says nothing that can be used; so is a bad drill.toml."""
    try:
        code = trends(drill_toml, *options)
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code == 4
    assert capsys.readouterr().err
    drill_toml.write_text("[store]\nurl = 1")
    assert trends(drill_toml) == 4


def test_what_we_trip_over_ourselves_is_no_finding(
    drill_toml: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An uncaught error would end with 1, as a database does that is out of line."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    keep(drill_toml.parent, *STEADY)
    monkeypatch.setattr("drill.cli.trends.findings", broken)
    assert trends(drill_toml) == 2
    assert "trends cannot be told: ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """And the exit codes."""
    with pytest.raises(SystemExit):
        main(["trends", "--help"])
    said = capsys.readouterr().out
    assert "drill trends --target staging --last 30" in said
    assert "exit codes: 0 nothing is out of line" in said
