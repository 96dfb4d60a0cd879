"""python -m lab says what it does, and what is wrong in one line."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab import sabotage
from lab.__main__ import main
from lab.layout import Layout
from tests.lab.real import Real

OF_POSTGRESQL = "zone-a/log/error/postgresql.log.2026-11-22-1400"


@pytest.fixture
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of all labs of the test's own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return tmp_path


def test_help_shows_examples() -> None:
    """As a process of its own, as a newcomer calls it."""
    done = subprocess.run([sys.executable, "-m", "lab", "--help"], capture_output=True, text=True, check=True)
    assert "examples:\n  python -m lab up " in done.stdout
    assert all(command in done.stdout for command in ("up", "status", "check", "down", "logs"))
    assert done.stderr == ""


@pytest.mark.usefixtures("labs")
@pytest.mark.parametrize("command", ["status", "logs"])
def test_an_unknown_lab_is_one_line_and_exit_1(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that would start it."""
    assert main([command, "--name", "t-none"]) == 1
    said = capsys.readouterr()
    assert said.err == "lab: there is no lab 't-none': `python -m lab up --name t-none`\n"
    assert said.out == ""


@pytest.mark.usefixtures("labs")
def test_taking_down_what_is_not_up_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to do, and it says so; nor is there anything in the folder of all labs."""
    assert main(["down", "--name", "t-none"]) == 0
    assert main(["down", "--all"]) == 0
    assert main(["down", "--name", ".."]) == 0
    assert capsys.readouterr().out == "nothing was up\n" * 3


@pytest.mark.usefixtures("labs")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["up", "--fault-in", "gremlins"], "invalid choice: 'gremlins' (choose from"),
        (["up", "--zones", "many"], "invalid int value: 'many'"),
        (["up", "--endpoint-lag", "late"], "invalid float value: 'late'"),
        ([], "required: COMMAND"),
        (["sideways"], "invalid choice: 'sideways'"),
    ],
)
def test_bad_arguments_are_exit_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Said by the parser, with the usage."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["up", "--name", "a b"], "'a b' is no name for a lab"),
        (["up", "--zones", "1"], "a lab has 2 to 8 zones, not 1"),
        (["up", "--endpoint-lag", "-1"], "an endpoint lags for 0 s or more, not -1"),
        (["up", "--port", "70000"], "70000 is no port"),
        (["status", "--name", "../.."], "'../..' is no name for a lab"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(
    labs: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is made."""
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"lab: {says}")
    assert said.count("\n") == 1
    assert list(labs.iterdir()) == []


def test_the_defects_are_offered(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, in the help of `up`."""
    with pytest.raises(SystemExit):
        main(["up", "--help"])
    said = capsys.readouterr().out
    assert all(name in said for name in sabotage.NAMES)


def test_logs_show_the_end_of_each(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all, or of a zone; what lies in the data directories is PostgreSQL's own."""
    Layout.plan("t-logs").save()
    for place in ("control.log", "zone-a/zone.log", "zone-b/zone.log", "zone-b/data/its.log", OF_POSTGRESQL):
        path = labs / "t-logs" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one\ntwo\nthree\n")
    assert main(["logs", "--name", "t-logs", "--lines", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "control.log: three",
        f"{OF_POSTGRESQL}: three",
        "zone-a/zone.log: three",
        "zone-b/zone.log: three",
    ]
    assert main(["logs", "--name", "t-logs", "--zone", "b", "--lines", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == ["zone-b/zone.log: two", "zone-b/zone.log: three"]
    assert main(["logs", "--name", "t-logs", "--zone", "a", "--lines", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{OF_POSTGRESQL}: three", "zone-a/zone.log: three"]
    assert main(["logs", "--name", "t-logs", "--zone", "z"]) == 2
    assert capsys.readouterr().err == "lab: there is no zone 'z'; there are: a, b, c\n"


def test_check_says_what_a_lab_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine where these tests run nothing is missing."""
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "PostgreSQL: postgres (PostgreSQL) 18." in said
    assert "MISSING" not in said


@pytest.mark.usefixtures("labs")
def test_check_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a thing, each with its remedy."""
    from lab import programs

    monkeypatch.setenv("LAB_PG_BIN", str(tmp_path))
    programs.postgres_bin.cache_clear()
    try:
        assert main(["check"]) == 1
    finally:
        programs.postgres_bin.cache_clear()
    assert f"MISSING  PostgreSQL: no postgres in {tmp_path}: set LAB_PG_BIN" in capsys.readouterr().out


@pytest.mark.lab
def test_status_describes_a_lab(real: Real, capsys: pytest.CaptureFixture[str]) -> None:
    """For people, and as JSON for scripts: one line, without a password."""
    assert main(["status", "--name", real.lab.name]) == 0
    for_people = capsys.readouterr().out
    assert f"the lab {real.lab.name!r} is up" in for_people
    assert f"writer        {real.lab.writer}:{real.lab.port}" in for_people
    assert f"CA            {real.lab.ca_file}" in for_people
    assert f"psql {shlex.quote(real.lab.conninfo)}\n" in for_people
    assert main(["status", "--name", real.lab.name, "--json"]) == 0
    for_scripts = capsys.readouterr().out
    assert json.loads(for_scripts)["endpoint_url"] == real.lab.endpoint_url
    assert for_scripts.count("\n") == 1
    assert real.secret["password"] not in for_people + for_scripts
