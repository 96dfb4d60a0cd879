"""drill advise: a table for a person, JSON for a program, one line for a bad file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from drill.cli import advise, main
from drill.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "workload.toml"
CONTRADICTION = """
name = "[bold]clicks"
environment = "production"
traffic = "variable"
[needs]
ad_hoc_sql = true
[pattern.click]
kind = "write"
rate_per_s = 200_000
"""


def printed(path: Path, *, width: int = 100) -> str:
    """What a person reads on a terminal so wide."""
    out = io.StringIO()
    assert advise.run(path, console=Console(file=out, width=width, force_terminal=False)) == 0
    return out.getvalue()


def test_every_decision_has_its_reason() -> None:
    """What is advised, what it rests on, and what would change it."""
    said = printed(EXAMPLE)
    for word in ("database type", "DynamoDB", "capacity model", "provisioned", "availability", "multi-AZ", "scaling"):
        assert word in said
    assert said.count("rests on: ") == said.count("would change it: ") == 7


@pytest.mark.parametrize("width", [60, 200])
def test_nothing_is_cut_off(width: int) -> None:
    """However narrow the terminal is, every line fits it, and every word stands there."""
    said = printed(EXAMPLE, width=width)
    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said


def test_needs_that_contradict_each_other_are_advised_on(tmp_path: Path) -> None:
    """It is an answer, not an error; and what the file says is never taken for markup."""
    path = tmp_path / "w.toml"
    path.write_text(CONTRADICTION)
    said = printed(path)
    assert "[bold]clicks" in said
    assert "contradict" in said
    assert "one side gives way" in " ".join(said.replace("|", " ").split())


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every recommendation with its figures, named with their units."""
    assert main(["advise", str(EXAMPLE), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["workload"], found["stores"]) == (1, "orders", ["DynamoDB"])
    first, second = found["recommendations"][:2]
    assert (first["decision"], first["store"], first["choice"]) == ("database type", None, "DynamoDB")
    assert (second["decision"], second["store"], second["choice"]) == ("capacity model", "DynamoDB", "provisioned")
    assert second["measured"]["utilisation_pct"] == pytest.approx(35)
    assert all({"because", "rests_on", "would_change"} <= set(each) for each in found["recommendations"])


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 0."""
    assert main(["advise", str(EXAMPLE)]) == 0
    assert "database type" in capsys.readouterr().out


def test_a_bad_file_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr: file, key, remedy; and no traceback."""
    path = tmp_path / "w.toml"
    path.write_text(CONTRADICTION.replace("rate_per_s", "rates"))
    assert main(["advise", str(path)]) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith(f"drill: {path}: pattern.click.rates: unknown key; ")
    assert said.out == ""
    assert main(["advise", str(tmp_path / "nowhere.toml")]) == 2
    with pytest.raises(ConfigError):
        advise.run(tmp_path)


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer copies a line, and it works."""
    with pytest.raises(SystemExit) as ended:
        main(["advise", "--help"])
    assert ended.value.code == 0
    assert "drill advise docs/examples/workload.toml --json" in capsys.readouterr().out
