"""Trends on a terminal, and for another program."""

from __future__ import annotations

import io
import json
import math
from datetime import datetime

import pytest
from rich.console import Console

from drill.reporting.records import RunRecord
from drill.reporting.trends import all_series, findings
from drill.reporting.trends.plain import plain
from drill.reporting.trends.table import METHOD, show
from tests.drill.reporting.trends.runs import FAULT, recovery, run, under_load

STEADY = [run(day, recovery(1.3 + day / 100), under_load(6.0 + day / 10)) for day in range(6)]
BAD = run(6, recovery(20.1, lost=3), under_load(None, 40.0))


def shown(runs: list[RunRecord], *, width: int = 150, encoding: str = "utf-8") -> str:
    """What a person reads on a terminal so wide."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="strict", write_through=True)
    show(findings(all_series(runs)), Console(file=out, width=width, force_terminal=False))
    return raw.getvalue().decode(encoding)


def test_a_row_says_how_values_lie_and_where_the_newest_stands() -> None:
    """Number of runs, best, median, p90, worst, newest, a small chart, and the ruling."""
    said = shown(STEADY)
    assert said.startswith("lab: three zones, 6 runs, 2026-10-01 to 2026-10-06\n")
    row = next(line for line in said.splitlines() if "recovery time (s)" in line)
    for figure in (FAULT, "6", "1.3", "1.325", "1.35", "in line"):
        assert figure in row
    assert "OUT OF LINE" not in said


def test_what_is_out_of_line_is_said_with_its_test_and_its_run() -> None:
    """Below the table, a line each; and what the tests are, for everybody."""
    said = shown([*STEADY, BAD])
    lines = [line for line in said.splitlines() if line.startswith("OUT OF LINE")]
    assert lines[0].startswith(f"OUT OF LINE {FAULT}: recovery time: 20.1 s after 1.325 s (median of 6 runs): z = ")
    assert "modified z-score" in said.replace("\n", " ")
    assert lines[1].startswith(f"OUT OF LINE {FAULT}: lost writes: 3, and none in 6 runs before, in 20261007T")
    assert any("p95 under the fault: never came, as it did in 6 runs before" in line for line in lines)
    assert METHOD.split(",", maxsplit=1)[0] in said


def test_a_newest_run_that_measured_nothing_is_said() -> None:
    """It is no good sign, and nothing that could be overlooked."""
    said = shown([*STEADY, run(6, recovery(None))])
    assert f"NOT MEASURED {FAULT}: recovery time: the newest run measured nothing" in said


@pytest.mark.parametrize("width", [40, 80, 200])
def test_nothing_is_cut_off_and_nothing_runs_over(width: int) -> None:
    """However narrow the terminal is."""
    said = shown([*STEADY, BAD], width=width)
    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said
    assert said.count("out of line") >= 3


def test_a_terminal_without_unicode_is_served() -> None:
    """In ASCII, charts included."""
    assert shown([*STEADY, BAD], encoding="ascii").isascii()


def test_targets_have_tables_of_their_own() -> None:
    """Each with the number of its runs."""
    said = shown([*STEADY, run(6, recovery(1.0), target="staging", kind="aurora", subject="cluster orders")])
    assert "lab: three zones, 6 runs" in said
    assert "staging: cluster orders, 1 run, 2026-10-07" in said


def test_what_summaries_say_is_text() -> None:
    """No markup, no command to the terminal, and no secret."""
    said = shown([run(0, recovery(1.0, fault="[red]\x1b[31mboo password=hunter22"), subject="[b]it[/b]")])
    assert "\x1b" not in said
    assert "hunter22" not in said
    assert "[red]" in said
    assert "[b]it[/b]" in said


def test_json_holds_every_value() -> None:
    """Infinity is a word, a run that measured nothing has none, and all of it is JSON of everybody's."""
    found = findings(all_series([*STEADY, run(6, recovery(math.inf)), run(7, recovery(None))]))
    document = plain(found, store="reports/runs", unreadable={"x": "y"})
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    first = document["series"][0]
    assert (first["target"], first["scenario"], first["quantity"]) == ("lab", "failover", "recovery_time_s")
    assert [each["values"] for each in first["runs"]][-3:] == [[1.35], ["never"], []]
    assert datetime.fromisoformat(first["runs"][0]["started"]).tzinfo is not None
    assert first["spread"]["worst"] == "never"
    assert (first["standing"], document["unreadable"]) == ("not measured", {"x": "y"})
