"""Who is connected, doing what and waiting for whom, is seen every so often, whatever becomes of the server."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import polars as pl
import psutil
import pytest

from drill.errors import ProbeError
from drill.probes.server import watch
from drill.probes.server.sampler import Sampler, sampling
from drill.probes.server.sessions import ASKED_FOR_BLOCKERS, SESSIONS, sessions
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from drill.targets.session import ask
from tests.drill.probes.server import Server, free_port, wait_until
from tests.drill.probes.server_side.waiting import busy, client, flooded
from tests.drill.probes.test_session import frozen


def seen(sampler: Sampler, *, after_ns: int = 0) -> pl.DataFrame:
    """The sessions seen in the last whole look that began after a moment."""
    looks = sampler.tables()["sessions"].filter(pl.col("at_ns") > after_ns)
    return looks.filter(pl.col("at_ns") == pl.col("at_ns").max())


def await_looks(sampler: Sampler, count: int = 2, deadline_s: float = 20.0) -> None:
    """So many more looks."""
    had = len(sampler.tables()["samples"])
    wait_until(lambda: len(sampler.tables()["samples"]) >= had + count, f"{count} more looks", deadline_s)


def monitors(server: Server) -> list[int]:
    """Back ends that belong to samplers."""
    found = server.run("SELECT pid FROM pg_stat_activity WHERE application_name = 'drill monitor'")
    return [int(str(pid)) for (pid,) in found]


def test_a_lock_chain_is_seen_from_end_to_root(postgres: Server, address: Address, schema: str) -> None:
    """An idle transaction blocks an ALTER TABLE, which blocks a reader: each names the one before it."""
    with (
        client(address, "drill culprit") as holder,
        client(address, "migration") as migration,
        client(address) as shop,
        sampling({"a": address}) as sampler,
    ):
        count = f"SELECT count(*) FROM {schema}.payments"  # noqa: S608 - a test's own words
        holder.execute(f"BEGIN; {count}")
        waits = "wait_event_type = 'Lock'"
        alter = f"ALTER TABLE {schema}.payments ADD note text"
        with (
            busy(postgres, migration, alter, state=waits) as blocked,
            busy(postgres, shop, count, state=waits) as behind,
        ):
            now_ns = time.monotonic_ns()
            await_looks(sampler, 3)
            look = seen(sampler, after_ns=now_ns)
        root = holder.info.backend_pid
        rows = {row["pid"]: row for row in look.iter_rows(named=True)}
        assert rows[behind]["blocked_by"] == [blocked]
        assert rows[blocked]["blocked_by"] == [root]
        assert rows[root]["blocked_by"] == []
        assert (rows[root]["state"], rows[root]["application"]) == ("idle in transaction", "drill culprit")
        assert (rows[blocked]["wait_type"], rows[blocked]["query"], rows[blocked]["state"]) == ("Lock", alter, "active")
        assert rows[root]["transaction_age_s"] >= rows[root]["state_age_s"] > 0
        assert rows[blocked]["query_age_s"] > 0
        assert (rows[behind]["address"], rows[behind]["user"]) == ("127.0.0.1", "ordinary")
        assert rows[behind]["transaction_age_s"] is not None


def test_of_a_long_queue_only_the_longest_waiting_are_traced(postgres: Server, address: Address, schema: str) -> None:
    """Whoever waits and was not asked for has no list at all, which is not an empty one."""
    of_none = SESSIONS.replace(f"place <= {ASKED_FOR_BLOCKERS}", "place <= 0")
    assert of_none != SESSIONS
    alter = f"ALTER TABLE {schema}.payments ADD note text"
    with client(address) as holder, client(address) as migration:
        holder.execute(f"BEGIN; LOCK {schema}.payments")
        with busy(postgres, migration, alter, state="wait_event_type = 'Lock'") as waiting:
            ((in_recovery, count, look),) = ask(address, of_none, deadline_s=5)
        pid = holder.info.backend_pid
    rows = sessions(look, instance="a", at_ns=1)
    assert (in_recovery, count) == (False, len(rows))
    blocked_by = dict(rows.select("pid", "blocked_by").rows())
    assert blocked_by[waiting] is None
    assert blocked_by[pid] == []


def test_a_sampler_that_breaks_down_says_so(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it did see is no evidence of what it did not."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no such column")

    with client(address), sampling({"a": address}) as sampler:
        monkeypatch.setattr(watch, "sessions", broken)
        wait_until(lambda: "drill-sampler" not in {each.name for each in threading.enumerate()}, "it has ended")
    with pytest.raises(ProbeError, match=r"broke down: .*no such column"):
        sampler.tables()


def test_an_idle_session_has_no_transaction(address: Address) -> None:
    """Its query is its last one, cut to 300 characters; it waits for nobody."""
    with client(address) as shop, sampling({"a": address}) as sampler:
        pid = shop.info.backend_pid
        shop.execute("SELECT '" + "ä" * 400 + "'")
        now_ns = time.monotonic_ns()
        await_looks(sampler)
    (row,) = seen(sampler, after_ns=now_ns).filter(pl.col("pid") == pid).iter_rows(named=True)
    assert (row["state"], row["transaction_age_s"], row["blocked_by"]) == ("idle", None, [])
    assert len(row["query"]) == 300


def test_looks_are_counted_typed_and_leave_us_out(postgres: Server, address: Address) -> None:
    """A row a look in `samples`, with as many rows in `sessions`; none of them is the sampler's."""
    with client(address), client(address), sampling({"a": address}) as sampler:
        await_looks(sampler, 3)
        own = set(monitors(postgres))
    tables = sampler.tables()
    assert {name: dict(frame.schema) for name, frame in tables.items()} == {name: SCHEMAS[name] for name in tables}
    counted = tables["sessions"].group_by("at_ns").len().rename({"len": "connections"})
    samples = tables["samples"].select("at_ns", pl.col("connections").cast(pl.UInt32))
    assert samples.sort("at_ns").equals(counted.select("at_ns", pl.col("connections")).sort("at_ns"))
    assert own
    assert not own & set(tables["sessions"]["pid"])
    assert tables["samples"]["took_ns"].min() > 0
    assert tables["lags"].is_empty(), "a writer has no lag"


