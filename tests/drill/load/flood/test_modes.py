"""What each kind of crowd does to a real PostgreSQL, what it records, and that nothing of it stays."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from drill.errors import LimitReached
from drill.load.flood import Crowd, CrowdPlan, Mode, Party, gathered, knocks
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import clients, ordinary

WHO = "drill flood"


@pytest.fixture
def address(postgres: Server) -> Address:
    """An ordinary role's, once nobody else is connected any more."""
    found = ordinary(postgres)
    wait_until(lambda: clients(postgres, WHO) == 0, "the crowd of the last test has gone")
    return found


def party(address: Address, mode: Mode, **changes: Any) -> Party:
    """Three clients with hardly a pause."""
    given = {"name": "flood", "application": WHO, "count": 3, "pause_s": 0.02}
    return Party(**given | {"mode": mode, "address": address} | changes)  # type: ignore[arg-type]


def plan(*parties: Party, duration_s: float = 30.0) -> CrowdPlan:
    """A crowd that a test outlives."""
    return CrowdPlan(parties=parties, duration_s=duration_s)


def until(crowd: Crowd, condition: Callable[[dict[str, Any]], object], what: str) -> None:
    """Wait until the crowd says so."""
    wait_until(lambda: bool(said := crowd.progress()) and condition(dict(said)), what)


def only(rows: pl.DataFrame, action: str, outcome: str | None = None) -> pl.DataFrame:
    """Those rows."""
    chosen = rows.filter(pl.col("action") == action)
    return chosen if outcome is None else chosen.filter(pl.col("outcome") == outcome)


def seen(server: Server, columns: str) -> list[tuple[object, ...]]:
    """Those columns of the crowd's sessions."""
    return server.run(f"SELECT {columns} FROM pg_stat_activity WHERE application_name = '{WHO}'")  # noqa: S608


def test_a_flood_takes_every_connection_and_records_each_refusal(postgres: Server, address: Address) -> None:
    """It holds what it got, goes on trying, and each surplus attempt is a row with 53300."""
    with gathered(plan(party(address, Mode.HOLD, count=100))) as crowd:
        until(crowd, lambda said: said["refused"] >= 40, "40 refusals")
        held = crowd.progress()["held"]
        assert clients(postgres, WHO) == held > 40
        rows = crowd.stop()
    # One who was knocking when it was told to go may still get in, where the others have just left.
    assert held <= len(only(rows, "connect", "ok")) <= held + 1
    refused = only(rows, "connect", "failed")
    assert set(refused["code"]) == {"53300"}
    assert set(refused["cause"]) == {"too many connections"}
    assert refused["client"].cast(pl.String).str.starts_with("flood-").all()
    wait_until(lambda: clients(postgres, WHO) == 0, "all have left")


def test_a_place_that_becomes_free_is_taken(postgres: Server, address: Address) -> None:
    """The server stays full, whoever leaves."""
    other = postgres.connect()
    with gathered(plan(party(address, Mode.HOLD, count=100))) as crowd:
        until(crowd, lambda said: said["refused"] >= 5, "it is full, and stays so")
        held = crowd.progress()["held"]
        other.close()
        until(crowd, lambda said: said["held"] > held, "the place is taken")


def test_a_flood_never_holds_more_than_its_count(address: Address) -> None:
    """Its cap is kept exactly, and said."""
    with gathered(plan(party(address, Mode.HOLD, count=7))) as crowd:
        until(crowd, lambda said: said["capped"], "the cap")
        assert crowd.progress()["held"] == 7
        rows = crowd.stop()
    assert len(only(rows, "connect")) == 7


def test_a_leak_uses_each_connection_once_and_keeps_it(postgres: Server, address: Address) -> None:
    """At its rate and no faster; the connections are idle and their query is seen."""
    began = time.monotonic()
    with gathered(plan(party(address, Mode.LEAK, count=12, rate_per_s=20.0, statements=("SELECT 7",)))) as crowd:
        until(crowd, lambda said: said["held"] == 12, "12 are held")
        assert time.monotonic() - began >= 11 / 20
        wait_until(lambda: seen(postgres, "DISTINCT state, query") == [("idle", "SELECT 7")], "all have used theirs")


def test_a_storm_connects_asks_and_leaves(postgres: Server, address: Address) -> None:
    """Many more connections than clients, each answered, none kept."""
    with gathered(plan(party(address, Mode.STORM, count=2))) as crowd:
        until(crowd, lambda said: said["answered"] > 20, "20 came and went")
        assert clients(postgres, WHO) <= 3  # one that leaves and one that comes may overlap
        rows = crowd.stop()
    assert set(rows["client"]) == {"flood-0001", "flood-0002"}
    assert set(only(rows, "connect")["outcome"]) == {"ok"}


def test_a_storm_keeps_to_its_rate(address: Address) -> None:
    """A rate is a cap over all its clients."""
    began = time.monotonic()
    with gathered(plan(party(address, Mode.STORM, count=4, rate_per_s=20.0))) as crowd:
        until(crowd, lambda said: said["connected"] >= 12, "12 came")
        assert time.monotonic() - began >= 8 / 20


def test_a_slow_query_is_ended_by_its_own_settings_and_comes_again(address: Address) -> None:
    """statement_timeout is the connection's; each end is a row with 57014 that took as long."""
    settings = {"statement_timeout": "150ms"}
    with gathered(
        plan(party(address, Mode.QUERY, count=1, statements=("SELECT pg_sleep(30)",), settings=settings))
    ) as crowd:
        until(crowd, lambda said: said["failed"] >= 3, "three were ended")
        rows = crowd.stop()
    ended = only(rows, "request", "failed")
    assert set(ended["code"]) == {"57014"}
    assert ((ended["completed_ns"] - ended["invoked_ns"]) >= 150_000_000).all()
    assert len(only(rows, "connect")) == 1


