"""Aurora-aware drivers recognise the lab, on every instance, before and after a failover."""

from __future__ import annotations

import psycopg
import pytest

from tests.lab.conftest import Moved
from tests.lab.real import Real, is_master

pytestmark = pytest.mark.lab


def test_an_instance_knows_its_own_name(real: Real) -> None:
    """The one by which the APIs know it."""
    assert {name: real.name_at(host) for name, host in real.hosts().items()} == {name: name for name in real.hosts()}


def test_every_instance_has_a_version(real: Real) -> None:
    """The same, that of PostgreSQL first."""
    versions = {real.value(host, "SELECT aurora_version()") for host in real.hosts().values()}
    assert len(versions) == 1
    assert versions.pop().startswith("18.")


def test_all_name_the_same_writer(real: Real) -> None:
    """Each tells all members, exactly one of them as the writer, and it is the one that the API names."""
    writer, hosts = real.writer(), real.hosts()
    for host in hosts.values():
        sessions = real.sessions(host)
        assert set(sessions) == set(hosts)
        assert [name for name in sessions if is_master(sessions[name])] == [writer]


def test_all_name_the_new_writer_after_a_failover(moved: Moved) -> None:
    """Each of them, the one that was the writer included."""
    assert len(moved.sessions) == 3
    for told in moved.sessions.values():
        assert set(told) == set(moved.sessions)
        assert [name for name in told if is_master(told[name])] == [moved.target]


def test_lag_and_age_are_told_in_aurora_s_columns(real: Real) -> None:
    """What the AWS Advanced wrapper asks for: lag in milliseconds, and when that was so."""
    query = """SELECT server_id, cpu, replica_lag_in_msec, last_update_timestamp > now() - interval '1 minute'
               FROM aurora_replica_status()"""
    writer = real.writer()
    for name, cpu, lag_ms, fresh in real.rows(real.hosts()[str(writer)], query):
        assert (cpu, fresh) == (0, True)
        assert lag_ms == 0 if name == writer else 0 <= lag_ms < 10_000


def test_drivers_find_the_extension_that_tells_aurora(real: Real) -> None:
    """In pg_settings, where custom settings do not show by themselves; all other settings are there as ever."""
    for host in real.hosts().values():
        offered = real.value(host, "SELECT setting FROM pg_settings WHERE name = 'rds.extensions'")
        assert "aurora_stat_utils" in offered
        assert real.value(host, "SELECT setting FROM pg_settings WHERE name = 'max_connections'") == "1000"


def test_the_application_is_no_superuser(real: Real) -> None:
    """It may call these functions, and not do as it likes."""
    host = real.hosts()[str(real.writer())]
    with real.connect(host) as connection:
        assert connection.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = ''")


def test_a_wrong_password_is_refused(real: Real) -> None:
    """By each instance and by both endpoints, and so is none at all; what is right is kept by scram."""
    for host in (*real.hosts().values(), real.lab.writer, real.lab.reader):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            real.connect(host, password="wrong")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            real.connect(host, password="", passfile="/dev/null")
    assert real.value(real.lab.writer, "SHOW password_encryption") == "scram-sha-256"


def test_checksums_are_on(real: Real) -> None:
    """As on Aurora, where what is stored is verified."""
    assert real.value(real.lab.writer, "SHOW data_checksums") == "on"


def test_a_commit_waits_for_a_reader(real: Real) -> None:
    """Quorum commit: any one of both readers, and never none."""
    assert real.value(real.lab.writer, "SHOW synchronous_standby_names").startswith("ANY 1 (")
    assert real.value(real.lab.writer, "SHOW synchronous_commit") == "on"
