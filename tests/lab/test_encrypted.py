"""Every way to a database of the lab is in TLS, with a certificate that verifies in full; no other lets anybody in."""

from __future__ import annotations

import threading
from pathlib import Path

import psutil
import psycopg
import pytest

from lab import certificates, processes
from tests.lab.real import Real

pytestmark = pytest.mark.lab

FORBIDDEN = 'no pg_hba.conf entry for host "127.0.0.1", user "app", database "app", no encryption'


def ways(real: Real) -> list[str]:
    """Both endpoints, and every instance."""
    return [real.lab.writer, real.lab.reader, *real.hosts().values()]


def test_every_way_is_encrypted(real: Real) -> None:
    """Verified in full, by the name under which the client came: its address."""
    for host in ways(real):
        with real.connect(host) as connection:
            assert connection.pgconn.ssl_in_use
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_a_lab_says_of_itself_is_enough(real: Real) -> None:
    """With the password from the secret; it has none in it itself."""
    assert real.secret["password"] not in real.lab.conninfo
    with psycopg.connect(real.lab.conninfo, password=real.secret["password"]) as connection:
        assert connection.pgconn.ssl_in_use


def test_none_lets_anybody_in_without(real: Real) -> None:
    """As Aurora refuses it where rds.force_ssl is 1."""
    for host in ways(real):
        with pytest.raises(psycopg.OperationalError, match=FORBIDDEN):
            real.connect(host, sslmode="disable")


def test_another_authority_verifies_nothing(real: Real, tmp_path: Path) -> None:
    """Who trusts another lab's is told so by libpq."""
    certificates.make(tmp_path, name="other", hosts=[real.lab.writer])
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        real.connect(real.lab.writer, sslrootcert=str(tmp_path / "ca.pem"))


@pytest.mark.skipif(psycopg.pq.version() < 17_00_00, reason="this libpq knows no sslnegotiation")
def test_clients_may_begin_in_tls(real: Real) -> None:
    """By sslnegotiation=direct, which saves a round trip."""
    for host in ways(real):
        with real.connect(host, sslnegotiation="direct") as connection:
            assert connection.pgconn.ssl_in_use


def test_a_statement_can_be_cancelled(real: Real) -> None:
    """In plain as libpq did of old, and in TLS as it does now."""
    with real.connect(real.lab.writer) as connection:
        for cancel in (connection.cancel, connection.cancel_safe):
            sleeping = threading.Event()

            def watch(cancel: object = cancel, sleeping: threading.Event = sleeping) -> None:
                sleeping.wait(5)
                pid = connection.info.backend_pid
                asked = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"  # noqa: S608
                real.eventually(lambda: real.value(real.lab.writer, asked), "it to sleep")
                cancel()  # type: ignore[operator]

            waking = threading.Thread(target=watch)
            waking.start()
            sleeping.set()
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute("SELECT pg_sleep(20)")
            waking.join(10)


def test_an_instance_whose_postgresql_is_down_is_gone(real: Real) -> None:
    """Who comes to its address is reset at once; what was open ends; nothing hangs."""
    reader = real.readers()[0]
    host, started = real.hosts()[reader], real.value(real.hosts()[reader], "SELECT pg_postmaster_start_time()")
    (supervisor,) = real.supervisors(reader)
    with real.connect(host) as client:
        supervisor.suspend()
        try:
            (postmaster,) = postmasters(real, reader)
            postmaster.kill()
            real.eventually(lambda: not postmasters(real, reader), "no postmaster")
            with pytest.raises(psycopg.OperationalError):
                client.execute("SELECT 1")
            with pytest.raises(psycopg.OperationalError, match=r"refused|reset by peer|closed the connection"):
                real.connect(host)
        finally:
            supervisor.resume()
    real.await_whole()
    assert real.value(host, "SELECT pg_postmaster_start_time()") > started


def postmasters(real: Real, instance: str) -> list[psutil.Process]:
    """The postmaster of an instance: of its processes the one whose parent is none of them."""
    found = {each.pid: each for each in processes.below(real.zone_folder(instance) / "data")}
    return [each for each in found.values() if each.ppid() not in found]


def test_the_apis_tell_what_is_in_force(real: Real) -> None:
    """The cluster's own parameter group, with PostgreSQL's values."""
    group = real.cluster()["DBClusterParameterGroup"]
    assert group == f"{real.lab.name}-parameters".lower()
    found = real.aws.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group)["Parameters"]
    told = {each["ParameterName"]: each["ParameterValue"] for each in found}
    assert told.pop("rds.force_ssl") == "1"
    assert set(told) == {
        *("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout", "log_min_duration_statement"),
        "max_connections",
    }
    for name, value in told.items():
        assert value == real.value(real.lab.writer, f"SELECT setting FROM pg_settings WHERE name = '{name}'")  # noqa: S608
