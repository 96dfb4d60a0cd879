"""Whether what the control plane says is so."""

import pytest

from drill.checks import control_plane_agrees
from drill.verdict import Ruling
from tests.drill.histories import REFUSED, STALE, Story, after, before, managed_failover

check = control_plane_agrees(1)


def unchanged() -> Story:
    """A fault after which the writer is still the writer."""
    story = managed_failover().change({"server": "a"}, action="announce")
    story.change({"server": "a", "value": 1, "outcome": "ok"}, action="lookup")
    story.change({"server": "a", "value": 1, "outcome": "ok"}, action="observe", endpoint="a")
    return story.change({"value": 0}, action="observe", endpoint="b")


def test_agrees() -> None:
    """Announced and led to within the limit after the promotion."""
    verdict = check(managed_failover().told())
    assert verdict
    assert verdict.measured == {"announced_lag_s": pytest.approx(0.4), "endpoint_lag_s": 0}


def test_announced_too_late() -> None:
    """A control plane that names the old writer for too long breaks it."""
    verdict = check(managed_failover().change({"server": "a"}, before(6), action="announce").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "the control plane named b for good only after 3.50 s"


def test_never_announced() -> None:
    """A control plane that never names the new writer breaks it."""
    verdict = check(managed_failover().change({"server": "a"}, action="announce").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "the control plane names a at the end, while b is the writer"
    assert verdict.measured["announced_lag_s"] is None


def test_names_nobody() -> None:
    """A control plane that names no writer at all breaks it."""
    verdict = check(managed_failover().change({"server": None}, after(1), action="announce").told())
    assert verdict.because == "the control plane names nobody at the end, while b is the writer"


def test_endpoint_leads_to_the_demoted_writer() -> None:
    """An endpoint that goes on leading to the demoted writer breaks it, and the refused writes are counted."""
    story = managed_failover().change({"server": "a", "value": 0, "outcome": "ok"}, after(1), action="lookup")
    story.change(STALE, after(0.34), action="write", endpoint="writer")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    refused = story.count(after(0), code="25006", endpoint="writer")
    assert verdict.because == (
        "the cluster endpoint leads to a, which is a reader, at the end, not to b: "
        f"{refused:,} writes refused by a stale writer (25006)"
    )


def test_endpoint_leads_nowhere() -> None:
    """An endpoint that answers nobody breaks it."""
    verdict = check(managed_failover().change(REFUSED, after(0), action="lookup").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "leads nowhere at the end" in verdict.because


def test_goes_back() -> None:
    """Having agreed once is not enough: it must stay so."""
    story = managed_failover().change({"server": "a"}, after(7.8), action="announce")
    assert check(story.told()).ruling is Ruling.BROKEN


def test_unchanged() -> None:
    """If the writer never changed, both have to be right all along."""
    verdict = check(unchanged().told())
    assert verdict
    assert verdict.measured == {"announced_lag_s": 0, "endpoint_lag_s": 0}


def test_wrong_for_a_moment() -> None:
    """A control plane that takes a living writer for lost is wrong from the first moment on."""
    story = unchanged().change({"server": "b"}, lambda row: after(1)(row) and before(1.15)(row), action="announce")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["announced_lag_s"] == pytest.approx(1.2)


def test_nobody_promoted() -> None:
    """A cluster without a writer breaks it, whatever the control plane says of it."""
    story = managed_failover().change({"value": 0}, action="observe", endpoint="b")
    story.change({**REFUSED, "value": None}, after(0.34), action="observe", endpoint="a")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("nobody was promoted: ")


def test_dead_for_a_second() -> None:
    """A writer that was heard just before the end, but not since, is no writer."""
    story = unchanged().change({**REFUSED, "value": None}, after(7.5), action="observe", endpoint="a")
    assert check(story.told()).because.startswith("nobody was promoted")
    assert check(unchanged().change({**REFUSED, "value": None}, after(7.85), action="observe", endpoint="a").told())


def test_failed_questions_do_not_count() -> None:
    """That the API or the endpoint once did not answer does not mean that it named another."""
    story = managed_failover().change(REFUSED, lambda row: after(5)(row) and before(6)(row), action="announce")
    story.change(REFUSED, lambda row: after(5)(row) and before(6)(row), action="lookup")
    assert check(story.told())


def test_back_to_the_first() -> None:
    """If the writer goes and comes back, the last one is who they have to agree on."""
    story = managed_failover().change({"value": 0}, after(6), action="observe", endpoint="b")
    story.change({"value": 1}, after(6.2), action="observe", endpoint="a")
    assert check(story.told()).ruling is Ruling.BROKEN
    story.change({"server": "a"}, after(6.5), action="announce").change({"server": "a"}, after(6.5), action="lookup")
    verdict = check(story.told())
    assert verdict, verdict
    assert verdict.measured["announced_lag_s"] == pytest.approx(0.3)


@pytest.mark.parametrize("action", ["observe", "announce", "lookup"])
def test_nobody_asked(action: str) -> None:
    """Without all three sides nothing is known."""
    assert check(managed_failover().without(after(0), action=action).told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize("action", ["observe", "announce"])
def test_nobody_answered(action: str) -> None:
    """Nor is it if one of them never answered."""
    story = managed_failover().change(REFUSED, after(0), action=action)
    assert check(story.told()).ruling is Ruling.UNDECIDED
