"""One real lab for all tests that leave it whole, and one failover of it, judged by many."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from lab import life, processes
from tests.lab.api.conftest import Aws
from tests.lab.real import Real


@pytest.fixture(scope="session")
def _real() -> Iterator[Real]:
    with life.running(f"t-{os.getpid()}") as lab:
        yield Real(lab, Aws(lab.endpoint_url))
    assert processes.below(lab.folder) == []
    assert not lab.folder.exists()


@pytest.fixture
def real(_real: Real) -> Real:
    """The lab, after whatever the test before did to it."""
    _real.await_whole()
    return _real


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was seen of a managed failover to a named reader."""

    before: str
    target: str
    status_at_once: str
    flag_after_promotion_s: float
    onlooker_before: str
    onlooker_after: str
    messages: list[str]
    sessions: dict[str, dict[str, str]]
    """Of each instance, once the cluster was whole again: the members and their sessions."""


@pytest.fixture(scope="session")
def moved(_real: Real) -> Moved:
    """The writer moved to a named reader, while somebody held a connection to the other reader."""
    before = _real.await_whole()
    target, other = _real.readers()
    told = len(_real.messages())
    hosts = _real.hosts()
    onlooker = _through_reader_endpoint(_real, other)
    with onlooker, _real.connect(hosts[target]) as witness:
        answered = _real.fail_over(TargetDBInstanceIdentifier=target)
        flagged_s = promoted_s = 0.0
        ends_at = time.monotonic() + 30
        while not (flagged_s and promoted_s):
            assert time.monotonic() < ends_at, "no promotion, or none that the control plane told"
            recovering = witness.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            promoted_s = promoted_s or (0.0 if recovering else time.monotonic())
            flagged_s = flagged_s or (time.monotonic() if _real.writer() == target else 0.0)
        _real.await_whole()
        (after,) = onlooker.execute("SELECT aurora_db_instance_identifier()").fetchone() or ("",)
    return Moved(
        before=before,
        target=target,
        status_at_once=answered["Status"],
        flag_after_promotion_s=flagged_s - promoted_s,
        onlooker_before=other,
        onlooker_after=after,
        messages=_real.messages()[told:],
        sessions={name: _real.sessions(host) for name, host in hosts.items()},
    )


def _through_reader_endpoint(real: Real, wanted: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect through the reader endpoint until it led to the one that is wanted."""
    for _ in range(4):
        connection = real.connect(real.lab.reader)
        if connection.execute("SELECT aurora_db_instance_identifier()").fetchone() == (wanted,):
            return connection
        connection.close()
    raise AssertionError(f"the reader endpoint never led to {wanted}")