def test_nothing_stays_behind(postgres: Server, address: Address) -> None:
    """Neither a thread nor a connection, also when the block ends by an error."""

    def fail() -> None:
        with sampling({"a": address}):
            assert monitors(postgres)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "drill-sampler" not in {thread.name for thread in threading.enumerate()}
    wait_until(lambda: not monitors(postgres), "the sampler's connection is gone")


def test_looks_keep_to_their_grid(address: Address) -> None:
    """There are never more looks than steps, however late one is: nothing is made up for."""
    with sampling({"a": address}, every_s=0.05) as sampler:
        await_looks(sampler, 10)
    moments = sampler.tables()["samples"]["at_ns"]
    # So many looks span one step less, and one more is forgiven since the first had to connect.
    assert moments.max() - moments.min() >= (len(moments) - 2) * 50_000_000


def test_a_server_without_free_slots_is_still_seen(address: Address) -> None:
    """The sampler came before the flood, and counts everybody in it."""
    with sampling({"a": address}) as sampler, flooded(address) as held:
        now_ns = time.monotonic_ns()
        await_looks(sampler, 3)
    assert held > 20
    looks = sampler.tables()["sessions"].filter(pl.col("at_ns") > now_ns, pl.col("application") == "drill flood")
    assert looks.group_by("at_ns").len()["len"].max() == held
    assert sampler.tables()["samples"]["connections"].max() >= held


def test_a_silent_server_is_a_gap_and_is_seen_again(postgres: Server, address: Address) -> None:
    """A short silence costs looks and no connection."""
    with sampling({"a": address}) as sampler:
        await_looks(sampler)
        before = monitors(postgres)
        now_ns = time.monotonic_ns()
        with frozen(*before):
            time.sleep(0.8)  # the silence itself; nothing else tells that looks are missing
        await_looks(sampler)
        assert monitors(postgres) == before
    moments = sampler.tables()["samples"]["at_ns"]
    assert max(sampler.tables()["samples"]["took_ns"].max(), moments.diff().max()) >= 600_000_000
    assert moments.max() > now_ns + 800_000_000


def test_a_lost_connection_is_made_anew(postgres: Server, address: Address) -> None:
    """A back end that was ended, and a server that was started anew, are seen again."""
    with sampling({"a": address}) as sampler:
        await_looks(sampler)
        postgres.run(*(f"SELECT pg_terminate_backend({pid})" for pid in monitors(postgres)))
        await_looks(sampler)
        postgres.kill()
        postgres.start()
        await_looks(sampler)


def test_it_stops_in_time_beside_a_silent_server(postgres: Server, address: Address) -> None:
    """Nobody waits for a server that answers nothing."""
    with sampling({"a": address}) as sampler:
        await_looks(sampler)
        stopped = frozen(*monitors(postgres))
        stopped.__enter__()
        time.sleep(0.3)  # long enough for a look to be under way
        began = time.monotonic()
    took = time.monotonic() - began
    stopped.__exit__(None, None, None)
    assert took < 2


