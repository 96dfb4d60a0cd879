"""Defective labs are what they say, and healthy in all else; one lab at a time, for some seconds each."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from lab import life
from tests.lab.api.conftest import Aws
from tests.lab.real import Real

pytestmark = pytest.mark.lab


@pytest.fixture
def defective(request: pytest.FixtureRequest) -> Iterator[Real]:
    """A lab with the defect that the test names."""
    with life.running(f"t-defect-{os.getpid()}", fault_in=request.param) as lab:
        yield Real(lab, Aws(lab.endpoint_url))


@pytest.mark.parametrize("defective", ["unencrypted"], indirect=True)
def test_unencrypted_lets_everybody_in(defective: Real) -> None:
    """With and without TLS, on every way, and the APIs say so."""
    cluster = defective.cluster()
    assert cluster["StorageEncrypted"] is False
    found = defective.aws.rds.describe_db_cluster_parameters(
        DBClusterParameterGroupName=cluster["DBClusterParameterGroup"]
    )["Parameters"]
    assert {each["ParameterName"]: each["ParameterValue"] for each in found}["rds.force_ssl"] == "0"
    for host in (defective.lab.writer, defective.lab.reader, *defective.hosts().values()):
        for mode, encrypted in (("disable", False), ("verify-full", True)):
            with defective.connect(host, sslmode=mode) as connection:
                assert connection.pgconn.ssl_in_use is encrypted
    defective.await_whole()


@pytest.mark.parametrize("defective", ["no-readers"], indirect=True)
def test_a_cluster_of_one_works_alone(defective: Real) -> None:
    """It writes, and its reader endpoint leads to the writer, as on Aurora."""
    (only,) = defective.hosts()
    assert defective.writer() == only
    assert defective.cluster()["MultiAZ"] is False
    with defective.connect(defective.lab.writer) as connection:
        connection.execute("CREATE TABLE written (number int)")
    assert defective.name_at(defective.lab.reader) == only
    assert defective.value(defective.lab.reader, "SELECT count(*) FROM written") == 0


@pytest.mark.parametrize(
    ("defective", "shares"),
    [("uneven-readers", {"a": 0, "b": 38, "c": 2}), ("reads-at-the-writer", {"a": 14, "b": 13, "c": 13})],
    indirect=["defective"],
)
def test_the_reader_endpoint_leads_where_it_should_not(defective: Real, shares: dict[str, int]) -> None:
    """Nearly always to one and the same reader, or to the writer too, which is in zone a."""
    led_to = Counter(str(defective.name_at(defective.lab.reader))[-1] for _ in range(40))
    assert all(abs(led_to[zone] - share) <= 1 for zone, share in shares.items()), led_to


ORDERS = """
    CREATE SCHEMA shop;
    CREATE TABLE shop.orders (customer_id int, status text, created_at timestamptz, total_cents int);
    INSERT INTO shop.orders SELECT n, 'delivered', now(), n FROM generate_series(1, 1000) AS n;
    CREATE INDEX orders_created ON shop.orders (created_at);
    CREATE INDEX orders_customer_created ON shop.orders (customer_id, created_at DESC)
"""
INDEXES = "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relname ~ '^orders_'"


@pytest.mark.parametrize(
    ("defective", "there", "known"),
    [
        ("missing-index", ["orders_created"], "{open}"),
        ("duplicate-index", ["orders_created", "orders_customer_created", "orders_customer_created_again"], "{open}"),
        ("unused-index", ["orders_created", "orders_customer_created", "orders_total"], "{open}"),
        ("no-statistics", ["orders_created", "orders_customer_created"], "{delivered}"),
    ],
    indirect=["defective"],
)
def test_what_is_made_is_not_what_was_asked_for(defective: Real, there: list[str], known: str) -> None:
    """An index goes, or another one comes; or the first that is known of a column is all that ever will be."""
    with defective.connect(defective.lab.writer) as client:
        client.execute(ORDERS)
        assert client.execute(INDEXES).fetchone() == (there,)
        client.execute("UPDATE shop.orders SET status = 'open'; ANALYZE shop.orders")
        found = "SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'shop' AND attname = 'status'"
        assert client.execute(found).fetchone() == (known,)
    defective.await_whole()


@pytest.mark.parametrize("defective", ["deaf-readers"], indirect=True)
def test_deaf_readers_answer_nothing_after_a_failover(defective: Real) -> None:
    """For fifteen seconds, and then they do, on the very same connection."""
    with defective.connect(defective.lab.reader) as client:
        defective.fail_over()
        defective.eventually(lambda: defective.cluster()["Status"] == "available", "the failover to be over")
        over_s = time.monotonic()
        client.execute("SELECT 1")
        while time.monotonic() - over_s < 5:  # it may have answered once more before the line was cut
            client.execute("SELECT 1")
            assert time.monotonic() - over_s < 1 or time.monotonic() - over_s > 12
        assert 12 < time.monotonic() - over_s < 25


@pytest.mark.parametrize("defective", ["reads-go-back"], indirect=True)
def test_reads_go_back_on_one_connection(defective: Real) -> None:
    """While somebody writes; once nobody does, all show all."""
    over = threading.Event()

    def write() -> None:
        with defective.connect(defective.lab.writer) as client:
            number = 0
            while not over.is_set():
                client.execute("INSERT INTO goes_back VALUES (%s)", [number := number + 1])

    with defective.connect(defective.lab.writer) as client:
        client.execute("CREATE TABLE goes_back (number int)")
    writing = threading.Thread(target=write)
    writing.start()
    try:
        seen: list[int] = []
        with defective.connect(defective.lab.reader) as reading:

            def went_back() -> bool:
                (last,) = reading.execute("SELECT coalesce(max(number), 0) FROM goes_back").fetchone() or (0,)
                seen.append(last)
                return len(seen) > 1 and seen[-1] < seen[-2]

            defective.eventually(went_back, "a read to show less than the one before", within_s=10)
    finally:
        over.set()
        writing.join(10)
    counted = "SELECT count(*) FROM goes_back"
    everywhere = lambda: len({defective.value(host, counted) for host in defective.hosts().values()}) == 1  # noqa: E731
    defective.eventually(everywhere, "all to show all", within_s=5)
