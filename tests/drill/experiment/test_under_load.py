"""A whole experiment under load in memory: what it does in which order, and what is judged of it."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import fast_again, invariants_hold, steady_again_within, throughput_keeps, throughput_returns
from drill.checks.moments import Moments
from drill.errors import FaultError
from drill.experiment import Glimpse, LoadTiming, Stage
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling, judge
from tests.drill.experiment.conftest import TIMING, Build
from tests.drill.experiment.simulation import Behaviour
from tests.drill.histories import property_test

RECOVERS = LoadTiming(steady_s=4.0, hold_s=2.0, after_s=8.0, recovers=True, recovery_deadline_s=10.0)
PROMISES: tuple[Check, ...] = (
    throughput_keeps(),
    steady_again_within(5.0),
    fast_again(10.0),
    throughput_returns(),
    invariants_hold(),
)
AGAIN = ("steady_again_within", "fast_again", "throughput_returns")


def rulings(history: History) -> dict[str, Ruling]:
    """Every promise, judged."""
    return {verdict.name: verdict.ruling for verdict in (judge(check, history) for check in PROMISES)}


def completed(history: History) -> tuple[str, str | None]:
    """How all that was asked for ended."""
    ((outcome, code),) = history.only(Action.COMPLETE).select("outcome", "code").rows()
    return outcome, code


def test_an_application_that_never_notices_holds_every_promise(bench: Build) -> None:
    """From steady state to the verdicts, and nothing is left to undo."""
    ran = bench()
    assert set(rulings(ran.run()).values()) == {Ruling.HELD}
    assert ran.journal.entries() == {}


def test_everything_happens_in_its_order(bench: Build) -> None:
    """Nobody examines under load; what healing left is put away last, and once."""
    ran = bench()
    ran.run(companions=lambda: (ran.world.companion("operator"),))
    assert ran.world.did == [
        "watch begins",
        "load begins",
        "operator begins",
        "look before",
        "inject",
        "confirm",
        "look during",
        "heal",
        "look after",
        "load stops",
        "operator ends",
        "load ends",
        "watch ends",
        "examine",
        "afterwards",
    ]
    assert ran.said == [
        "steady state",
        "injecting flood",
        "confirmed: clients are refused",
        "healed",
        "100 requests/s, 0 not served, p95 4.0 ms",
        "examining what is left",
    ]


def test_all_that_was_recorded_is_in_the_history(bench: Build) -> None:
    """The fault's turns, its clients, companions and the observer's operations; every table in one piece."""
    ran = bench()
    history = ran.run(companions=lambda: (ran.world.companion("operator"),))
    clients = history.operations["client"].cast(pl.String)
    assert set(clients) == {"fault", "flood-1", "operator", "auditor"}
    assert set(history.tables) == {"requests", "plans", "audit", "settings"}
    assert history.table("plans")["moment"].to_list() == ["before", "during", "after"]
    assert set(history.table("settings")["subject"].cast(pl.String)) == {"load", "application", "fault"}
    assert history.fault == "flood"


def test_the_moments_are_those_that_were_planned(bench: Build) -> None:
    """Steady before it, held for as long as planned, and watched for as long afterwards."""
    history = bench().run()
    moments, due_ns = Moments.of(history), history.table("requests")["due_ns"]
    assert moments.healed_ns is not None
    assert (moments.injected_ns - int(due_ns.min())) / 1e9 >= TIMING.steady_s  # type: ignore[arg-type]  # Int64
    assert moments.since_injection_s(moments.healed_ns) == pytest.approx(TIMING.hold_s, abs=0.2)
    assert (int(due_ns.max()) - moments.healed_ns) / 1e9 == pytest.approx(TIMING.after_s, abs=0.2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("behaviour", "broken"),
    [
        (Behaviour(refuses=True), {"throughput_keeps"}),
        (Behaviour(refuses=True, never_recovers=True), {"throughput_keeps", *AGAIN}),
        (Behaviour(slow_ms=80.0), set()),
        (Behaviour(slow_ms=80.0, never_recovers=True), {"steady_again_within", "fast_again"}),
    ],
    ids=["refuses", "refuses for good", "is slow", "is slow for good"],
)
def test_what_the_application_suffers_is_judged(bench: Build, behaviour: Behaviour, broken: set[str]) -> None:
    """The promises that it breaks are broken, not undecided, and no others."""
    ran = bench(behaviour)
    found = rulings(ran.run())
    assert {name for name, ruling in found.items() if ruling is not Ruling.HELD} == broken
    assert set(found.values()) <= {Ruling.HELD, Ruling.BROKEN}
    assert ran.journal.entries() == {}


def test_a_fault_without_effect_is_undecided(bench: Build) -> None:
    """It proves nothing about any promise that needs it; it is healed, not held, and not looked at."""
    ran = bench(Behaviour(no_effect="all are let in"))
    history = ran.run()
    found = rulings(history)
    assert found.pop("invariants_hold") is Ruling.HELD, "what the data says needs no fault"
    assert set(found.values()) == {Ruling.UNDECIDED}
    assert history.only(Action.CONFIRM).select("outcome", "code").rows() == [(Outcome.FAILED, "all are let in")]
    assert "not confirmed: all are let in" in ran.said
    assert "look during" not in ran.world.did
    assert ran.world.did.count("heal") == ran.world.did.count("afterwards") == 1
    assert ran.world.passed_s < TIMING.steady_s + TIMING.after_s + 1
    assert ran.journal.entries() == {}


def test_a_ramp_is_held_until_it_is_over(bench: Build) -> None:
    """However long that was planned: the load's own end is the experiment's."""
    ran = bench(Behaviour(ends_s=15.0))
    timing = LoadTiming(steady_s=1.0, hold_s=2.0, after_s=0.0, until_over=True)
    history = ran.run(timing)
    assert 15 <= ran.world.passed_s < 15.5
    assert completed(history) == ("ok", None)


def test_what_must_recover_by_itself_is_waited_for(bench: Build) -> None:
    """The fault is held until the application was served for two seconds on end, and until all of it happened."""
    ran = bench(Behaviour(refuses=True, recovers_s=5.0))
    history = ran.run(RECOVERS)
    moments = Moments.of(history)
    assert moments.healed_ns is not None
    # All of a second's requests must have been served, for two seconds on end.
    assert 7.9 < moments.since_injection_s(moments.healed_ns) < 8.5
    assert completed(history) == ("ok", None)


def test_what_was_asked_for_is_waited_for(bench: Build) -> None:
    """However well the application is served meanwhile."""
    ran = bench(Behaviour(over_s=5.0))
    history = ran.run(RECOVERS)
    moments = Moments.of(history)
    assert moments.healed_ns is not None
    assert moments.since_injection_s(moments.healed_ns) > 6.9
    assert completed(history) == ("ok", None)


def test_what_never_recovers_is_healed_after_the_deadline(bench: Build) -> None:
    """And the history says that it did not."""
    ran = bench(Behaviour(refuses=True))
    history = ran.run(RECOVERS)
    assert completed(history) == ("failed", "the application was not served again")
    assert "the application is not served again" in ran.said
    assert 10 < (ran.world.healed_ns or 0) / 1e9 - (ran.world.injected_ns or 0) / 1e9 < 11
    assert ran.journal.entries() == {}


def test_what_will_never_happen_is_told(bench: Build) -> None:
    """A fault that knows that the rest will not come about says why."""
    ran = bench(Behaviour(gives_up=FaultError("the failover was refused")))
    assert completed(ran.run(RECOVERS)) == ("failed", "the failover was refused")
    assert "the failover was refused" in ran.said


@property_test
@given(
    steady_s=st.floats(0.1, 60),
    hold_s=st.floats(0.1, 300),
    after_s=st.floats(0, 60),
    recovers=st.booleans(),
    recovery_deadline_s=st.floats(1, 600),
)
def test_a_load_lasts_as_long_as_every_stage_can(**stages: float) -> None:
    """It must not end by itself in the middle of an experiment that takes its time."""
    timing = LoadTiming(**stages)  # type: ignore[arg-type]
    held_s = max(timing.hold_s, timing.recovery_deadline_s) if timing.recovers else timing.hold_s
    assert timing.lasts_s >= timing.steady_s + timing.steady_deadline_s + held_s + timing.after_s + 60


def test_whoever_looks_on_sees_each_stage_and_how_it_goes(bench: Build) -> None:
    """Every stage but the wait for redundancy, requests of the last second, what is not served, and the latency."""
    ran, seen = bench(Behaviour(refuses=True, recovers_s=2.0)), list[Glimpse]()
    ran.watch = seen.append
    ran.run(RECOVERS)
    assert list(dict.fromkeys(each.stage for each in seen)) == [each for each in Stage if each is not Stage.REDUNDANCY]
    assert {each.p95_ms for each in seen} == {None, 4.0}
    assert max(each.rates_per_s.get("requests", 0) for each in seen) == pytest.approx(100, rel=0.1)
    words = {(each.stage, each.failing.partition(" of ")[2]) for each in seen if each.failing}
    assert {stage for stage, _ in words} >= {Stage.FAULT}
    assert all(word.endswith("requests not served") for _, word in words)
    steady = [each for each in seen if each.stage is Stage.STEADY]
    assert not any(each.failing for each in steady)


def test_what_a_recovery_reaches_is_not_shown_of_a_load(bench: Build) -> None:
    """An application at work has no promotion, and no phase of one."""
    ran, seen = bench(), list[Glimpse]()
    ran.watch = seen.append
    ran.run()
    assert not any(each.phases for each in seen)