def test_what_still_runs_when_it_is_healed_is_recorded_as_left(address: Address) -> None:
    """Nobody knows how it would have ended; it is no refusal, and it asks the server for nothing."""
    endless = party(address, Mode.QUERY, count=1, statements=("SELECT pg_sleep(2)",))
    with gathered(plan(endless)) as crowd:
        until(crowd, lambda said: said["connected"] == 1, "it is connected")
        time.sleep(0.2)  # in the statement, most likely; if not, there is one row less
        rows = crowd.stop()
    assert {(row["outcome"], row["code"], row["cause"]) for row in only(rows, "request").to_dicts()} <= {
        ("unknown", None, "silent")
    }


def test_an_idle_transaction_is_ended_by_the_server_and_begins_again(postgres: Server, address: Address) -> None:
    """25P03 is seen although nobody asks; the row spans the transaction."""
    sitting = party(
        address,
        Mode.TRANSACTION,
        count=1,
        statements=("SELECT 8",),
        settings={"idle_in_transaction_session_timeout": "200ms"},
    )
    with gathered(plan(sitting)) as crowd:
        wait_until(lambda: seen(postgres, "state") == [("idle in transaction",)], "it is idle in its transaction")
        until(crowd, lambda said: said["failed"] >= 2, "two were ended")
        rows = crowd.stop()
    ended = only(rows, "request").filter(pl.col("code") == "25P03")
    assert len(ended) >= 2
    assert ((ended["completed_ns"] - ended["invoked_ns"]) >= 200_000_000).all()
    assert len(only(rows, "connect", "ok")) >= 2


def test_a_transaction_is_never_committed(postgres: Server, address: Address) -> None:
    """Whatever it did is gone with it."""
    postgres.run("CREATE TABLE IF NOT EXISTS kept (n int)", "GRANT ALL ON kept TO ordinary")
    writes = party(address, Mode.TRANSACTION, count=1, statements=("INSERT INTO kept VALUES (1)",))
    with gathered(plan(writes)):
        wait_until(lambda: seen(postgres, "backend_xid IS NOT NULL") == [(True,)], "it has written")
    wait_until(lambda: clients(postgres, WHO) == 0, "it has left")
    assert postgres.run("SELECT * FROM kept") == []
    postgres.run("DROP TABLE kept")


def test_an_operator_knocks_at_a_steady_beat(address: Address, postgres: Server) -> None:
    """The administrator gets in where others are refused; rows of client "operator"."""
    with gathered(plan(party(address, Mode.HOLD, count=100))) as crowd:
        until(crowd, lambda said: said["refused"] >= 1, "the server is full")
        with knocks(postgres.address, every_s=0.05) as operator:
            until(operator, lambda said: said["connected"] >= 4, "four knocks")
            rows = operator.stop()
    assert set(rows["client"]) == {"operator"}
    assert set(only(rows, "connect")["outcome"]) == {"ok"}
    begun = only(rows, "connect")["invoked_ns"].sort()
    # On the whole: one beat may be late on a busy machine, and the next is then nearer to it.
    assert begun[-1] - begun[0] >= (len(begun) - 2) * 50_000_000


def test_a_crowd_ends_by_itself_and_says_why(postgres: Server, address: Address) -> None:
    """Its time is its limit, even while it holds connections."""
    with gathered(plan(party(address, Mode.HOLD, count=5), duration_s=0.5)) as crowd:
        wait_until(lambda: clients(postgres, WHO) == 5, "they came")
        wait_until(lambda: clients(postgres, WHO) == 0, "they went")
        with pytest.raises(LimitReached, match=r"gone after 0\.5 s, its limit"):
            crowd.stop()


def test_nobody_answers(postgres: Server, address: Address) -> None:
    """A server that is gone is recorded as that, and a crowd goes on trying at its pause."""
    postgres.stop()
    with gathered(plan(party(address, Mode.HOLD, count=5))) as crowd:
        until(crowd, lambda said: said["unconnected"] >= 6, "it goes on trying")
        rows = crowd.stop()
    assert set(rows["cause"]) == {"refused"}


@pytest.mark.parametrize("mode", [Mode.HOLD, Mode.LEAK, Mode.STORM, Mode.QUERY, Mode.TRANSACTION, Mode.KNOCK])
def test_who_still_waits_to_be_let_in_at_the_end_is_recorded(address: Address, mode: Mode) -> None:
    """A server that accepts and never answers lets its clients hang: each is a row, although none has ended."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        there = replace(address, port=silent.getsockname()[1])
        waiting = party(there, mode, count=1, connect_deadline_s=60.0, statements=("SELECT 1",))
        silent.settimeout(10.0)
        with gathered(plan(waiting)) as crowd:
            client, _ = silent.accept()
            with closing(client):
                rows = crowd.stop()
    assert [(row["action"], row["outcome"], row["code"], row["cause"]) for row in rows.to_dicts()] == [
        ("connect", "failed", None, "silent")
    ]
    assert (rows["completed_ns"] - rows["invoked_ns"]).min() >= 1_000_000_000  # type: ignore[operator]


def test_several_parties_make_one_crowd(postgres: Server, address: Address) -> None:
    """Each with its own names, all at once."""
    one = party(address, Mode.TRANSACTION, name="holder", count=1)
    two = party(address, Mode.QUERY, name="asker", count=2, statements=("SELECT 1",))
    with gathered(plan(one, two)) as crowd:
        until(crowd, lambda said: said["answered"] > 4, "they ask")
        wait_until(lambda: clients(postgres, WHO) == 3, "all are there")
        rows = crowd.stop()
    assert {"holder-0001", "asker-0001", "asker-0002"} == set(rows["client"])
