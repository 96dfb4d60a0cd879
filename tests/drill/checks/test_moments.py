"""Nothing is judged before the fault is known to have happened."""

import pytest

from drill import checks
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling
from tests.drill.histories import INJECTED_NS, LATENCY_S, managed_failover, ns

PROMISES: list[Check] = [
    checks.control_plane_agrees(5),
    checks.every_acknowledged_write_survives(),
    checks.no_refused_write_appears(),
    checks.no_write_is_applied_twice(),
    checks.one_writer_at_a_time(),
    checks.readers_keep_answering(5),
    checks.readers_stay_fresh(1),
    checks.reads_are_monotonic(),
    checks.recovered_within(60),
    checks.redundancy_restored(60),
]
every_promise = pytest.mark.parametrize("check", PROMISES, ids=lambda check: check.__name__)
HEALTHY = managed_failover().told()


@every_promise
def test_healthy(check: Check) -> None:
    """A healthy failover keeps every promise, and gives its figures."""
    verdict = check(HEALTHY)
    assert verdict, str(verdict)
    assert verdict.measured


@every_promise
@pytest.mark.parametrize("action", ["inject", "confirm"])
@pytest.mark.parametrize("outcome", [None, "failed", "unknown"])
def test_no_effect(check: Check, action: str, outcome: str | None) -> None:
    """A fault that was not injected, or did nothing, proves nothing about any promise."""
    story = managed_failover()
    story.change({"outcome": outcome}, action=action) if outcome else story.without(action=action)
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because == "the fault had no confirmed effect"


@every_promise
def test_nothing_but_a_fault(check: Check) -> None:
    """No evidence is never a pass."""
    story = managed_failover().without(lambda row: row["action"] not in {"inject", "confirm", "heal"})
    assert check(story.told()).ruling is Ruling.UNDECIDED


@every_promise
def test_noop(check: Check) -> None:
    """A fault without consequence, beside the one that is judged, changes no verdict."""
    story = managed_failover()
    for action, at_s in (("inject", 1.0), ("confirm", 1.1)):
        story.add(action, at_s, client="noop", endpoint="c")
    story.add("connect", 1.2, client="reader-0", endpoint="reader", server="c")
    story.add("observe", 1.3, client="watcher-c", endpoint="c", outcome="failed", cause="reset")
    noop, healthy = check(story.told()), check(HEALTHY)
    assert (noop.ruling, noop.measured) == (healthy.ruling, healthy.measured)


@every_promise
def test_names(check: Check) -> None:
    """A promise is called in reports as it is called in code."""
    assert check(HEALTHY).name == check.__name__
    assert hasattr(checks, check.__name__)


def test_all() -> None:
    """What is public is there, sorted, and nothing else is."""
    assert checks.__all__ == sorted(checks.__all__)
    assert all(hasattr(checks, name) for name in checks.__all__)


@every_promise
def test_objectives(check: Check) -> None:
    """A promise with a limit names it, in seconds."""
    objective = check(HEALTHY).objective
    assert objective is None or objective in {"1 s", "5 s", "60 s"}


def test_moments() -> None:
    """Injection counts from when it was asked for; confirmation and healing from when they were done."""
    moments = Moments.of(HEALTHY)
    assert moments.injected_ns == INJECTED_NS
    assert moments.confirmed_ns == ns(0.03)
    assert moments.healed_ns == ns(0.05)
    assert moments.since_injection_s(ns(2.84)) == pytest.approx(2.84)


def test_last_begun() -> None:
    """The run ends with its probes and watchers, not with the readback after them."""
    last = max(row["invoked_ns"] for row in managed_failover().rows if row["action"] in {"write", "read", "observe"})
    assert Moments.of(HEALTHY).last_begun_ns == last < ns(8.0 - LATENCY_S)


def test_old_writer_is_who_acknowledged() -> None:
    """A fault that hits a reader leaves the writer what it is."""
    story = managed_failover().change({"endpoint": "c"}, action="inject")
    assert Moments.of(story.told()).old_writer == "a"


def test_old_writer_of_no_writes() -> None:
    """Without a write to tell by, the old writer is the instance that was hit."""
    story = managed_failover().without(action="write")
    assert Moments.of(story.told()).old_writer == "a"


def test_moments_of_nothing() -> None:
    """An empty history has no moments."""
    with pytest.raises(Undecided, match="no confirmed effect"):
        Moments.of(History.of(HEALTHY.operations.clear(), anchor=HEALTHY.anchor))
