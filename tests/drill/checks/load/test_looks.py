"""What is known of each instance until the end: nobody's silence is calm."""

from __future__ import annotations

import polars as pl
import pytest

from drill.checks.load import connections_return_to_baseline, nothing_is_left_running, readers_lag_within
from drill.history import Anchor, History
from drill.tables import typed_table
from drill.verdict import Check, Ruling, judge
from tests.drill.checks.load.stories import END_S, HEALED_S, STEADY_S, LoadStory, quiet, session, under_load, watched
from tests.drill.histories import steps

CHECKS = [connections_return_to_baseline(5), nothing_is_left_running(5)]


def pair(until_s: float, *, answers: bool = True) -> LoadStory:
    """Two instances that are looked at, b only until then; whether it answers afterwards stands in its lags."""
    story = watched(quiet()).empty("sessions")
    for at_s in steps(-STEADY_S, END_S, 0.2):
        if at_s < until_s:
            story.row("samples", at_s, instance="b", connections=5, took_ns=1_000_000)
        story.row("lags", at_s, instance="b", answers=answers or at_s < until_s, lag_ms=5.0)
    return story


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("until_s", [0.0, HEALED_S, HEALED_S + 1])
def test_one_that_nobody_looks_at_any_more(check: Check, until_s: float) -> None:
    """An instance that is up, and was not looked at to the end, is not known to be calm; one that is down is."""
    verdict = check(pair(until_s).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because.endswith("as before the fault: b")
    assert check(pair(until_s, answers=False).told())
    assert check(pair(END_S).told())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_looked_at_for_too_short_a_time(check: Check) -> None:
    """Three looks right after healing are not five seconds."""
    assert check(watched(quiet(), end_s=HEALED_S + 0.7).told()).ruling is Ruling.UNDECIDED


def working(application: str, from_s: float, **columns: object) -> LoadStory:
    """A statement that began then and runs to the end of the run."""
    story = watched(under_load())
    for at_s in steps(max(from_s, -STEADY_S), END_S, 0.2):
        told = {"state": "active", "query": "UPDATE orders", "query_age_s": at_s - from_s, **columns}
        session(story, at_s, application, **told)
    return story


@pytest.mark.parametrize("from_s", [-STEADY_S, 1.0])
def test_the_applications_own_are_left(from_s: float) -> None:
    """A back end of the application that runs on after the limit is left running, whoever began it."""
    verdict = nothing_is_left_running(5)(working("shop", from_s).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "UPDATE orders" in verdict.evidence[0]


@pytest.mark.parametrize(
    "story",
    [
        working("reports", -600),
        working("drill operator", 1.0),
        working("drill monitor", 1.0),
        working("", 1.0, user="rdsadmin"),
        working("shop", 1.0, state="idle"),
        working("shop", END_S - 3),
    ],
    ids=["from before", "operator", "monitor", "provider", "idle", "short"],
)
def test_what_is_not_left(story: LoadStory) -> None:
    """What ran before the load, what only looks, the provider's own, the idle, and what is short is nobody's rest."""
    assert nothing_is_left_running(5)(story.told())


def test_none_of_the_faults_own() -> None:
    """The slack is for others: one connection of the crowd that is left breaks it."""
    story = watched(quiet(), lambda at_s: 13 if at_s > 0 else 12)
    assert connections_return_to_baseline(5)(story.told())
    for at_s in steps(0.2, END_S, 0.2):
        session(story, at_s, "drill leak")
    left = watched(quiet(), lambda at_s: 13 if at_s > 0 else 12)
    left.tables["sessions"] = [
        {**row, "at_ns": at} for row, at in zip(story.tables["sessions"], _moments(left), strict=False)
    ]
    verdict = connections_return_to_baseline(5)(left.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "1 of them the fault's own" in verdict.because


def _moments(story: LoadStory) -> list[int]:
    """When somebody looked after healing."""
    return [row["at_ns"] for row in story.tables["samples"]][-30:]


def lagging(*lags_ms: float | None, instance: str = "b") -> list[dict[str, object]]:
    """Looks at a reader that answers."""
    return [{"at_ns": at, "instance": instance, "answers": True, "lag_ms": lag} for at, lag in enumerate(lags_ms)]


@pytest.mark.parametrize(
    ("rows", "readers", "ruling", "because"),
    [
        (lagging(*[5.0] * 40), ("b",), Ruling.HELD, "1 reader"),
        (lagging(*[5.0] * 40), ("b", "c"), Ruling.UNDECIDED, "not looked at 20 times: c"),
        (
            lagging(*[5.0] * 40) + lagging(*[5.0] * 9, instance="c"),
            ("b", "c"),
            Ruling.UNDECIDED,
            "not looked at 20 times: c",
        ),
        (lagging(*[None] * 19, 9000.0), (), Ruling.UNDECIDED, "b told 1 time in 20 looks"),
        (lagging(*[None] * 19, 5.0), (), Ruling.UNDECIDED, "b told 1 time in 20 looks"),
        (lagging(None, *[5.0] * 39), (), Ruling.HELD, "1 reader"),
        (lagging(None, *[9000.0] * 39), (), Ruling.BROKEN, "1 of 1 reader"),
    ],
)
def test_lags_untold(rows: list[dict[str, object]], readers: tuple[str, ...], ruling: Ruling, because: str) -> None:
    """A reader that is there must be looked at, and what it does not tell is neither nothing nor too much."""
    history = History.of(
        pl.DataFrame(),
        anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0),
        tables={"lags": typed_table("lags", rows)},
    )
    verdict = judge(readers_lag_within(1.0, readers=readers), history)
    assert (verdict.ruling, because in verdict.because) == (ruling, True), verdict.because
