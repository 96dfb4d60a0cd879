"""The cluster's endpoints choose an instance when a connection is made, and cut nothing."""

from __future__ import annotations

import pytest

from lab import processes
from tests.lab.conftest import Moved
from tests.lab.real import Real

pytestmark = pytest.mark.lab


def test_the_apis_tell_the_endpoints(real: Real) -> None:
    """Addresses of their own, on the instances' port."""
    cluster = real.cluster()
    assert (cluster["Endpoint"], cluster["ReaderEndpoint"]) == (real.lab.writer, real.lab.reader)
    assert cluster["Port"] == real.lab.port
    assert not {real.lab.writer, real.lab.reader} & set(real.hosts().values())
    assert (real.secret["host"], real.secret["port"]) == (real.lab.writer, real.lab.port)


def test_the_writer_endpoint_leads_to_the_writer(real: Real) -> None:
    """Each time, and one can write there."""
    assert [real.name_at(real.lab.writer) for _ in range(3)] == [real.writer()] * 3
    assert real.value(real.lab.writer, "SELECT pg_is_in_recovery()") is False


def test_the_reader_endpoint_leads_to_the_readers_by_turns(real: Real) -> None:
    """As many connections as there are readers reach each of them once."""
    first, second, third, fourth = (real.name_at(real.lab.reader) for _ in range(4))
    assert sorted([str(first), str(second)]) == real.readers()
    assert (first, second) == (third, fourth)


def test_what_is_open_is_not_cut(moved: Moved) -> None:
    """A connection through the reader endpoint to a reader that stays one goes on through a failover."""
    assert moved.onlooker_after == moved.onlooker_before


def test_endpoints_come_back_by_themselves(real: Real) -> None:
    """A forwarder that was killed is started again, and knows where to lead: of endpoints, of a link, of a front."""
    writer = str(real.writer())
    zone = real.zone_folder(writer)
    for folder in (real.lab.folder / "region" / "endpoints", zone / "link", zone / "front"):
        (killed,) = processes.below(folder)
        killed.kill()
        real.eventually(lambda: processes.below(folder) not in ([], [killed]), "another forwarder")  # noqa: B023 - now
    assert real.await_whole() == writer


def test_an_instance_outlives_its_supervisor(real: Real) -> None:
    """A Patroni that was killed joins its PostgreSQL again, which still knows who is who when it follows another."""
    reader, target = real.readers()
    host = real.hosts()[reader]
    started = real.value(host, "SELECT pg_postmaster_start_time()")
    (killed,) = real.supervisors(reader)
    killed.kill()
    real.eventually(lambda: real.is_supervised(reader) and real.supervisors(reader) != [killed], "another Patroni")
    real.fail_over(TargetDBInstanceIdentifier=target)
    assert real.await_whole() == target
    assert real.value(host, "SELECT pg_postmaster_start_time()") == started
