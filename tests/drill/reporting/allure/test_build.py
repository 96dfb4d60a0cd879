"""The report is made of what is there, or a line says what is missing; npm's allure is played by a small program.

Whether the real one understands us is seen in a browser: tests/browser/test_allure.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from drill.reporting.allure.__main__ import main
from drill.reporting.allure.history import names
from drill.reporting.allure.results import begin

NODE = f"""#!{sys.executable}
import json, os, pathlib, sys

program, verb, results, *options = sys.argv[1:]
told = dict(zip(options[::2], options[1::2]))
if os.environ.get("FAILS"):
    sys.exit("TypeError: no such thing")
output = pathlib.Path(told["--output"])
output.mkdir(parents=True)
page = os.environ.get("PAGE", "<p>{{}}</p>")
(output / "index.html").write_text(page.format(told["--report-name"]))
with open("reports/allure-history.jsonl", "a") as memory:
    memory.write(json.dumps({{"name": told["--report-name"], "timestamp": 9 * 10**12}}) + "\\n")
"""

ANALYTICS = """<body><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script>
  gtag('js', new Date());
</script><p>{}</p></body>"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program, and no results."""
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text(NODE)
    program.chmod(0o755)
    installed = tmp_path / ".allure" / "node_modules" / "allure" / "cli.js"
    installed.parent.mkdir(parents=True)
    installed.touch()
    monkeypatch.setenv("PATH", str(program.parent))
    return tmp_path


def leave(home: Path, run: str, *, ended_ms: int = 1000) -> None:
    """The results of a run."""
    folder = home / "reports" / "allure-results"
    folder.mkdir(parents=True, exist_ok=True)
    begin(folder, run)
    (folder / "1-result.json").write_text(json.dumps({"stop": ended_ms}))


def make(home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and all that was said."""
    code = main([f"--home={home}", f"--tools={home / '.allure'}", f"--settings={home / 'allurerc.mjs'}"])
    said = capsys.readouterr()
    return code, said.out + said.err


def report(home: Path) -> str:
    """The page that was made."""
    return (home / "reports" / "allure-report" / "index.html").read_text()


def test_the_report_is_of_the_newest_run_and_says_where_it_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is left beside it."""
    leave(home, "one")
    assert make(home, capsys) == (0, f"{home}/reports/allure-report/index.html\n")
    assert report(home) == "<p>drill one</p>"
    left = {path.name for path in (home / "reports").iterdir()}
    assert left == {"allure-results", "allure-report", "allure-history.jsonl"}


def test_a_report_made_twice_counts_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A trend shows runs, and not how often somebody looked."""
    leave(home, "one")
    make(home, capsys)
    make(home, capsys)
    assert names(home / "reports" / "allure-history.jsonl") == ["drill one"]


def test_runs_of_which_no_report_was_made_have_their_place_in_the_trend(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, in order of time, each at the time when it ended; and then nothing waits any more."""
    leave(home, "one", ended_ms=1000)
    make(home, capsys)
    for number, run in enumerate(("two", "three", "with-four"), 2):
        leave(home, run, ended_ms=1000 * number)
    assert make(home, capsys)[0] == 0
    memory = [json.loads(line) for line in (home / "reports" / "allure-history.jsonl").read_text().splitlines()]
    assert [(point["name"], point["timestamp"]) for point in memory] == [
        ("drill one", 1000),
        ("drill two", 2000),
        ("drill three", 3000),
        ("drill with-four", 4000),
    ]
    assert list((home / "reports" / "allure-earlier").iterdir()) == []
    assert report(home) == "<p>drill with-four</p>"


def test_the_page_tells_nobody_that_it_was_opened(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Allure puts there for Google is taken out; the rest stays."""
    monkeypatch.setenv("PAGE", ANALYTICS.replace("{", "{{").replace("}", "}}").replace("{{}}", "{}"))
    leave(home, "one")
    assert make(home, capsys)[0] == 0
    assert report(home) == "<body><p>drill one</p></body>"


def test_a_page_that_would_tell_somebody_in_another_way_is_no_report(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of Allure may do it otherwise: rather no page than one that talks."""
    monkeypatch.setenv("PAGE", '<script src="//www.googletagmanager.com/gtm.js"></script>')
    leave(home, "one")
    code, said = make(home, capsys)
    assert code == 2
    assert "use the version we pin" in said
    assert not list((home / "reports").glob("*allure-report"))


def test_without_results_it_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with nothing but its name is no run either."""
    code, said = make(home, capsys)
    assert (code, len(said.splitlines())) == (2, 1)
    assert "allure-results: no results: no suite has been run here; run one first, as by: make failover" in said


def test_without_the_program_it_says_how_to_install_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And without Node.js, that."""
    leave(home, "one")
    (home / ".allure" / "node_modules" / "allure" / "cli.js").unlink()
    assert make(home, capsys)[1].endswith("cli.js: allure: is not installed; install it by: make report\n")
    (home / "bin" / "node").unlink()
    assert make(home, capsys) == (
        2,
        "node: is not on the PATH; install Node.js 20 or newer (apt-get install nodejs npm)\n",
    )


def test_a_report_that_cannot_be_made_leaves_the_one_before_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, with what the program said."""
    leave(home, "one")
    make(home, capsys)
    monkeypatch.setenv("FAILS", "yes")
    leave(home, "two")
    code, said = make(home, capsys)
    assert code == 2
    assert said.endswith("allure: made no report of it: TypeError: no such thing\n")
    assert report(home) == "<p>drill one</p>"


def test_a_memory_that_cannot_be_read_ends_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rather than in a trend that begins anew without a word."""
    leave(home, "one")
    (home / "reports" / "allure-history.jsonl").write_text("{")
    code, said = make(home, capsys)
    assert (code, len(said.splitlines())) == (2, 1)
    assert "allure-history.jsonl: line 1" in said
