"""Every fault does to a real cluster what it says, is undone when it is stopped, and leaves it whole."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import psutil
import psycopg
import pytest
from botocore.exceptions import ClientError

from lab import processes
from tests.lab.conftest import Moved
from tests.lab.real import Real

pytestmark = pytest.mark.lab

REQUEST_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""The first thing a client says; PostgreSQL answers one byte."""


def answers(host: str, port: int, *, within_s: float) -> bool:
    """Whether whoever accepts a connection there says anything."""
    with socket.create_connection((host, port), timeout=3) as client:
        client.settimeout(within_s)
        client.sendall(REQUEST_FOR_TLS)
        with suppress(TimeoutError):
            return bool(client.recv(1))
        return False


def test_a_managed_failover_moves_the_writer_where_it_was_told(moved: Moved) -> None:
    """The cluster says failing-over at once, and both events name the reader that was asked for."""
    assert moved.status_at_once == "failing-over"
    assert moved.messages == [
        f"Started cross AZ failover to DB instance: {moved.target}",
        f"Completed failover to DB instance: {moved.target}",
    ]


def test_the_writer_flag_follows_the_promotion(moved: Moved) -> None:
    """Within a second of the first moment at which the new writer says that it is out of recovery."""
    assert moved.flag_after_promotion_s <= 1.0


def test_a_failover_without_a_target_honours_the_tiers(real: Real) -> None:
    """The reader of the lowest tier is promoted, not the first by name; one who writes already is refused."""
    writer, preferred = real.writer(), real.readers()[-1]
    real.aws.rds.modify_db_instance(DBInstanceIdentifier=preferred, PromotionTier=0)
    try:
        with pytest.raises(ClientError, match="InvalidDBInstanceState"):
            real.aws.rds.failover_db_cluster(DBClusterIdentifier=real.lab.cluster, TargetDBInstanceIdentifier=writer)
        real.fail_over()
        with pytest.raises(ClientError, match="InvalidDBClusterStateFault"):
            real.aws.rds.failover_db_cluster(DBClusterIdentifier=real.lab.cluster)
        assert real.await_whole() == preferred
    finally:
        real.aws.rds.modify_db_instance(DBInstanceIdentifier=preferred, PromotionTier=1)


def test_a_reboot_restarts_a_reader_in_its_place(real: Real) -> None:
    """Its postmaster is another one, the writer is the same, and two events tell of it."""
    writer, reader = real.writer(), real.readers()[0]
    host, told = real.hosts()[reader], len(real.messages(reader))
    started = real.value(host, "SELECT pg_postmaster_start_time()")
    rebooting = real.aws.rds.reboot_db_instance(DBInstanceIdentifier=reader)["DBInstance"]
    assert rebooting["DBInstanceStatus"] == "rebooting"
    real.eventually(lambda: len(real.messages(reader)) >= told + 2, "both events")
    assert real.messages(reader)[told:] == ["DB instance shutdown", "DB instance restarted"]
    assert real.await_whole() == writer
    assert real.value(host, "SELECT pg_postmaster_start_time()") > started


def test_a_reboot_that_comes_to_nothing_is_over(real: Real) -> None:
    """When the one who was to restart an instance dies, the instance is available again, and can be rebooted."""
    reader = real.readers()[0]
    (patroni,) = real.supervisors(reader)
    patroni.suspend()
    real.aws.rds.reboot_db_instance(DBInstanceIdentifier=reader)
    assert real.statuses()[reader] == "rebooting"
    patroni.kill()
    real.eventually(lambda: real.statuses()[reader] == "available", "the reboot to be given up")
    real.await_whole()


