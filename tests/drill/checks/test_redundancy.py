"""Whether the cluster could lose another instance."""

import pytest

from drill.checks import redundancy_restored
from drill.verdict import Ruling
from tests.drill.histories import REFUSED, managed_failover

check = redundancy_restored(60)


def test_restored() -> None:
    """Back within the limit, and all instances hold the same rows."""
    verdict = check(managed_failover().told())
    assert verdict
    assert verdict.because == "redundancy was back 5.95 s after healing, of 60 s allowed"
    assert verdict.measured == {"redundant_s": pytest.approx(5.95)}


def test_too_late() -> None:
    """Back, but too late; the reason says what was missing last."""
    verdict = redundancy_restored(5)(managed_failover().told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "redundancy came back after 5.95 s, of 5 s allowed, last missing: reader a"


def test_never() -> None:
    """Never back breaks it; the reason says what is missing at the end."""
    story = managed_failover().add("redundant", 7.99, client="watcher", outcome="failed", code="quorum")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "redundancy did not come back, of 60 s allowed, last missing: quorum"
    assert verdict.measured["redundant_s"] is None


def test_different_rows() -> None:
    """A reader whose rows differ from the writer's is no redundancy."""
    story = managed_failover().change({"value": 4712}, action="digest", server="c")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.evidence == ("a: digest 4711", "b: digest 4711", "c: digest 4712")


def test_last_digest_counts() -> None:
    """A reader that was asked again counts by its last answer."""
    story = managed_failover().add("digest", 10.5, client="auditor", endpoint="c", server="c", value=4712)
    assert check(story.told())


@pytest.mark.parametrize("endpoint", ["a", "c"])
def test_digest_failed(endpoint: str) -> None:
    """A reader whose rows could not be read is not known to hold them."""
    verdict = check(managed_failover().change({**REFUSED, "server": None}, action="digest", endpoint=endpoint).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because.endswith(f"not of {endpoint}")


def test_no_digests() -> None:
    """Without digests nothing is known of the rows."""
    assert check(managed_failover().without(action="digest").told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize("action", ["redundant", "heal"])
def test_nobody_watched(action: str) -> None:
    """Without healing, or reports since, nothing is known."""
    assert check(managed_failover().without(action=action).told()).ruling is Ruling.UNDECIDED
