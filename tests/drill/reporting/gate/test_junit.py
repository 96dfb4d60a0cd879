"""gate.xml: what JUnit's readers count is what the gate found, and it is XML whatever a promise says."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # of our own making
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drill.config import GateSettings
from drill.reporting import summary
from drill.reporting.gate import as_junit, judged
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.gate.made import BROKEN, HELD, NOW, SKIPPED, UNDECIDED, made
from tests.drill.reporting.synthetic import experiment

POLICY: dict[str, Any] = {
    "require": ("failover", "cost"),
    "warn": ("connections/*",),
    "waivers": [{"promise": "*/power/*", "owner": "orders", "reason": "known", "expires": "2099-01-01"}],
}


def document(folder: Path, *experiments: Any) -> ET.Element:
    """What the gate leaves of a run of these."""
    judgement = judged(made(folder / "run", *experiments), GateSettings.model_validate(POLICY), now=NOW)
    return ET.fromstring(as_junit(judgement))  # noqa: S314 - it is ours


def results(top: ET.Element) -> dict[str, str]:
    """What became of each case, by its class and name."""
    found = {}
    for case in top.iter("testcase"):
        (child,) = list(case) or [None]
        found[f"{case.get('classname')}.{case.get('name')}"] = "passed" if child is None else child.tag
    return found


def test_each_promise_is_a_case_and_each_ruling_has_its_result(tmp_path: Path) -> None:
    """Broken is a failure, undecided an error; what warns, is waived or was skipped is skipped."""
    warned = replace(BROKEN, scenario="connections")
    waived = replace(BROKEN, fault="power")
    found = results(document(tmp_path, HELD, BROKEN, UNDECIDED, warned, waived, SKIPPED))
    assert found["gate.evidence"] == "passed"
    assert (found["gate.required: failover"], found["gate.required: cost"]) == ("passed", "error")
    assert found["failover.crash of the writer.recovered_within"] == "passed"
    assert found["failover.zone loss.every_acknowledged_write_survives"] == "failure"
    assert found["failover.frozen writer.quiet"] == "error"
    assert found["connections.zone loss.every_acknowledged_write_survives"] == "skipped"
    assert found["failover.power.every_acknowledged_write_survives"] == "skipped"
    assert found["failover.partition.skipped"] == "skipped"


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    """On every suite and on the whole: some readers trust them."""
    top = document(tmp_path, HELD, BROKEN, UNDECIDED, SKIPPED)
    for scope in (top, *top.iter("testsuite")):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert scope.get(name) == str(len(list(scope.iter(tag))))


def test_no_evidence_is_an_error(tmp_path: Path) -> None:
    """A file that CI shows as green would say that the release may pass."""
    (tmp_path / "run").mkdir()
    judgement = judged(tmp_path / "run", GateSettings(), now=NOW)
    assert results(ET.fromstring(as_junit(judgement))) == {"gate.evidence": "error"}  # noqa: S314 - it is ours


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_it_is_xml_whatever_a_promise_says(because: str, fault: str) -> None:
    """Markup, control characters, lone surrogates: nothing breaks it, and nothing reaches the reader as markup."""
    promise = Verdict(name="quiet", ruling=Ruling.BROKEN, because=f"<b>{because}", measured={})
    with TemporaryDirectory() as folder:
        record = replace(experiment(promise), fault=f"zone {fault}".replace("/", "-"))
        run = made(Path(folder) / "run", HELD)
        summary.write(replace(summary.read(run / "summary.json"), experiments=(record,)), run / "summary.json")
        text = as_junit(judged(run, GateSettings(), now=NOW))
    (failure,) = ET.fromstring(text.encode("utf-8")).iter("failure")  # noqa: S314 - it is ours
    assert (failure.text or "").startswith("<b>")
