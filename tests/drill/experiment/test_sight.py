"""What is shown of a recovery while it goes on: provisional, and near what the history says afterwards."""

from __future__ import annotations

import pytest

from drill import checks
from drill.experiment.sight import SECOND_NS, Sight
from drill.faults import managed_failover
from drill.history import Action
from drill.probes.progress import ClientProgress, Progress, Said
from tests.drill.simulation import Behaviour
from tests.drill.test_experiment import Build, bench

__all__ = ["bench"]

INJECTED_NS = 100 * SECOND_NS


def at(s: float) -> int:
    """A moment, in seconds after injection."""
    return INJECTED_NS + round(s * SECOND_NS)


def report(s: float, *, down_since_s: float | None = None, writes: int = 0, **said: Said) -> Progress:
    """What the probes report so many seconds after injection; the writer may be without success since a moment."""
    last_ok_ns = at(s if down_since_s is None else down_since_s)
    clients = {
        "writer-0": ClientProgress(last_ok_ns=last_ok_ns, last_ns=at(s)),
        "reader-0": ClientProgress(last_ok_ns=at(s), last_ns=at(s)),
    }
    return Progress(at_ns=at(s), acknowledged=writes, reads=2 * writes, clients=clients, said=said)


def look(sight: Sight, progress: Progress) -> dict:
    """Take in a report as soon as it comes."""
    injected = INJECTED_NS if progress.at_ns >= INJECTED_NS else None
    return dict(sight.look(progress, progress.at_ns, injected))


def test_rates_are_those_of_the_last_second() -> None:
    """Counted between the newest report and the one a second before it, whatever came earlier."""
    sight = Sight()
    for number in range(11):
        seen = look(sight, report(-5 + number / 5, writes=1000 * number if number < 6 else 5000 + 100 * (number - 5)))
    assert seen["rates_per_s"] == pytest.approx({"writes": 500.0, "reads": 1000.0})


def test_the_same_report_twice_changes_no_rate() -> None:
    """An experiment looks ten times a second, and the probes report five times."""
    sight = Sight()
    look(sight, report(-3, writes=0))
    first = look(sight, report(-2, writes=700))
    assert look(sight, report(-2, writes=700)) == first


def test_who_is_without_success_is_counted() -> None:
    """Of all clients that do an application's work; nothing is said where nobody is."""
    assert look(Sight(), report(2.0, down_since_s=0.1))["failing"] == "1 of 2 clients without success"
    assert look(Sight(), report(2.0))["failing"] == ""


def test_the_clients_phases_are_when_they_stopped_and_when_all_went_on() -> None:
    """Detected is since when the first was without success, though it is known later; steady, as often as before."""
    sight = Sight()
    look(sight, report(-2, writes=0))
    look(sight, report(-1, writes=1000))
    assert look(sight, report(0.4, down_since_s=0.1, writes=1000))["phases"] == {}
    assert look(sight, report(0.8, down_since_s=0.1, writes=1000))["phases"] == {"detected": 0.1}
    back = look(sight, report(3.0, writes=1100))["phases"]
    assert back == {"detected": 0.1, "first_write": 3.0, "recovered": 3.0}
    assert "steady" not in look(sight, report(3.2, writes=1300))["phases"]
    assert look(sight, report(4.0, writes=2100))["phases"] == {**back, "steady": 4.0}


def test_who_fails_again_has_not_recovered() -> None:
    """Recovered means from then on for good: it is taken back, and counted anew."""
    sight = Sight()
    for s, down_since_s in ((1.0, 0.1), (3.0, None), (5.0, 3.2)):
        phases = look(sight, report(s, down_since_s=down_since_s))["phases"]
    assert phases == {"detected": 0.1, "first_write": 3.0}
    assert look(sight, report(6.0))["phases"]["recovered"] == 6.0


def test_watchers_show_promotion_announcement_and_endpoint() -> None:
    """The first that names another writer than the one before the fault, by the watcher's own moment."""

    def said(asked: Action, writer: str | None, s: float) -> Said:
        return Said(asked=asked, writer=writer, since_ns=at(s))

    before = {
        "a": said(Action.OBSERVE, "a", -9),
        "b": said(Action.OBSERVE, None, -9),
        "api": said(Action.ANNOUNCE, "a", -9),
        "endpoint": said(Action.LOOKUP, "a", -9),
    }
    sight = Sight()
    look(sight, report(-1, **before))
    assert look(sight, report(1.0, **before))["phases"] == {}
    after = {"b": said(Action.OBSERVE, "b", 1.5), "endpoint": said(Action.LOOKUP, None, 0.3)}
    assert look(sight, report(2.0, **(before | after)))["phases"] == {"promoted": 1.5}
    after |= {"api": said(Action.ANNOUNCE, "b", 2.2), "endpoint": said(Action.LOOKUP, "b", 2.4)}
    phases = look(sight, report(3.0, **(before | after)))["phases"]
    assert phases == {"promoted": 1.5, "announced": 2.2, "endpoint": 2.4}


def test_redundancy_counts_from_healing_and_is_taken_back() -> None:
    """Something that is missing again was not there for good."""
    sight = Sight()
    sight.redundant(at(9), at(5))
    assert sight.phases == {"redundant": 4.0}
    sight.redundant(None, at(5))
    assert sight.phases == {}


def test_a_whole_experiment_shows_about_what_its_history_says(bench: Build) -> None:
    """Each phase, to half a second: reports, and how long a client may be without success before it is late."""
    ran, seen = bench(), []
    ran.watch = seen.append
    found = checks.phases(ran.run(managed_failover()))
    shown = seen[-1].phases
    exact = {
        "detected": found.detected_s,
        "promoted": found.promoted_s,
        "announced": found.announced_s,
        "endpoint": found.endpoint_s,
        "first_write": found.first_write_s,
        "recovered": found.recovered_s,
        "redundant": found.redundant_s,
    }
    assert {name: shown[name] for name in exact} == pytest.approx(exact, abs=0.5)
    assert max(each.rates_per_s.get("writes", 0) for each in seen) == pytest.approx(100, rel=0.1)


def test_what_never_comes_back_is_never_shown_to_have(bench: Build) -> None:
    """A cluster that does not promote has neither recovered nor moved."""
    ran, seen = bench(Behaviour(promotes_s=None, rejoins_s=None)), []
    ran.watch = seen.append
    ran.run(managed_failover())
    assert set(seen[-1].phases) == {"detected"}
