"""The command line: help with examples, and one line where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.cli import main


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer copies a line, and it works."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "examples:\n  pytest -m failover " in said
    for command in ("drill doctor --target staging", "drill heal"):
        assert command in said


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 4, as pytest's: 2 is what a command says that cannot tell."""
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 4
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "target.staging: no such target; known: lab"),
        ("[target", "line 1, column 8"),
        ('[target.staging]\nkind = "aurora"', "missing value"),
    ],
    ids=["unknown target", "malformed file", "incomplete target"],
)
def test_bad_input_is_one_line_and_exit_code_2(
    drill_toml: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    """On stderr, naming the file, and without a traceback."""
    drill_toml.write_text(text)
    assert main(["--drill-toml", str(drill_toml), "doctor", "--target", "staging"]) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith(f"drill: {drill_toml}: ")
    assert words in line
    assert said.out == ""


@pytest.fixture
def astonished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `drill heal` trip over what nobody expected, with a secret in it."""

    def run(*_: object) -> int:
        raise ConnectionError("nobody answers\n  postgresql://app:staple-battery@orders")

    monkeypatch.setattr("drill.cli.heal.run", run)


@pytest.mark.usefixtures("astonished")
def test_what_nobody_expected_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own 1 would say that something is broken."""
    monkeypatch.delenv("DRILL_DEBUG", raising=False)
    assert main(["heal"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("drill: ConnectionError: nobody answers postgresql://")
    assert line.endswith("; DRILL_DEBUG=1 shows where")
    assert "staple-battery" not in line


@pytest.mark.usefixtures("astonished")
def test_who_looks_for_the_cause_is_shown_where_it_was_raised(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same exit code, and no secret in it either."""
    monkeypatch.setenv("DRILL_DEBUG", "1")
    assert main(["heal"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "in run" in said
    assert "staple-battery" not in said