def test_a_crashed_writer_is_replaced_and_comes_back_as_a_reader(real: Real) -> None:
    """Its postmaster is gone without a word, and a reader takes over long before the leader key runs out."""
    writer, told = str(real.writer()), len(real.messages())
    shut_down = len(real.messages(writer))
    with real.connect(real.lab.writer) as client:
        with real.fault("crash-writer"):
            with pytest.raises(psycopg.OperationalError):
                client.execute("SELECT pg_sleep(5)")
            real.eventually(lambda: real.writer() != writer, "another writer", within_s=15)
        client.close()
    assert real.await_whole() != writer
    started, completed = real.messages()[told:]
    assert started.startswith("Started cross AZ failover to DB instance: ")
    assert completed == f"Completed failover to DB instance: {real.writer()}"
    assert real.messages(writer)[shut_down:] == ["DB instance shutdown"]


def test_a_lost_zone_is_away_until_the_fault_ends(real: Real) -> None:
    """Nothing of it runs and nobody answers; it comes back when the experiment is stopped."""
    writer = str(real.writer())
    host, folder = real.hosts()[writer], real.zone_folder(writer)
    with real.fault("lose-zone"):
        assert processes.below(folder) == []
        with pytest.raises(ConnectionRefusedError):
            answers(host, real.lab.port, within_s=1)
        real.eventually(lambda: real.statuses()[writer] == "failed", "the APIs to say so", within_s=5)
        real.eventually(lambda: real.cluster()["Status"] == "failing-over", "the cluster to fail over", within_s=5)
        assert processes.below(folder) == [], "nothing starts it while it is lost"
    real.await_whole()
    assert processes.below(folder)


@pytest.mark.parametrize(("duration", "ends_as"), [("PT1M", "running"), ("PT3S", "completed")])
def test_a_frozen_zone_keeps_its_sockets_and_says_nothing(real: Real, duration: str, ends_as: str) -> None:
    """Connections are accepted and not answered, all processes are stopped; it goes on when stopped or by itself."""
    writer = str(real.writer())
    host, folder = real.hosts()[writer], real.zone_folder(writer)
    with real.connect(host) as client:
        with real.fault("freeze-zone", duration) as experiment:
            assert {each.status() for each in processes.below(folder)} == {psutil.STATUS_STOPPED}
            assert not answers(host, real.lab.port, within_s=0.5)
            real.eventually(lambda: real.statuses()[writer] == "failed", "the APIs to say so", within_s=5)
            real.eventually(lambda: real.state(experiment) == ends_as, f"the experiment to be {ends_as}")
        assert client.execute("SELECT 1").fetchone() == (1,), "what was open goes on where it was"
    assert answers(host, real.lab.port, within_s=5)
    real.await_whole()


def test_a_partitioned_writer_hears_its_clients_and_no_reader(real: Real) -> None:
    """Clients still reach it and read, but nothing is acknowledged that no reader has; it heals when stopped."""
    writer = str(real.writer())
    host, (reader, _) = real.hosts()[writer], real.readers()
    with real.connect(host) as client, real.connect(host) as watching:
        client.execute("CREATE TABLE IF NOT EXISTS cut_off (moment timestamptz)")
        with real.fault("partition-zone"):
            assert real.name_at(host) == writer, "new clients reach it"
            pending = client.pgconn
            pending.send_query(b"INSERT INTO cut_off VALUES (clock_timestamp())")
            real.eventually(lambda: hears_nobody(watching), "the writer to hear no reader", within_s=10)
            with suppress(psycopg.OperationalError):
                pending.consume_input()
                assert pending.is_busy(), "nothing was acknowledged"
            assert real.value(real.hosts()[reader], "SELECT count(*) FROM cut_off") == 0
        assert {each.status() for each in processes.below(real.zone_folder(writer) / "link")} <= {
            psutil.STATUS_SLEEPING,
            psutil.STATUS_RUNNING,
        }
        pending.finish()
    real.await_whole()
    with real.connect(real.lab.writer) as client:
        client.execute("DROP TABLE cut_off")


def hears_nobody(watching: psycopg.Connection[Any]) -> bool:
    """Whether every reader, each of which replies once a second, is silent for longer, or is given up."""
    query = "SELECT coalesce(max(reply_time) < clock_timestamp() - interval '1.5 s', true) FROM pg_stat_replication"
    return watching.execute(query).fetchone() == (True,)
