"""What an index is worth is found without anybody ever missing it for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import psycopg
import pytest

from drill.errors import ProbeError
from drill.probes.server.explain import Patience
from drill.probes.server.inventory import foreign_keys, indexes
from drill.probes.server.plans import indexes_used, plans
from drill.probes.server.without_index import without_index
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, wait_until
from tests.drill.probes.server_side.shop import by_id, latest, pay
from tests.drill.probes.server_side.waiting import client

ROOT = Path(__file__).parents[4]
HOLDING = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = '{}'::regclass"

# A process that takes the index away, and is then held up amid a statement.
INTERRUPTED = """
import sys
from drill.probes.server.explain import Patience
from drill.probes.server.without_index import without_index
from drill.requests import Request, Statement
from drill.targets.postgres import Address
port, schema = int(sys.argv[1]), sys.argv[2]
slow = Request(key="k", pattern="slow", statements=(Statement(sql="SELECT pg_sleep(0.1)"),), reads_only=True)
address = Address(host="127.0.0.1", port=port, user="ordinary", password="", dbname="postgres")
without_index(address, schema, "orders_customer_created", [slow], executions=1000, patience=Patience(statement_s=1.0))
"""


def as_before(address: Address, schema: str, before: pl.DataFrame) -> bool:
    """Whether every index is there again, and valid."""
    columns = pl.col("relation", "index", "definition", "is_valid", "is_constraint")
    return indexes(address, schema).select(columns).equals(before.select(columns))


def test_without_its_index_a_pattern_is_slower(address: Address, schema: str) -> None:
    """The plan no longer uses it, the time saved is seen, and all is as before."""
    before = indexes(address, schema)
    asked = [latest(customer) for customer in (7, 99, 1234)]
    with_it = plans(address, schema, asked, moment="before", executions=5)
    without = without_index(address, schema, "orders_customer_created", asked, executions=5)
    assert without.select("pattern", "statement", "without", "moment").rows() == [
        ("orders-of-customer", 0, "orders_customer_created", "before")
    ]
    assert "orders_customer_created" not in dict(indexes_used(without)).values()
    assert without["execution_ms"].item() > 3 * with_it["execution_ms"].item()
    assert as_before(address, schema, before)
    assert indexes_used(plans(address, schema, asked, moment="after")) == indexes_used(with_it)


def test_a_key_goes_with_its_constraint_and_comes_back(address: Address, schema: str) -> None:
    """A primary key that others refer to is taken away with their foreign keys, and all of it is back."""
    before, keys = indexes(address, schema), foreign_keys(address, schema)
    without = without_index(address, schema, "orders_pkey", [by_id()], executions=3)
    assert indexes_used(without) == []
    assert without["execution_ms"].item() > 0
    assert as_before(address, schema, before)
    assert foreign_keys(address, schema).equals(keys)


def test_what_cannot_run_without_it_has_no_row(address: Address, schema: str) -> None:
    """An ON CONFLICT needs its unique index; the other statement of the pattern is still told."""
    without = without_index(address, schema, "payments_key_key", [pay()], executions=2)
    assert without.select("pattern", "statement").rows() == [("pay-order", 1)]


def test_no_such_index_and_one_that_is_not_ours(postgres: Server, address: Address, schema: str) -> None:
    """Each is one clear line, and nothing has changed."""
    with pytest.raises(ProbeError, match=f"there is no index orders_everything in {schema}"):
        without_index(address, schema, "orders_everything", [latest()], executions=1)
    postgres.run("CREATE SCHEMA theirs", "CREATE TABLE theirs.things (n int PRIMARY KEY)")
    postgres.run(f"GRANT USAGE ON SCHEMA theirs TO {address.user}")
    try:
        with pytest.raises(ProbeError, match=r"could not do without the index things_pkey at .*must be owner"):
            without_index(address, "theirs", "things_pkey", [latest()], executions=1)
    finally:
        postgres.run("DROP SCHEMA theirs CASCADE")


def test_it_waits_for_nobody_for_long(address: Address, schema: str) -> None:
    """Where somebody uses the table, the attempt ends by lock_timeout, and others go on."""
    before = indexes(address, schema)
    with client(address) as shop:
        shop.execute(f"BEGIN; SELECT count(*) FROM {schema}.orders")  # noqa: S608
        with pytest.raises(ProbeError, match="lock timeout"):
            without_index(
                address,
                schema,
                "orders_customer_created",
                [latest()],
                executions=1,
                patience=Patience(lock_s=0.1),
            )
        shop.execute(f"SELECT count(*) FROM {schema}.orders")  # noqa: S608
    assert as_before(address, schema, before)


def started(server: Server, schema: str) -> subprocess.Popen[bytes]:
    """A process that has taken the index away and has not given it back."""
    command: Sequence[str] = (sys.executable, "-c", INTERRUPTED, str(server.port), schema)
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        holding = HOLDING.format(f"{schema}.orders")
        wait_until(lambda: server.run(holding) != [(0,)], "the index is away", 30)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_an_interrupted_process_leaves_the_index(
    postgres: Server, address: Address, schema: str, how: signal.Signals
) -> None:
    """Killed in the middle, by whatever signal, it takes nothing with it."""
    before = indexes(address, schema)
    process = started(postgres, schema)
    process.send_signal(how)
    process.wait(20)
    holding = HOLDING.format(f"{schema}.orders")
    wait_until(lambda: postgres.run(holding) == [(0,)], "the lock is free", 20)
    assert as_before(address, schema, before)


def test_a_process_that_hangs_is_thrown_out(postgres: Server, address: Address, schema: str) -> None:
    """One that says nothing more loses its transaction, and with it the lock, though it never lets go."""
    before = indexes(address, schema)
    process = started(postgres, schema)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        holding = HOLDING.format(f"{schema}.orders")
        wait_until(lambda: postgres.run(holding) == [(0,)], "the lock is free", 20)
        assert as_before(address, schema, before)
    finally:
        process.kill()
        process.wait()


def test_a_writer_that_crashes_meanwhile_keeps_its_index(postgres: Server, address: Address, schema: str) -> None:
    """Not even a crash of the server in the middle loses it."""
    before = indexes(address, schema)
    process = started(postgres, schema)
    postgres.kill()
    process.wait(20)
    postgres.start()
    assert as_before(address, schema, before)
    with psycopg.connect(address.conninfo()) as connection:
        connection.execute(f"SET enable_seqscan = off; SELECT * FROM {schema}.orders WHERE customer_id = 7")  # noqa: S608
