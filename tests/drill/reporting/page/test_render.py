"""index.html: whole in itself, true to the record, and nothing in it is what somebody else wrote."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drill.reporting import page
from drill.reporting.records import ExperimentRecord, RunRecord, StageRecord
from drill.verdict import Ruling
from tests.drill.reporting.page.reading import drawn, kept
from tests.drill.reporting.synthetic import experiment, recovered, run, survived

SECRET = "hunter2"


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    """No element names a place to load from, and the policy forbids what a script might try."""
    read = drawn(run(experiment(directory=kept(tmp_path))), tmp_path)
    for tag, attributes in read.elements:
        assert "src" not in attributes, tag
        assert tag not in {"link", "iframe", "object", "embed", "img"}
    assert all(not str(each.get("href")).startswith(("http", "//")) for each in read.all("a"))
    policy = next(each["content"] for each in read.all("meta") if each.get("http-equiv"))
    assert "default-src 'none'" in str(policy)
    assert "connect-src" not in str(policy)


def test_only_our_scripts_may_run(tmp_path: Path) -> None:
    """The policy names each by its digest, and no other."""
    read = drawn(run(), tmp_path)
    policy = str(next(each["content"] for each in read.all("meta") if each.get("http-equiv")))
    scripts = [text for attributes, text in read.scripts if "type" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    assert re.findall(r"'sha256-([^']+)'", policy) == digests
    assert "unsafe-eval" not in policy


def test_a_run_that_is_broken_says_so_first(tmp_path: Path) -> None:
    """In its title, in its first heading, and the experiment stands before those that held."""
    held, broken = experiment(fault="crash"), experiment(recovered(None, Ruling.BROKEN), survived(6), fault="zone loss")
    read = drawn(run(held, broken), tmp_path)
    assert read.text.startswith("BROKEN: lab, 2026-11-22 14:30 UTC Skip to the experiments \N{MULTIPLICATION X} BROKEN")
    assert "2 of 4 promises are broken" in read.text
    order = [each["id"] for each in read.all("article")]
    assert order == ["experiment-2", "experiment-1"]


def test_what_did_not_hold_says_what_was_expected_what_was_seen_and_what_usually_causes_it(tmp_path: Path) -> None:
    """And leads to the evidence."""
    read = drawn(run(experiment(recovered(None, Ruling.BROKEN, because="two clients never wrote again"))), tmp_path)
    for words in ("Expected 60s", "Seen two clients never wrote again", "Usually ", "Next "):
        assert words in read.text
    targets = {each["href"] for each in read.all("a")}
    assert "#experiment-1-recovered_within" in targets
    assert {"experiment-1-recovered_within"} <= {str(attributes.get("id")) for _, attributes in read.elements}


def test_a_run_that_held_has_nothing_to_explain(tmp_path: Path) -> None:
    """No list of findings, and all promises counted."""
    read = drawn(run(), tmp_path)
    assert "HELD all of 2 promises held" in read.text
    assert "What did not hold" not in read.text


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (replace(run(), experiments=()), "nothing was executed"),
        (run(ExperimentRecord(scenario="failover", fault="power", skipped="no way to do this")), "no way to do this"),
        (run(ExperimentRecord(scenario="failover", fault="power")), "Nothing was judged"),
    ],
)
def test_a_run_without_evidence_is_undecided_and_says_why(tmp_path: Path, record: RunRecord, said: str) -> None:
    """Nothing executed, all skipped, nothing judged: never a pass."""
    read = drawn(record, tmp_path)
    assert read.text.startswith("UNDECIDED")
    assert said in read.text
    assert "promises held;" not in read.text


def test_markup_in_what_was_seen_stays_text(tmp_path: Path) -> None:
    """In words and in figures alike."""
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    record = experiment(
        recovered(2.5, because=evil, evidence=(evil,)), fault=evil, story=evil, directory=kept(tmp_path)
    )
    read = drawn(replace(run(record), asked=evil, subject=evil, target=evil, versions={evil: evil}), tmp_path)
    assert len(read.scripts) == 3
    assert not read.all("img")
    assert evil in read.words


def test_no_secret_is_on_the_page(tmp_path: Path) -> None:
    """Wherever one could enter."""
    leak = f"password={SECRET}"
    promise = recovered(None, Ruling.BROKEN, because=leak, evidence=(leak,))
    record = experiment(promise, fault=leak, story=leak, directory=kept(tmp_path), skipped=None)
    skipped = ExperimentRecord(scenario=leak, fault="power", skipped=leak)
    everything = {"asked": leak, "subject": leak, "name": leak, "objectives": {"x": leak}, "versions": {"y": leak}}
    now = replace(run(record, skipped), kind="aurora", **everything)
    earlier = replace(now, name=f"{leak} then", started=now.started - timedelta(days=1))
    drawn(now, tmp_path, earlier)
    assert SECRET not in (tmp_path / "index.html").read_text()


def test_only_evidence_that_is_there_is_linked(tmp_path: Path) -> None:
    """Relative to the page, so that the folder can move."""
    place = kept(tmp_path)
    (place / "history.parquet").touch()
    links = {str(each["href"]) for each in drawn(run(experiment(directory=place)), tmp_path).all("a")}
    assert {"failover/crash/history.parquet", "failover/crash/timeline.json"} <= links
    assert "failover/crash/ramp.json" not in links


def test_every_chart_on_the_page_has_its_figure_its_title_and_its_words(tmp_path: Path) -> None:
    """None is drawn from nothing, and none is without words."""
    now = run(experiment(directory=kept(tmp_path)))
    earlier = replace(now, name="before", started=now.started - timedelta(days=1))
    read = drawn(now, tmp_path, earlier)
    plots = [attributes for tag, attributes in read.elements if tag == "div" and "data-chart" in attributes]
    assert {str(each["data-chart"]) for each in plots} == set(read.figures) == {"timeline-1", "phases-1", "trend-1"}
    ids = {attributes.get("id") for _, attributes in read.elements}
    for each in plots:
        assert each["role"] == "img"
        assert each["aria-label"]
        assert each["aria-describedby"] in ids


def test_the_previous_run_is_compared_and_linked_where_its_page_is(tmp_path: Path) -> None:
    """A promise that turned is named, and a page that is not there is no link."""
    then = replace(run(), name="before", started=run().started - timedelta(days=1))
    now = run(experiment(recovered(3.58, Ruling.BROKEN), survived(0)))
    folder = tmp_path / "now"
    folder.mkdir()
    read = drawn(now, folder, then)
    assert "was held; recovery time +1 s (+39%)" in read.text
    assert "recovered_within: held, and now broken" in read.text
    assert "../before/index.html" not in {each["href"] for each in read.all("a")}
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "index.html").touch()
    assert "../before/index.html" in {each["href"] for each in drawn(now, folder, then).all("a")}


def test_a_run_that_was_ended_is_not_compared_with(tmp_path: Path) -> None:
    """The one before it is, by its name; where there is none, that is said, and there is no empty table."""
    now, began = run(), run().started
    first = replace(now, name="first", started=began - timedelta(days=2))
    ended = replace(run(experiment(recovered(None, Ruling.UNDECIDED))), name="ended", started=began - timedelta(days=1))
    read = drawn(now, tmp_path, ended, first)
    assert "recovery time the same" in read.text
    assert "figures beside first" in read.text
    read = drawn(now, tmp_path, ended)
    assert "not measured before" in read.text
    assert "No earlier run measured it." in read.text
    assert "cannot be compared" not in read.text


def test_a_comparison_without_any_figure_in_both_is_one_line(tmp_path: Path) -> None:
    """Rather than a table that says "cannot be compared" in every row."""
    then = replace(run(experiment(survived(0))), name="before", started=run().started - timedelta(days=1))
    read = drawn(run(experiment(recovered(2.5))), tmp_path, then)
    assert "No figure was measured both in before and in this one." in read.text
    assert "figures beside" not in read.text


def test_runs_of_another_target_are_not_compared(tmp_path: Path) -> None:
    """Nothing is said of them."""
    other = replace(run(), name="before", target="staging", started=run().started - timedelta(days=1))
    read = drawn(run(), tmp_path, other)
    assert "no earlier run" in read.text
    assert "previous run of this target" not in read.text


def test_stages_are_told_with_their_times(tmp_path: Path) -> None:
    """One in which the run was ended has no end."""
    began = run().started
    stages = (
        StageRecord(name="steady state", began=began, ended=began + timedelta(seconds=2.5)),
        StageRecord(name="injecting", began=began + timedelta(seconds=2.5)),
    )
    read = drawn(run(experiment(stages=stages)), tmp_path)
    assert "steady state 14:30:00.000 UTC 2.5 s" in read.text
    assert "injecting 14:30:02.500 UTC the run was ended in it" in read.text


def test_provenance_is_on_the_head_each_experiment_and_each_criterion(tmp_path: Path) -> None:
    """What the lab simulated is never called measured."""
    read = drawn(run(), tmp_path)
    assert read.text.count("simulated by the lab (target lab)") == 2
    assert "simulated: lab" in read.text
    assert "measured on" not in read.text


@pytest.mark.parametrize("figure", [math.nan, math.inf, None])
def test_a_figure_that_is_no_number_is_not_measured(tmp_path: Path, figure: float | None) -> None:
    """It never keeps the page from being written."""
    now = run(experiment(recovered(figure, Ruling.UNDECIDED), phases={"detected": figure}))
    then = replace(run(), name="before", started=run().started - timedelta(days=1))
    read = drawn(now, tmp_path, then, replace(then, name="first", started=then.started - timedelta(days=1)))
    assert "recovery time not measured" in read.text
    assert "recovery time cannot be compared" in read.text
    assert read.figures["trend-1"]["data"][0]["y"] == [2.58, 2.58, None]


def test_on_paper_nothing_that_heads_is_alone_and_no_figure_is_parted_from_its_name(tmp_path: Path) -> None:
    """What heads something never ends a page, and only a narrow window wraps a figure."""
    drawn(run(), tmp_path)
    style, _, paper = (tmp_path / "index.html").read_text().partition("</style>")[0].partition("@media print {")
    kept_with_next = re.search(r"([^{}]+)\{ break-after: avoid; \}", paper)
    assert kept_with_next is not None
    assert {"h1", "h2", "h3", "caption", "summary", "thead"} <= set(re.split(r",\s*", kept_with_next[1].strip()))
    assert ".figure { display: block; white-space: nowrap;" in style
    assert "white-space" not in paper


def test_the_same_run_is_the_same_page(tmp_path: Path) -> None:
    """Byte for byte: it can be written again from what was kept."""
    record = run(experiment(directory=kept(tmp_path)))
    assert page.render(record, tmp_path) == page.render(record, tmp_path)
