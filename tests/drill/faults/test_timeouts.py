"""Queries that are too slow and locks that are held too long, for real; what the server ends begins again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
import pytest

from drill.errors import FaultError, NoEffect, Unsupported
from drill.faults import CULPRIT, Stage, culprits, sweep
from drill.targets.postgres import Address
from scenarios.crowds import crowd
from scenarios.load_scenario import LoadScenario
from scenarios.timeouts import IDLE_LOCK, LOCK_QUEUE, RUNAWAY_SORT, SLEEPING_QUERY, TIMEOUTS, UNINDEXED_JOIN
from tests.drill.faults.staging import SCHEMA, happening, stage
from tests.drill.memory import InMemory
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import clients, ordinary

IMPATIENT = {"statement_timeout_s": 0.4, "lock_timeout_s": 0.3, "idle_in_transaction_timeout_s": 0.6}
LATEST = f"UPDATE {SCHEMA}.orders SET status = status WHERE id = (SELECT max(id) FROM {SCHEMA}.orders)"  # noqa: S608
PAYMENT = f"SELECT 1 FROM {SCHEMA}.payments LIMIT 1"  # noqa: S608


@pytest.fixture
def on(shop: Address, postgres: Server, tmp_path: Path) -> Stage:
    """A stage whose application is impatient, once nobody else is there any more."""
    sweep(shop, CULPRIT)
    wait_until(lambda: clients(postgres, CULPRIT) == 0, "others have gone")
    return stage(shop, tmp_path, **IMPATIENT)


def ended_by(rows: pl.DataFrame | None, code: str) -> pl.DataFrame:
    """The culprits' statements that the server ended so."""
    assert rows is not None
    return rows.filter((pl.col("action") == "request") & (pl.col("code") == code))


def begun(server: Server, several: int = 3) -> None:
    """Wait until so many statements of culprits were seen to begin, one after the other."""
    seen: set[object] = set()

    def enough() -> bool:
        found = server.run(
            f"SELECT query_start FROM pg_stat_activity WHERE application_name = '{CULPRIT}' AND state <> 'idle'"  # noqa: S608
        )
        seen.update(start for (start,) in found)
        return len(seen) >= several

    wait_until(enough, f"{several} statements of culprits", 20)


@pytest.mark.parametrize("scenario", [SLEEPING_QUERY, UNINDEXED_JOIN, RUNAWAY_SORT], ids=str)
def test_a_slow_query_is_seen_ended_and_begun_again(on: Stage, postgres: Server, scenario: LoadScenario) -> None:
    """Confirmed while it runs; each ends with 57014 by the application's own statement_timeout."""
    with happening(scenario, on) as injection:
        assert f"of {CULPRIT} run, for 0." in injection.confirm()
        begun(postgres, 12)
    found = ended_by(injection.rows(), "57014")
    assert len(found) >= 2
    assert (found["completed_ns"] - found["invoked_ns"]).min() >= 400_000_000  # type: ignore[operator]
    assert injection.tells["application"] == CULPRIT
    assert injection.tells["cause"] == "query"


def test_an_idle_transaction_keeps_payments_waiting(on: Stage, postgres: Server) -> None:
    """Who needs the row waits, until the server ends the transaction (25P03); it begins again."""
    with happening(IDLE_LOCK, on) as injection:
        assert "is idle in its transaction, and holds RowShareLock on orders" in injection.confirm()
        with postgres.connect() as other:
            other.execute("SET lock_timeout = '50ms'")
            wait_until(lambda: refused(other, LATEST), "the row is locked")
        begun(postgres, 8)
    assert len(ended_by(injection.rows(), "25P03")) >= 2
    assert injection.tells["relation"] == "orders"
    wait_until(lambda: postgres.run(LATEST) == [], "the row is free")


