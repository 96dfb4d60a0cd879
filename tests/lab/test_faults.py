"""Every fault does to a real cluster what it says, is undone when it is stopped, and leaves it whole."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from typing import Any

import psutil
import psycopg
import pytest
from botocore.exceptions import ClientError

from lab import processes
from lab.layout import Layout
from lab.patroni import RETRY_TIMEOUT_S
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
    """Connections are accepted and not answered, all processes are stopped; it goes on when stopped or by itself.

    Who was connected is answered where he was. He may be told 57P01 where it lasted as long as Patroni tries: one that
    was frozen while it renewed its lock finds that it failed, and demotes itself before it goes on.
    """
    writer = str(real.writer())
    host, folder = real.hosts()[writer], real.zone_folder(writer)
    with real.connect(host) as client:
        began_s = time.monotonic()
        with real.fault("freeze-zone", duration) as experiment:
            frozen = {each.pid: each.status() for each in processes.below(folder)}
            assert set(frozen.values()) == {psutil.STATUS_STOPPED}
            assert client.info.backend_pid in frozen, "who serves what was open is still there"
            assert not answers(host, real.lab.port, within_s=0.5)
            real.eventually(lambda: real.statuses()[writer] == "failed", "the APIs to say so", within_s=5)
            real.eventually(lambda: real.state(experiment) == ends_as, f"the experiment to be {ends_as}")
        may_demote = time.monotonic() - began_s >= RETRY_TIMEOUT_S
        # A server's own words; a connection that was cut has none.
        with suppress(*([psycopg.errors.AdminShutdown] if may_demote else [])):
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


def test_a_flood_takes_every_connection_but_the_administrator_s(real: Real) -> None:
    """The lab's own take a few of 995; the next is refused at once, nothing falls over, and nobody fails over."""
    writer, told, started = real.writer(), len(real.messages()), time.monotonic()
    with ExitStack() as held:
        flood = [held.enter_context(real.connect(real.lab.writer)) for _ in range(985)]
        with suppress(psycopg.OperationalError):
            flood.extend(held.enter_context(real.connect(real.lab.writer)) for _ in range(11))
        assert len(flood) < 995
        asked_s = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="reserved for roles with the SUPERUSER attribute"):
            real.connect(real.lab.writer)
        assert time.monotonic() - asked_s < 2
        password = Layout.load(real.lab.folder).passwords.admin
        with real.connect(real.lab.writer, user="postgres", password=password) as administrator:
            assert administrator.execute("SHOW max_connections").fetchone() == ("1000",)
        # Longer than the watch and Patroni, which look again every second, would need to be shut out.
        real.eventually(lambda: time.monotonic() - asked_s > 4, "four seconds of it")
        assert all(each.execute("SELECT 1").fetchone() == (1,) for each in flood)
        assert (real.cluster()["Status"], real.writer()) == ("available", writer)
    assert real.await_whole() == writer
    assert real.messages()[told:] == []
    assert time.monotonic() - started < 60


def test_a_lost_reader_is_left_and_writes_go_on(real: Real) -> None:
    """The first reader of the lowest tier: the reader endpoint leads to the others within about a second."""
    writer, (lost, *others) = real.writer(), real.readers()
    told = len(real.messages())
    with real.connect(real.lab.writer) as client, real.fault("lose-reader"):
        client.execute("CREATE TEMPORARY TABLE goes_on (number int)")
        assert processes.below(real.zone_folder(lost)) == []
        led_to_others = lambda: {real.name_at(real.lab.reader) for _ in range(4)} == set(others)  # noqa: E731
        real.eventually(led_to_others, "the reader endpoint to leave it", within_s=1.5)
        client.execute("CREATE TABLE goes_on_too (number int)")
        client.execute("DROP TABLE goes_on_too")
        real.eventually(lambda: real.statuses()[lost] == "failed", "the APIs to say so", within_s=5)
        assert (real.writer(), real.cluster()["Status"]) == (writer, "available")
    assert real.await_whole() == writer
    assert real.messages()[told:] == []