def test_nobody_answers_from_the_start(address: Address) -> None:
    """A sampler that sees nothing at all must not begin."""
    with (
        pytest.raises(ProbeError, match=r"could not look at any of a: .*refused"),
        sampling({"a": address.at("127.0.0.1", free_port())}),
    ):
        pass


def test_a_reader_is_up_to_date(postgres: Server, address: Address, reader: Server) -> None:
    """A replica that replays lags less than a second, and its own sessions are told from the writer's."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}
    with client(both["z"], "reports"), sampling(both) as sampler:
        for _ in range(3):
            postgres.run("SELECT pg_logical_emit_message(true, 'drill', 'on')")
            await_looks(sampler, 4)
    tables = sampler.tables()
    lags = tables["lags"]
    assert set(lags["instance"]) == {"z"}
    assert lags["answers"].all()
    assert lags["lag_ms"].median() < 1000
    assert set(tables["samples"]["instance"]) == {"a", "z"}
    assert set(tables["sessions"].filter(pl.col("application") == "reports")["instance"]) == {"z"}


def test_a_reader_that_stands_still_lags_ever_more(postgres: Server, address: Address, reader: Server) -> None:
    """Replay is paused while the writer goes on: it answers, and its lag grows with the clock."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}
    reader.run("SELECT pg_wal_replay_pause()")
    wait_until(lambda: reader.run("SELECT pg_get_wal_replay_pause_state()") == [("paused",)], "replay is paused")

    def lags() -> pl.DataFrame:
        return sampler.tables()["lags"]

    with sampling(both, everywhere=False) as sampler:
        await_looks(sampler)
        postgres.run("SELECT pg_logical_emit_message(true, 'drill', 'on')")
        wait_until(lambda: (lags()["lag_ms"].max() or 0) > 1500, "a lag of more than 1.5 s", 20)
    found = lags()
    assert found["answers"].all()
    late = found.filter(pl.col("lag_ms") > 500)
    grown_ms = late["lag_ms"][-1] - late["lag_ms"][0]
    passed_ms = (late["at_ns"][-1] - late["at_ns"][0]) / 1e6
    assert grown_ms == pytest.approx(passed_ms, rel=0.2)
    assert set(sampler.tables()["samples"]["instance"]) == {"a"}, "sessions of the writer alone were asked for"


def test_a_frozen_reader_is_told_from_one_that_lags(address: Address, reader: Server) -> None:
    """An instance that is stopped is seen as not answering within its second; the other goes on being seen."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}
    assert reader.process is not None
    postmaster = psutil.Process(reader.process.pid)

    def silent() -> int:
        return len(sampler.tables()["lags"].filter(~pl.col("answers")))

    with sampling(both) as sampler:
        await_looks(sampler)
        with frozen(postmaster.pid, *(child.pid for child in postmaster.children(recursive=True))):
            began_ns = time.monotonic_ns()
            wait_until(lambda: silent() >= 2, "two seconds of silence", 20)
            first_ns = sampler.tables()["lags"].filter(~pl.col("answers"))["at_ns"][0]
            await_looks(sampler, 2)
        wait_until(lambda: sampler.tables()["lags"]["answers"][-1], "the reader answers again", 20)
    assert 0.7e9 < first_ns - began_ns < 5e9
    assert sampler.tables()["lags"].filter(~pl.col("answers"))["lag_ms"].null_count() == silent()


def test_a_reader_that_is_gone_does_not_answer(address: Address, reader: Server) -> None:
    """A refused connection is no answer, and it is looked for again."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}

    def answers() -> list[bool]:
        return sampler.tables()["lags"]["answers"].to_list()

    with sampling(both) as sampler:
        reader.kill()
        wait_until(lambda: answers()[-2:] == [False, False], "it does not answer")
        reader.start()
        wait_until(lambda: answers()[-1], "it answers again", 20)


def test_an_instance_that_is_full_is_no_instance_that_is_down(address: Address, reader: Server) -> None:
    """Whoever is refused for want of slots was answered."""
    there = replace(address, port=reader.port)
    with flooded(there), sampling({"a": address, "z": there}) as sampler:
        await_looks(sampler, 4)
    rows = sampler.tables()["lags"].select("instance", "answers", "lag_ms").unique().rows()
    assert rows == [("z", True, None)]
