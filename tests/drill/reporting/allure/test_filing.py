"""One promise as Allure files it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from allure_commons import model2

from drill.reporting.allure.filing import Promise, file, named, tell
from drill.reporting.usual_causes import usual_cause
from drill.verdict import Ruling
from tests.drill.reporting.synthetic import experiment, recovered, survived

PROMISE = Promise(
    name="Writes resume in time",
    rule="Every client writes again within the recovery time objective.",
    record=experiment(story="the writer's processes are killed", repetition=2),
    verdicts=(recovered(2.58),),
    target="staging",
    application="shop:open",
    page="runs/one/index.html#experiment-3",
)


def filed(promise: Promise = PROMISE) -> model2.TestResult:
    """A result of pytest's, completed."""
    result = model2.TestResult(
        name="test_x[history0]",
        start=5,
        stop=6,
        parameters=[
            model2.Parameter(name="history", value="<Scenario at 0x7f>"),
            model2.Parameter(name="size", value="3"),
        ],
        steps=[model2.TestStepResult(name="a step of the test's own")],
    )
    file(result, promise)
    return result


def labels(result: model2.TestResult, name: str) -> list[str]:
    """All labels of a name."""
    return [each.value for each in result.labels if each.name == name]


def test_it_is_found_by_service_scenario_fault_and_severity() -> None:
    """Under words, not names of modules."""
    result = filed()
    assert result.name == "Writes resume in time: crash of the writer"
    assert labels(result, "epic") == ["Aurora PostgreSQL"]
    assert labels(result, "feature") == ["Failover"]
    assert labels(result, "story") == ["crash of the writer"]
    assert labels(result, "severity") == ["critical"]


def test_it_names_the_requirements_that_rest_on_it() -> None:
    """Only those on which this promise bears, in this scenario."""
    assert labels(filed(), "requirement") == [
        "Phase 4: High Availability and Replication: Automatic failover completes in <60 seconds",
        "Scenario 3: High Availability Failover: Every promise of the scenario holds",
    ]
    elsewhere = replace(PROMISE, record=experiment(scenario="cost"))
    assert labels(filed(elsewhere), "requirement") == ["Scenario 5: Cost Overrun: Every promise of the scenario holds"]


def test_results_of_one_history_have_the_same_parameters() -> None:
    """Target, fault, repetition and application tell histories apart; an address never, an objective neither."""
    told = [(each.name, each.value, bool(each.excluded)) for each in filed().parameters]
    assert told == [
        ("size", "3", False),
        ("target", "staging", False),
        ("fault", "crash of the writer", False),
        ("repetition", "2", False),
        ("application", "shop:open", False),
        ("objective", "60s", True),
    ]


def test_the_experiment_comes_first_then_the_tests_own_steps_then_the_judging() -> None:
    """As it was."""
    first, own, judged = filed().steps
    assert first.name == "experiment: crash of the writer"
    assert own.name == "a step of the test's own"
    assert (judged.name, judged.start, judged.stop) == ("judged: recovered within: held", 5, 6)


def test_it_says_what_was_done_what_must_hold_and_what_usually_breaks_it() -> None:
    """And where to read more about the experiment."""
    assert filed().description.split("\n\n") == [
        "Every client writes again within the recovery time objective.",
        "What was done: the writer's processes are killed.",
        f"Where `recovered_within` is broken, it is usually this: {usual_cause('recovered_within')}.",
        "More about the experiment: `reports/runs/one/index.html#experiment-3`.",
    ]


@pytest.mark.parametrize("url", [None, "https://ci.example/runs/one/index.html"])
def test_links_are_those_that_a_browser_opens_from_anywhere(url: str | None) -> None:
    """The run's report only where somebody said at which address it is published."""
    links = {each.name: each.url for each in filed(replace(PROMISE, url=url)).links}
    assert links.pop("AWS: fast failover").startswith("https://docs.aws.amazon.com/")
    assert links == ({"report of the run": url} if url else {})


def test_a_scenario_without_a_page_has_no_link() -> None:
    """Rather none than one that leads nowhere."""
    assert filed(replace(PROMISE, record=experiment(scenario="a-teams-own"))).links == []


def test_a_promise_that_could_not_be_judged_is_critical() -> None:
    """Nothing is known of what it protects."""
    result = filed(replace(PROMISE, verdicts=()))
    assert labels(result, "severity") == ["critical"]
    assert [each.name for each in result.steps] == ["experiment: crash of the writer", "a step of the test's own"]


def test_the_message_of_a_broken_promise_is_its_verdict() -> None:
    """The same in each run, so that it is one failure and not many: pytest's holds addresses."""
    result = model2.TestResult(
        statusDetails=model2.StatusDetails(message="assert <function judge at 0x7f>", trace="...")
    )
    tell(result, (recovered(2.58), survived(1)))
    assert result.statusDetails.message == (
        "every_acknowledged_write_survives: broken, 1 of 41,207 are lost\n  stream 0: value 0 is absent"
    )
    assert result.statusDetails.trace == "..."


def test_the_message_of_another_error_stays() -> None:
    """Promises that held explain nothing; and a test that passed has no message."""
    crashed = model2.TestResult(statusDetails=model2.StatusDetails(message="ConnectionError: refused"))
    tell(crashed, (recovered(2.58),))
    assert crashed.statusDetails.message == "ConnectionError: refused"
    passed = model2.TestResult()
    tell(passed, (recovered(2.58, Ruling.UNDECIDED),))
    assert passed.statusDetails is None


def test_the_name_of_a_test_is_read_as_words() -> None:
    """Without what pytest needs to find it."""
    assert named("test_no_acknowledged_write_is_lost") == "No acknowledged write is lost"
