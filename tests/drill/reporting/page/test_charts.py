"""Charts: plotly's own classes take every one of them, and the words say what the lines do."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from drill.reporting.page import aggregate
from drill.reporting.page.charts import Chart, ramp_chart, timeline_chart, trend_chart, waterfall_chart
from drill.reporting.page.charts.waterfall import steps
from drill.reporting.page.runs import Point
from drill.reporting.page.steps import Ramp, Step
from tests.drill.reporting.synthetic import PHASES, history

NEVER = math.inf


def step(rate: float, p95_ms: float | None) -> Step:
    """One rate of a ramp."""
    return Step(rate_per_s=rate, p50_ms=1.0, p95_ms=p95_ms, p99_ms=None)


def ramp(*p95_ms: float | None) -> Ramp:
    """A ramp of 100 requests a second more each step."""
    return Ramp(limit_ms=10, steps=tuple(step(100.0 * (place + 1), each) for place, each in enumerate(p95_ms)))


def point(name: str, recovery_s: float | None, ruling: str = "held", **more: float) -> Point:
    """One run of a trend."""
    return Point(name=name, ruling=ruling, figures={"recovery_time_s": recovery_s, **more})


def every() -> list[Chart]:
    """One of each."""
    charts = [
        timeline_chart(aggregate(history(), PHASES), name="timeline-1", title="Time line"),
        timeline_chart(aggregate(history(outage_s=0), {}), name="timeline-2", title="Time line"),
        waterfall_chart(PHASES, name="phases-1", title="Phases", healed_s=0.6),
        ramp_chart(ramp(2, 30, None), name="ramp-1", title="Ramp"),
        trend_chart([point("a", 2.5), point("b", None, "undecided"), point("c", 3.0, "broken")], name="t", title="T"),
        trend_chart([point("a", 2.5), point("b", NEVER, "broken")], name="never", title="T"),
    ]
    return [each for each in charts if each is not None]


@pytest.mark.parametrize("chart", every(), ids=lambda chart: chart.name)
def test_plotly_takes_it(chart: Chart) -> None:
    """Every key and every value is one that plotly knows; none is spelled wrongly and passed over in silence."""
    figure = go.Figure({"data": chart.data, "layout": chart.layout})
    assert len(figure.data) == len(chart.data) > 0


@pytest.mark.parametrize("chart", every(), ids=lambda chart: chart.name)
def test_it_is_json_and_has_words(chart: Chart) -> None:
    """No figure in it is infinite, and who does not see it is told."""
    assert json.dumps(chart.figure, allow_nan=False)
    assert len(chart.summary.split()) > 5


def test_plotly_refuses_what_it_does_not_know() -> None:
    """So that the test above can fail."""
    with pytest.raises(ValueError, match="barmodus"):
        go.Figure({"data": [], "layout": {"barmodus": "stack"}})


def test_the_time_line_shows_load_latency_errors_fault_and_moments() -> None:
    """Each panel has its lines, a band spans the fault, and a line stands for every moment."""
    chart = timeline_chart(aggregate(history(), PHASES), name="timeline-1", title="Time line")
    names = {each["name"] for each in chart.data}
    assert {"writes/s", "reads/s", "write median", "write p95", "read p99", "refused (failed)"} <= names
    bands = [each for each in chart.layout["shapes"] if each["type"] == "rect"]
    assert [(each["x0"], each["x1"]) for each in bands] == [(0.0, pytest.approx(0.6))]
    moments = next(each for each in chart.data if each["name"] == "moments")
    assert dict(zip(moments["y"], moments["text"], strict=True))["recovered"] == "2.58 s"
    assert dict(zip(moments["y"], moments["text"], strict=True))["redundant"] == "9.1 s after healing"
    assert sum(each["type"] == "line" for each in chart.layout["shapes"]) == len(moments["y"]) == len(PHASES) + 2


def test_every_moment_is_labelled_on_paper_of_its_own() -> None:
    """In the row of its mark and beside it, towards the middle: what is drawn below never runs through the words."""
    chart = timeline_chart(aggregate(history(), PHASES), name="timeline-1", title="Time line")
    moments = next(each for each in chart.data if each["name"] == "moments")
    assert moments["mode"] == "markers"
    labels = {each["y"]: each for each in chart.layout["annotations"] if each["xref"] == "x"}
    assert [labels[name]["x"] for name in moments["y"]] == moments["x"]
    assert [labels[name]["text"] for name in moments["y"]] == moments["text"]
    assert (labels["injected"]["xanchor"], labels["redundant"]["xanchor"]) == ("left", "right")
    assert all(each["layer"] == "below" for each in chart.layout["shapes"])


def test_what_may_have_been_done_is_told_from_what_cannot_have_been_without_colour() -> None:
    """Unknown is hatched."""
    chart = timeline_chart(aggregate(history(), PHASES), name="timeline-1", title="Time line")
    patterns = {each["name"]: each["marker"]["pattern"]["shape"] for each in chart.data if each["type"] == "bar"}
    assert patterns == {"refused (failed)": "", "reset (unknown)": "/"}


def test_the_words_of_a_time_line_count_what_failed() -> None:
    """The load before the fault, the silence after it, and each cause."""
    summary = timeline_chart(aggregate(history(), PHASES), name="t", title="T").summary
    assert "Before the fault 400 writes were acknowledged a second, then none in 49 slices of 50 ms." in summary
    assert "1,000 calls were not answered OK: 960 refused (failed), 40 reset (unknown)." in summary
    assert "injected at 0 s, detected 12 ms" in summary


def test_a_time_line_without_errors_has_no_panel_for_them() -> None:
    """Nothing to show takes no room, and is said."""
    chart = timeline_chart(aggregate(history(outage_s=0), {}), name="t", title="T")
    assert all(each["type"] != "bar" for each in chart.data)
    assert "Every call was answered OK." in chart.summary


def test_the_bars_of_a_waterfall_hang_together() -> None:
    """Each phase begins where the one before it ended, in the order of time; only `redundant` begins at healing."""
    found = steps(PHASES, healed_s=0.6)
    for one, other in pairwise(found[:-1]):
        assert other.from_s == one.to_s
    assert (found[-1].phase, found[-1].from_s, found[-1].to_s) == ("redundant", 0.6, pytest.approx(9.7))


def test_what_was_never_seen_has_no_bar() -> None:
    """Neither a phase that never came, nor one whose beginning nobody knows, nor any where there is none."""
    assert [each.phase for each in steps({"detected": 0.1, "promoted": None, "redundant": 3.0})] == ["detected"]
    assert waterfall_chart({"recovered": None}, name="w", title="W") is None
    assert waterfall_chart({}, name="w", title="W") is None


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (ramp(2, 3), "up to 200 requests a second, the highest rate that was tried."),
        (ramp(2, 30, 4), "up to 100 requests a second, of 300 tried."),
        (ramp(2, None), "up to 100 requests a second; from 200 on too many were not answered at all."),
        (ramp(11, 2), "p95 was beyond 10 ms at 100 requests a second already, the lowest rate that was tried."),
    ],
)
def test_a_ramp_says_how_far_it_met_its_limit(of: Ramp, said: str) -> None:
    """Step by step upwards: one that is in time again above one that is not does not count."""
    assert ramp_chart(of, name="r", title="R").summary.endswith(said)


def test_a_trend_shows_each_ruling_and_leaves_gaps_where_nothing_was_measured() -> None:
    """A shape a ruling, not a colour alone."""
    points = [point("a", 2.5, lost_writes=0), point("b", None, "undecided"), point("c", 3.0, "broken", lost_writes=6)]
    chart = trend_chart(points, name="t", title="T")
    assert chart is not None
    assert [each["y"] for each in chart.data] == [[2.5, None, 3.0], [0, None, 6]]
    assert chart.data[0]["marker"]["symbol"] == ["circle", "diamond-open", "x"]
    assert "3 runs of this target, this one included; broken in 1 of them." in chart.summary
    assert "recovery time 3 s in this run, from 2.5 s to 3 s over 2 runs." in chart.summary


def test_what_never_came_is_marked_above_all_that_came() -> None:
    """A gap would conceal the worst of all; the words count it, and the table of the chart says it."""
    points = [point("a", 1.3), point("b", NEVER, "broken"), point("c", 1.4)]
    chart = trend_chart(points, name="t", title="T")
    assert chart is not None
    line, marks = chart.data
    assert (line["y"], line["meta"]) == ([1.3, "never", 1.4], "recovery time, s")
    assert chart.layout["yaxis"]["type"] == "linear"  # on which a word is a gap
    assert marks["y"] == [None, pytest.approx(1.75), None]
    assert (marks["texttemplate"], marks["text"][1]) == ("never", "recovery time never, broken")
    assert "meta" not in marks
    assert "recovery time 1.4 s in this run, from 1.3 s to never over 3 runs, never in 1 of them." in chart.summary


def test_a_trend_of_which_most_never_came_is_drawn() -> None:
    """Two of three; and where it is all of them, no axis tells seconds that nobody measured."""
    most = trend_chart([point("a", 1.3), point("b", NEVER), point("c", NEVER)], name="t", title="T")
    assert most is not None
    assert "recovery time never in this run, from 1.3 s to never over 3 runs, never in 2 of them." in most.summary
    assert most.layout["yaxis"]["showticklabels"]
    every = trend_chart([point("a", NEVER), point("b", NEVER)], name="t", title="T")
    assert every is not None
    assert every.data[1]["y"] == [1, 1]
    assert not every.layout["yaxis"]["showticklabels"]


def test_where_all_came_nothing_is_marked() -> None:
    """A trace a figure."""
    chart = trend_chart([point("a", 1.3), point("b", 1.4)], name="t", title="T")
    assert chart is not None
    assert len(chart.data) == 1
    assert "never" not in chart.summary


def test_a_panel_is_headed_by_its_figure_and_unit() -> None:
    """A rate by its own."""
    points = [point("a", 2.5, highest_rate_per_s=100), point("b", 2.6, highest_rate_per_s=200)]
    chart = trend_chart(points, name="t", title="T")
    assert chart is not None
    assert [each["name"] for each in chart.data] == ["recovery time, s", "highest rate, 1/s"]


@pytest.mark.parametrize("points", [[], [point("a", 2.5)], [point("a", None), point("b", 2.5)]])
def test_one_figure_is_no_trend(points: list[Point]) -> None:
    """It takes two to compare."""
    assert trend_chart(points, name="t", title="T") is None


def test_plotlys_classes_are_imported_only_by_tests() -> None:
    """Whoever imports the page does not wait for them."""
    script = "import sys, drill.reporting.page; sys.exit(any(each.startswith('plotly') for each in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