def test_a_lagging_reader_receives_and_answers_and_applies_nothing(real: Real) -> None:
    """It stays behind the reader endpoint; its lag grows, asked of the writer and of itself; undone, it catches up."""
    writer, (lagging, other) = str(real.writer()), real.readers()
    hosts = real.hosts()
    count, lag = (
        "SELECT count(*) FROM lags",
        "SELECT replica_lag_in_msec FROM aurora_replica_status() WHERE server_id = '{}'",
    )
    started = real.value(hosts[lagging], "SELECT pg_postmaster_start_time()")
    with real.connect(real.lab.writer) as client:
        client.execute("CREATE TABLE lags (number int)")
        real.eventually(lambda: real.value(hosts[lagging], "SELECT to_regclass('lags')"), "the table")
        with real.fault("lag-reader"):
            client.execute("INSERT INTO lags VALUES (1)")
            written_s = time.monotonic()
            real.eventually(lambda: real.value(hosts[other], count) == 1, "the other reader to show it")
            for _ in range(3):
                for host in (hosts[writer], hosts[lagging]):
                    before_ms = real.value(host, lag.format(lagging)) or 0
                    real.eventually(
                        lambda host=host, before_ms=before_ms: (real.value(host, lag.format(lagging)) or 0) > before_ms,
                        "the lag to grow",
                    )
            aged_ms = (time.monotonic() - written_s) * 1e3
            told_ms = real.value(hosts[writer], lag.format(lagging))
            assert aged_ms - 2_500 < told_ms <= aged_ms + 500, (
                "the age of what it does not show, to a report's interval"
            )
            assert real.value(hosts[lagging], count) == 0
            assert real.value(hosts[writer], lag.format(other)) < 1_000
            assert {real.name_at(real.lab.reader) for _ in range(4)} == {lagging, other}
        real.eventually(lambda: real.value(hosts[lagging], count) == 1, "it to catch up", within_s=3)
        real.eventually(lambda: real.value(hosts[writer], lag.format(lagging)) < 1_000, "its lag to end")
        client.execute("DROP TABLE lags")
    assert real.await_whole() == writer
    assert real.value(hosts[lagging], "SELECT pg_postmaster_start_time()") == started, "nobody restarted it"


def test_late_endpoints_are_late_on_open_connections_too(real: Real) -> None:
    """By so many milliseconds each time; instances themselves are as quick as ever."""
    instance = real.hosts()[str(real.writer())]
    with real.connect(real.lab.writer) as writing, real.connect(real.lab.reader) as reading:
        with real.fault("delay-endpoints", delay="120"), real.connect(instance) as direct:
            for client in (writing, reading):
                real.eventually(lambda client=client: took_s(client) >= 0.12, "an answer that is late", within_s=5)
            assert min(took_s(direct) for _ in range(3)) < 0.1
        for client in (writing, reading):
            real.eventually(lambda client=client: took_s(client) < 0.1, "an answer in time", within_s=5)


def test_slow_endpoints_carry_so_much_a_second(real: Real) -> None:
    """On each connection."""
    with real.connect(real.lab.writer) as client, real.fault("throttle-endpoints", kilobytes_per_second="50"):
        real.eventually(lambda: took_s(client, "SELECT repeat('x', 30000)") > 0.5, "a slow answer", within_s=10)
        assert took_s(client) < 0.5


def test_cut_endpoints_are_silent_and_go_on_afterwards(real: Real) -> None:
    """Nothing is closed, new clients wait too, and what was asked meanwhile is answered."""
    with real.connect(real.lab.writer) as client:
        with real.fault("cut-endpoints"):
            client.pgconn.send_query(b"SELECT 7")
            for host in (real.lab.writer, real.lab.reader):
                assert not answers(host, real.lab.port, within_s=0.5)
            client.pgconn.consume_input()
            assert client.pgconn.is_busy()
            assert real.name_at(real.hosts()[str(real.writer())]), "instances answer"
            with real.connect(real.hosts()[str(real.writer())]) as direct:
                assert took_s(direct) < 1
        real.eventually(lambda: client.pgconn.consume_input() or not client.pgconn.is_busy(), "the answer", within_s=5)
        result = client.pgconn.get_result()
        assert result is not None
        assert result.get_value(0, 0) == b"7"
        client.pgconn.get_result()


def test_two_of_a_kind_are_one_too_many(real: Real) -> None:
    """The end of one would be the end of both."""
    with (
        real.fault("delay-endpoints"),
        pytest.raises(AssertionError, match="set for an endpoint already"),
        real.fault("delay-endpoints", delay="70"),
    ):
        pass


def took_s(client: psycopg.Connection[Any], query: str = "SELECT 1") -> float:
    """How long an answer takes, without preparing."""
    began_s = time.monotonic()
    client.execute(query.encode(), prepare=False).fetchone()
    return time.monotonic() - began_s


def hears_nobody(watching: psycopg.Connection[Any]) -> bool:
    """Whether every reader, each of which replies once a second, is silent for longer, or is given up."""
    query = "SELECT coalesce(max(reply_time) < clock_timestamp() - interval '1.5 s', true) FROM pg_stat_replication"
    return watching.execute(query).fetchone() == (True,)
