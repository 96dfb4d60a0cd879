"""I/O as PostgreSQL counts it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.costs.items import CLUSTER_IO, MILLION, unit_of
from drill.errors import ProbeError
from drill.probes.consumption import counting_io
from drill.probes.consumption.counters import ITEM, LOG_UNIT, UNIT, Count, used
from tests.drill.histories import property_test
from tests.drill.probes.server import Server, free_port, wait_until


def test_rows_are_in_the_units_of_the_book() -> None:
    """What is counted here is what is priced there."""
    assert (ITEM, UNIT) == (CLUSTER_IO, MILLION)
    assert unit_of(ITEM) == UNIT


@property_test
@given(pages=st.integers(0, 10**9), log_bytes=st.integers(0, 10**12), took_ns=st.integers(1, 10**10))
def test_io_is_pages_and_log_by_4_kb(pages: int, log_bytes: int, took_ns: int) -> None:
    """Begun units of log count as whole ones."""
    last = Count(at_ns=5, pages=7, log_bytes=9)
    (row,) = used("lab", last, Count(at_ns=5 + took_ns, pages=7 + pages, log_bytes=9 + log_bytes))
    assert row["quantity"] == pytest.approx((pages + -(-log_bytes // LOG_UNIT)) / 1e6)
    assert (row["from_ns"], row["to_ns"]) == (5, 5 + took_ns)


def test_a_reader_writes_no_log() -> None:
    """And who has just become the writer has none to compare with."""
    last, now = Count(at_ns=1, pages=0, log_bytes=None), Count(at_ns=2, pages=3, log_bytes=10**9)
    (row,) = used("lab", last, now)
    assert row["quantity"] == pytest.approx(3e-6)


def test_counters_that_began_anew_are_no_io() -> None:
    """After a crash they start at nothing."""
    last = Count(at_ns=1, pages=100, log_bytes=100)
    assert used("lab", last, Count(at_ns=2, pages=3, log_bytes=200)) == []
    assert used("lab", last, Count(at_ns=2, pages=200, log_bytes=3)) == []
    assert used("lab", last, Count(at_ns=1, pages=200, log_bytes=200)) == []


def test_what_a_server_reads_and_writes_is_counted(server: Server) -> None:
    """A megabyte of rows is log of as much at least."""
    with counting_io("lab", {"one": server.address}, every_s=0.05) as counters:
        wait_until(lambda: counters.table().height > 1, "the first looks", 10)
        server.run("CREATE TABLE io AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)", "DROP TABLE io")
        wait_until(lambda: counters.table()["quantity"].sum() * 1e6 > 200, "what was written", 20)
    assert set(counters.table()["source"]) == {"counters"}


def test_nobody_there_is_a_probe_error(server: Server) -> None:
    """Looking at nothing proves nothing."""
    absent = replace(server.address, port=free_port())
    with pytest.raises(ProbeError, match="could not count the I/O of one"), counting_io("lab", {"one": absent}):
        pass
