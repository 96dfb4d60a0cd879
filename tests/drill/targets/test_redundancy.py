"""Is the cluster whole again: asked of a real PostgreSQL that says what a cluster would say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill.errors import TargetError
from drill.targets.redundancy import missing, quorum_size
from tests.drill.memory import InMemory, member, three
from tests.drill.probes.server import Server, free_port, wait_until

MEMBERS = frozenset("abc")


@pytest.fixture
def whole(postgres: Server) -> InMemory:
    """A whole cluster: a writes, b and c receive."""
    replicas(postgres, b=10.0, c=20.0)
    return InMemory(at=postgres.address)


def replicas(server: Server, **lag_ms: float) -> None:
    """Who receives, and how far behind it is."""
    rows = ", ".join(f"('{name}', 'reader', {lag})" for name, lag in lag_ms.items())
    server.run("TRUNCATE replicas", "INSERT INTO replicas VALUES ('a', 'MASTER_SESSION_ID', NULL)")
    if rows:
        server.run(f"INSERT INTO replicas VALUES {rows}")  # noqa: S608 - a test's own words


def configured(server: Server, quorum: str) -> None:
    """Name the synchronous standbys, and wait until new connections see it; commits wait for nobody."""
    server.run("ALTER ROLE postgres SET synchronous_commit = local")
    server.run(f"ALTER SYSTEM SET synchronous_standby_names = '{quorum}'", "SELECT pg_reload_conf()")
    wait_until(lambda: server.run("SHOW synchronous_standby_names") == [(quorum,)], "the quorum is configured")


def test_a_whole_cluster_lacks_nothing(whole: InMemory) -> None:
    """Everybody is available, and receives without lag."""
    assert missing(whole, members=MEMBERS, quorum=0) is None


def test_an_instance_that_receives_nothing_is_named(whole: InMemory, postgres: Server) -> None:
    """It was there before the fault."""
    replicas(postgres, b=10.0)
    assert missing(whole, members=MEMBERS, quorum=0) == "c receives nothing from the writer"


def test_an_instance_that_lags_is_named(whole: InMemory, postgres: Server) -> None:
    """More than a second behind; a second is not."""
    replicas(postgres, b=1000.0, c=1000.5)
    assert missing(whole, members=MEMBERS, quorum=0) == "c lags"


def test_a_lag_that_nobody_knows_is_no_redundancy(whole: InMemory, postgres: Server) -> None:
    """A reader that has not yet reported is not caught up."""
    replicas(postgres, b=10.0)
    postgres.run("INSERT INTO replicas VALUES ('c', 'reader', NULL)")
    assert missing(whole, members=MEMBERS, quorum=0) == "c lags"


def test_an_instance_that_rds_does_not_call_available_is_named(whole: InMemory) -> None:
    """Whatever the database says."""
    whole.members = (*three()[:2], member("c", tier=3, status="rebooting"))
    assert missing(whole, members=MEMBERS, quorum=0) == "c not available"


def test_a_cluster_that_rds_does_not_call_available_is_not_whole(whole: InMemory) -> None:
    """A failover under way is told in AWS's word."""
    whole.status = "failing-over"
    assert missing(whole, members=MEMBERS, quorum=0) == "the cluster is failing-over"


def test_a_member_that_rds_has_lost_is_named(whole: InMemory, postgres: Server) -> None:
    """Gone from everywhere is missing, too."""
    whole.members = three()[:2]
    replicas(postgres, b=10.0)
    assert missing(whole, members=MEMBERS, quorum=0) == "c receives nothing from the writer"


@pytest.mark.parametrize(
    ("quorum", "size"), [("", 0), ("*", 0), ("ANY 1 (b,c)", 2), ('ANY 1 ("b")', 1), ("b", 1), ("ANY 2 (*)", 0)]
)
def test_the_quorum_is_counted_as_postgresql_writes_it(
    whole: InMemory, postgres: Server, quorum: str, size: int
) -> None:
    """And must be as large as before the fault."""
    configured(postgres, quorum)
    try:
        assert quorum_size(whole) == size
        assert missing(whole, members=MEMBERS, quorum=size) is None
        assert missing(whole, members=MEMBERS, quorum=size + 1) == "the synchronous quorum is not what it was"
    finally:
        configured(postgres, "")


def test_a_writer_that_is_silent_or_gone_is_no_redundancy(whole: InMemory) -> None:
    """Nothing is known, so nothing is whole."""
    whole.at = replace(whole.at, port=free_port())
    assert missing(whole, members=MEMBERS, quorum=0) == "the writer endpoint gives no answer"


def test_a_control_plane_that_is_silent_is_no_redundancy(whole: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, whoever does not answer."""

    def silent(_: InMemory) -> None:
        raise TargetError("rds:DescribeDBClusters at x: timed out")

    monkeypatch.setattr(InMemory, "topology", silent)
    assert missing(whole, members=MEMBERS, quorum=0) is not None
