"""Who answers at an endpoint is told, and who does not, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill.probes.server.ping import pings
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from tests.drill.probes.server import LOCKED, Server, free_port
from tests.drill.probes.test_session import frozen


def test_who_answers_is_told(address: Address) -> None:
    """One row a connection: who, in which role, and whether anybody could have listened in."""
    found = pings(address, "writer", times=3, every_s=0.1)
    assert dict(found.schema) == SCHEMAS["pings"]
    assert found.drop("at_ns").rows() == [("writer", "a", False, False, None)] * 3
    assert found["at_ns"].is_sorted()
    # Three on a grid span two steps, less what the first may be late.
    assert found["at_ns"][2] - found["at_ns"][0] >= 100_000_000


def test_a_reader_says_so(address: Address, reader: Server) -> None:
    """Its role is its own word."""
    there = address.at("127.0.0.1", reader.port)
    assert pings(there, "reader")["in_recovery"].to_list() == [True]


def test_who_does_not_answer_is_a_row(postgres: Server, address: Address) -> None:
    """Refused, or silent: no server, no role, and why in one line."""
    (refused,) = pings(address.at("127.0.0.1", free_port()), "reader").iter_rows(named=True)
    assert (refused["server"], refused["in_recovery"], refused["encrypted"]) == (None, None, None)
    assert "refused" in refused["error"]
    assert postgres.process is not None
    with frozen(postgres.process.pid):
        (silent,) = pings(address, "reader", deadline_s=0.2).iter_rows(named=True)
    assert "let nobody in within 0.2 s" in silent["error"]


@pytest.mark.parametrize("password", ["wrong-word", "right-word"])
def test_no_secret_is_told(address: Address, password: str) -> None:
    """An error names what went wrong, and no password."""
    locked = replace(address, user=LOCKED, password=password)
    (row,) = pings(locked, "writer").iter_rows(named=True)
    assert (row["error"] is None) == (password == "right-word")
    assert password not in str(row)
