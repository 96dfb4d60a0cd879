"""The table on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.reporting import table
from drill.reporting.records import ExperimentRecord
from drill.reporting.usual_causes import usual
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

NEVER = {"detected": 0.03, "recovered": None, "promoted": None}
MIXED = run(
    experiment(),
    experiment(recovered(21.4), survived(7), fault="freeze of the writer's zone", phases={"recovered": 21.4}),
    experiment(recovered(None, Ruling.BROKEN), survived(0), fault="partition", phases=NEVER),
    experiment(Verdict(name="quiet", ruling=Ruling.UNDECIDED, because="too few ± writes"), fault="power", phases={}),
    ExperimentRecord(scenario="failover", fault="loss of a zone", skipped="the target offers no way"),
)


def row(text: str, fault: str) -> list[str]:
    """The cells of the row of a fault."""
    (line,) = (line for line in text.splitlines() if line.startswith(fault) and "|" in line)
    return [cell.strip() for cell in line.split("|")]


def usually(name: str) -> tuple[str, str]:
    """What is said of a broken promise's usual cause."""
    told = usual()[name]
    return f"    usually: {told.cause}", f"    next: {told.step}"


def test_a_fault_is_a_row_with_its_phases_its_writes_and_its_ruling() -> None:
    """Seconds by phase, recovery with its resolution, how many writes, how many lost, held or not."""
    text = table.render(MIXED, plain=True)
    assert row(text, "crash of the")[1:] == [
        "0.012", "1.9", "2.31", "2.34", "2.51", "2.580 +/-0.004", "4.1", "9.1", "41,207", "0", "HELD",
    ]  # fmt: skip


def test_never_is_told_from_not_applicable() -> None:
    """A recovery that a broken promise says never came is "never"; what nobody looked for is a dash."""
    cells = row(table.render(MIXED, plain=True), "partition")
    assert cells[1:] == ["0.03", "-", "-", "-", "never", "never", "never", "-", "41,207", "0", "BROKEN"]
    assert set(row(table.render(MIXED, plain=True), "power")[1:-1]) == {"-"}


def test_below_stand_broken_then_undecided_promises_then_the_place_of_the_evidence() -> None:
    """In order of gravity, each with its reason and at most five findings; what is left out is counted."""
    lines = table.render(MIXED, width=400, plain=True, evidence=Path("reports/runs/x")).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("BROKEN"))
    assert lines[start:] == [
        "BROKEN freeze of the writer's zone: every_acknowledged_write_survives: 7 of 41,207 are lost",
        "    expected: every acknowledged write survives",
        "    seen: stream 0: value 0 is absent",
        *(f"          stream {each}: value {each} is absent" for each in range(1, 5)),
        "          and 2 more in summary.json",
        *usually("every_acknowledged_write_survives"),
        "BROKEN partition: recovered_within: every client wrote again",
        "    expected: recovered within: 60s",
        *usually("recovered_within"),
        "UNDECIDED power: quiet: too few +/- writes",
        "skipped loss of a zone: the target offers no way",
        "HELD 4 of 7 promises, in 1 of 4 experiments all of them",
        "evidence: reports/runs/x",
    ]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("width", [40, 70, 100, 120, 200])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_cut_off(width: int, plain: bool) -> None:  # noqa: FBT001 - pytest passes it
    """At any width every fault, figure and ruling is there; folded, never shortened."""
    text = table.render(MIXED, width=width, plain=plain)
    shown = text if plain else "".join(_without_colours(text))
    assert max(len(line) for line in shown.splitlines()) <= width
    assert "…" not in shown
    squeezed = "".join(shown.split()).replace("|", "")
    for word in ("2.34", "2.51", "21.400", "never", "41,207", "BROKEN", "UNDECIDED", "skipped", "value4isabsent"):
        assert word in squeezed


@pytest.mark.parametrize("plain", [True, False])
def test_every_column_is_whole_at_every_width(plain: bool) -> None:  # noqa: FBT001 - pytest passes it
    """Where a row only just fits, the fault is folded, and no other cell gives way."""
    for width in range(106, 122):
        text = table.render(run(experiment()), width=width, plain=plain)
        shown = text if plain else "".join(_without_colours(text))
        found = "".join(shown.split()).partition("HELD2of2")[0]
        assert "ruling" in found or "crashofthewriter:HELD" in found, width
        assert "HELD" in found, width
        assert "41,207" in found, width


def test_what_is_no_terminal_gets_ascii_only() -> None:
    """No colour, no dash or sign that an old log cannot show."""
    strange = run(experiment(recovered(1.0, Ruling.BROKEN, because="naïve \u2013 ± … → \udc80")))
    assert table.render(strange, plain=True).isascii()
    assert "\x1b" in table.render(MIXED)


def test_no_secret_is_shown() -> None:
    """A password in a reason is masked before it is laid out."""
    assert "hunter2" not in table.render(run(experiment(recovered(None, Ruling.BROKEN, because="password=hunter2"))))


def _without_colours(text: str) -> list[str]:
    return [part.partition("m")[2] if number else part for number, part in enumerate(text.split("\x1b["))]


GLANCE = {
    "requests": 3600,
    "p95_before_ms": 2.54,
    "p95_during_ms": None,
    "p95_after_ms": 3.1,
    "served_during_pct": 98.7,
}


def under_load(**changes) -> ExperimentRecord:
    """An experiment under load."""
    held = Verdict(name="served", ruling=Ruling.HELD, because="all were")
    told = {"scenario": "connections", "fault": "flood", "promises": (held,), "glance": GLANCE}
    return ExperimentRecord(**told | changes)


def test_an_experiment_under_load_is_a_row_of_another_table() -> None:
    """Requests, latency before, during and after, the share served, and how many promises held; a dash for none."""
    text = table.render(run(experiment(), under_load()), plain=True)
    assert row(text, "flood")[1:] == ["3,600", "2.5", "-", "3.1", "98.7", "1 of 1", "HELD"]
    assert row(text, "crash of the")[-1] == "HELD"


def test_an_inspection_has_its_promises_alone() -> None:
    """Without a load there is nothing but what was judged."""
    text = table.render(run(under_load(fault="inspection", glance={})), plain=True)
    assert row(text, "inspection")[1:] == ["-", "-", "-", "-", "-", "1 of 1", "HELD"]
    assert "detected" not in text


def test_a_narrow_terminal_says_the_same_of_a_load() -> None:
    """Where the row does not fit, a block says it."""
    text = table.render(run(under_load()), plain=True, width=40)
    assert " ".join(text.split()).startswith("flood: HELD requests 3,600, p95 before (ms) 2.5")


def test_repetitions_are_told_apart() -> None:
    """In their rows and in what was found, so that one can say which of them was broken."""
    broken = experiment(recovered(None, Ruling.BROKEN), fault="crash", phases=NEVER, repetition=2)
    text = table.render(run(experiment(fault="crash"), broken), width=200, plain=True)
    assert [line.split("|")[0].strip() for line in text.splitlines() if line.startswith("crash")] == [
        "crash",
        "crash, repetition 2",
    ]
    assert "BROKEN crash, repetition 2: recovered_within" in text
