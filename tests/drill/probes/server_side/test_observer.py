"""The look under the fault: it sees what it can, and a server that hangs is not hung for longer because of it."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from dataclasses import replace

import polars as pl

from drill.probes.server.observer import AT_ONCE, DURING, LOOK_S, ServerObserver
from drill.targets.postgres import Address
from tests.drill.probes.server import NAME, Server
from tests.drill.probes.server_side.shop import by_id, latest, pay

SLACK_S = 3.0
"""What a busy machine may add."""


def observer(address: Address, schema: str, *, instances: int = 1) -> ServerObserver:
    """Of that many instances, all of them there."""
    names = [NAME, *(f"other-{number}" for number in range(1, instances))]
    return ServerObserver(
        instances=dict.fromkeys(names, address),
        address=address,
        schema=schema,
        requests=(latest(), by_id(), pay()),
    )


def seen(by: ServerObserver, table: str, column: str) -> set[str]:
    """What it has of that column."""
    found = by.tables().get(table)
    return set() if found is None else set(found[column].cast(pl.String))


def test_each_look_sees_every_pattern_and_instance(address: Address, schema: str) -> None:
    """Under the fault as before it, and after."""
    by = observer(address, schema, instances=2)
    for moment in ("before", DURING, "after"):
        by.look(moment)
    for table, column, wanted in (
        ("plans", "pattern", {"orders-of-customer", "order-by-id", "pay-order"}),
        ("counters", "instance", {NAME, "other-1"}),
    ):
        rows = by.tables()[table].with_columns(pl.col("moment", column).cast(pl.String))
        found = rows.group_by("moment").agg(pl.col(column).unique()).rows()
        assert {moment: set(names) for moment, names in found} == dict.fromkeys(("before", DURING, "after"), wanted)


def test_a_locked_table_does_not_keep_the_others_from_being_seen(
    address: Address, schema: str, postgres: Server
) -> None:
    """Who needs it is left out."""
    by = observer(address, schema)
    with postgres.connect() as other:
        other.execute("BEGIN")
        other.execute(f"LOCK TABLE {schema}.payments")
        by.look(DURING)
        other.execute("ROLLBACK")
    assert seen(by, "plans", "pattern") == {"orders-of-customer", "order-by-id"}
    assert seen(by, "counters", "instance") == {NAME}


def test_a_server_that_hangs_does_not_hold_the_fault(address: Address, schema: str) -> None:
    """One that lets in and never answers costs one deadline, however many patterns and instances there are."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as silent:
        by = observer(replace(address, port=silent.getsockname()[1]), schema, instances=2 * AT_ONCE)
        began_s = time.monotonic()
        by.look(DURING)
        assert time.monotonic() - began_s < LOOK_S + SLACK_S
    assert by.tables() == {}
