"""The cluster is there, and all of it."""

from __future__ import annotations

import pytest

from drill.checks.provisioning import cluster_is_available
from drill.verdict import Ruling, judge
from tests.drill.checks.provisioning.stories import ENDPOINTS, Said, inspected, ping, silence, unseen


def test_a_sound_cluster_holds_it() -> None:
    """Who writes, and how many there are, stands in the reason."""
    verdict = judge(cluster_is_available(), inspected())
    assert verdict.ruling is Ruling.HELD
    assert verdict.because == (
        "the cluster orders is available, with 2 instances (one writes) and 4 endpoints that answer"
    )
    assert verdict.measured == {"instances": 2, "endpoints": 4, "silent_endpoints": 0}


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"cluster": {"Status": "stopped"}}, "the cluster orders is stopped"),
        ({"two": {"DBInstanceStatus": "storage-full"}}, "two is storage-full"),
        ({"one": {"IsClusterWriter": "false"}}, "nobody named as writer"),
        ({"two": {"IsClusterWriter": "true"}}, "one and two named as writer"),
    ],
)
def test_what_is_not_available_breaks_it(changes: Said, because: str) -> None:
    """It is named, with a command that goes on from there."""
    verdict = judge(cluster_is_available(), inspected(changes))
    assert (verdict.ruling, verdict.because) == (Ruling.BROKEN, because)
    assert all(each.startswith("aws rds ") for each in verdict.evidence)
    assert verdict.evidence


def test_a_cluster_that_was_stopped_is_started() -> None:
    """By its own command."""
    verdict = judge(cluster_is_available(), inspected({"cluster": {"Status": "stopped"}}))
    assert verdict.evidence == ("aws rds start-db-cluster --db-cluster-identifier orders --region eu-west-1",)


@pytest.mark.parametrize("status", ["backing-up", "storage-optimization"])
def test_one_that_serves_meanwhile_is_available(status: str) -> None:
    """A backup is no outage."""
    said: Said = {"cluster": {"Status": status}, "two": {"DBInstanceStatus": status}}
    assert judge(cluster_is_available(), inspected(said)).ruling is Ruling.HELD


def test_an_endpoint_that_never_answers_breaks_it() -> None:
    """Its error is told; one answer of several is enough."""
    tries = [*map(ping, ENDPOINTS), silence("writer", "timed out")]
    assert judge(cluster_is_available(), inspected(pings=tries)).ruling is Ruling.HELD
    tries = [*map(ping, ENDPOINTS[1:]), silence("writer", "timed out"), silence("writer", "timed out")]
    verdict = judge(cluster_is_available(), inspected(pings=tries))
    assert (verdict.ruling, verdict.because) == (Ruling.BROKEN, "writer lets nobody in: timed out")
    assert verdict.measured["silent_endpoints"] == 1


def test_what_is_not_told_is_undecided() -> None:
    """Neither status, nor instances, nor answers are made up."""
    check = cluster_is_available()
    for history in (
        unseen(),
        inspected(pings=[]),
        inspected({"cluster": {"Status": None}}),
        inspected({"one": {"IsClusterWriter": None}}),
        inspected(without=frozenset({"one", "two"})),
    ):
        assert judge(check, history).ruling is Ruling.UNDECIDED