def test_everybody_queues_behind_an_alter_table(on: Stage, postgres: Server) -> None:
    """Readers of the table wait too, although nobody has locked them out yet; lock_timeout ends the waiting (55P03)."""
    with happening(LOCK_QUEUE, on) as injection:
        assert f"{CULPRIT} (pid " in (seen := injection.confirm())
        assert "waits behind" in seen
        assert "ALTER TABLE payments" in seen
        with postgres.connect() as other:
            other.execute("SET lock_timeout = '50ms'")
            wait_until(lambda: refused(other, PAYMENT), "a reader waits behind the migration")
        begun(postgres, 10)
    assert len(ended_by(injection.rows(), "55P03")) >= 2
    assert injection.tells == {
        "cause": "lock",
        "application": CULPRIT,
        "relation": "payments",
        "query": "ALTER TABLE payments ALTER COLUMN key SET STORAGE EXTENDED",
    }


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the statement had to wait for a lock for longer than it may."""
    try:
        connection.execute(statement)
    except psycopg.errors.LockNotAvailable:
        return True
    return False


@pytest.mark.parametrize("scenario", TIMEOUTS, ids=str)
def test_it_heals_on_every_way_out(on: Stage, postgres: Server, scenario: LoadScenario) -> None:
    """The culprits hang up, what left the block goes on, and nothing of theirs was kept."""

    def left_by_it() -> None:
        with happening(scenario, on) as injection:
            injection.confirm()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        left_by_it()
    wait_until(lambda: clients(postgres, CULPRIT) == 0, "the server has noticed, by its own timeouts")


def test_what_a_server_without_timeouts_goes_on_with_is_swept_away(
    shop: Address, postgres: Server, tmp_path: Path
) -> None:
    """Healing sends the clients away and no cancel request: what is left on the server is seen, and ended at last."""
    patient = stage(shop, tmp_path, statement_timeout_s=0.0)
    with happening(SLEEPING_QUERY, patient) as injection:
        injection.confirm()
    rows = injection.rows()
    assert rows is not None
    left = rows.filter(pl.col("action") == "request")
    assert set(zip(left["outcome"], left["cause"], strict=True)) == {("unknown", "silent")}
    assert clients(postgres, CULPRIT) > 0
    injection.afterwards()
    assert clients(postgres, CULPRIT) == 0


def test_a_shop_that_is_none_is_unsupported(postgres: Server, tmp_path: Path) -> None:
    """Each names the table that is missing, and nobody was let in; a sleep needs no table."""
    address = ordinary(postgres)
    for scenario in TIMEOUTS:
        if scenario is SLEEPING_QUERY:
            continue
        with (
            pytest.raises(Unsupported, match="made for the shop's tables, and the schema elsewhere has no "),
            happening(scenario, stage(address, tmp_path, schema="elsewhere")),
        ):
            pytest.fail("the block was entered")
    assert clients(postgres, CULPRIT) == 0


def test_a_teams_own_tables_are_not_locked(on: Stage, postgres: Server) -> None:
    """Nor joined or sorted at length; a sleep touches nobody's tables."""
    theirs = replace(on, is_ours=False)
    for scenario in TIMEOUTS:
        if scenario is SLEEPING_QUERY:
            continue
        with pytest.raises(Unsupported, match="names a schema of your own"), happening(scenario, theirs):
            pytest.fail("the block was entered")
    assert clients(postgres, CULPRIT) == 0
    with happening(SLEEPING_QUERY, theirs) as injection:
        injection.confirm()


def test_culprits_of_whom_nothing_is_seen_have_no_effect(on: Stage) -> None:
    """What they were to do is not there, and that is said."""
    parties = crowd(on, lambda _: ())
    fault = culprits(parties, on, seen=lambda _: lambda: None, tells={}, effect_deadline_s=0.1)
    with (
        fault(InMemory(at=on.surroundings.writer), mark="m") as injection,
        pytest.raises(NoEffect, match=f"nothing was seen of {CULPRIT} at a within 0.1 s"),
    ):
        injection.confirm()


def test_a_server_that_does_not_answer_is_left_alone(on: Stage, postgres: Server) -> None:
    """One line; sweeping there says so, too."""
    postgres.stop()
    with pytest.raises(FaultError, match="cannot look for the tables"), happening(IDLE_LOCK, on):
        pytest.fail("the block was entered")
    with pytest.raises(FaultError, match=f"cannot end what {CULPRIT} left"):
        sweep(on.surroundings.writer, CULPRIT)


def test_a_blast_radius_smaller_than_the_culprits_is_an_error(on: Stage, tmp_path: Path) -> None:
    """Four sleepers are more than the three that are allowed."""
    small = stage(on.surroundings.writer, tmp_path, connections=3)
    with (
        pytest.raises(FaultError, match=r"4 clients.*no more than 3 \(limits.flood_connections\)"),
        SLEEPING_QUERY.fault(small)(InMemory(at=on.surroundings.writer), mark="m"),
    ):
        pytest.fail("the block was entered")
