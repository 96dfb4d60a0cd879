"""What makes a database slow does so on a real PostgreSQL, and everything is given back."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from drill.errors import FaultError, NoEffect, NotHealed, Unsupported
from drill.faults import NEIGHBOUR, Stage, dropped_index, lagging_reader, network_latency
from drill.faults.slots import slots
from drill.faults.undone import NEXT, undo
from drill.journal import Undo
from drill.targets.postgres import Address
from scenarios.degradation import DEGRADATIONS, DROPPED_INDEX, INDEX, NEIGHBOURS, NOISY_NEIGHBOUR, STALE_STATISTICS
from scenarios.load_scenario import LoadScenario
from tests.drill.faults.staging import SCHEMA, happening, stage
from tests.drill.memory import InMemory, member
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import clients, ordinary

DEFINITION = f"SELECT indexdef FROM pg_indexes WHERE schemaname = '{SCHEMA}' AND indexname = '{INDEX}'"  # noqa: S608
OPEN = f"SELECT id FROM {SCHEMA}.orders WHERE status = 'open' ORDER BY created_at LIMIT 20"  # noqa: S608
AUTOVACUUM = f"SELECT reloptions FROM pg_class WHERE oid = '{SCHEMA}.orders'::regclass"  # noqa: S608


@pytest.fixture
def on(shop: Address, tmp_path: Path) -> Stage:
    """A stage on the shop."""
    return stage(shop, tmp_path)


def buffers(server: Server, query: str) -> int:
    """How many pages the query touches: what it costs, whatever the machine."""
    ((found,),) = server.run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]  # type: ignore[index]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_an_index_is_gone_and_comes_back_as_it_was(on: Stage, postgres: Server) -> None:
    """Seen by its absence; the truth names it and its table."""
    before = postgres.run(DEFINITION)
    with happening(DROPPED_INDEX, on) as injection:
        assert injection.confirm() == f"{SCHEMA} has no index {INDEX} any more"
        assert postgres.run(DEFINITION) == []
        assert injection.tells == {"cause": "missing index", "relation": "orders", "index": INDEX}
        ((_, entry),) = on.journal.entries().items()
        assert entry.undo is Undo.EXECUTE
        assert entry.subject.split(NEXT)[-1].startswith(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {INDEX} ON {SCHEMA}.orders"
        )
    assert postgres.run(DEFINITION) == before != []
    assert on.journal.entries() == {}


@pytest.mark.parametrize("scenario", [DROPPED_INDEX, STALE_STATISTICS, NOISY_NEIGHBOUR], ids=str)
@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()], ids=repr)
def test_it_heals_on_every_way_out(on: Stage, postgres: Server, scenario, error: BaseException) -> None:
    """The index is there, autovacuum works, the neighbours have moved out; the journal is empty."""

    def left_by_it() -> None:
        with happening(scenario, on):
            raise error

    with pytest.raises(type(error)):
        left_by_it()
    assert postgres.run(DEFINITION) != []
    assert postgres.run(AUTOVACUUM) == [(None,)]
    assert clients(postgres, NEIGHBOUR) == 0
    assert on.journal.entries() == {}


def test_an_index_that_cannot_be_built_again_stays_in_the_journal(on: Stage, postgres: Server) -> None:
    """`drill heal` builds it when the server is back."""

    def lost() -> None:
        with happening(DROPPED_INDEX, on):
            postgres.stop()

    with pytest.raises(NotHealed, match=f"the dropped index {INDEX} could not be undone.*`drill heal`"):
        lost()
    ((path, entry),) = on.journal.entries().items()
    postgres.start()
    assert postgres.run(DEFINITION) == []
    undo(InMemory(at=on.surroundings.writer), entry.subject)
    undo(InMemory(at=on.surroundings.writer), entry.subject)  # once more does no harm
    assert postgres.run(DEFINITION) != []
    on.journal.strike(path)


def test_an_index_that_was_built_by_half_is_built_again(on: Stage, postgres: Server) -> None:
    """One that serves nobody has the name, and is not taken for the one that was dropped."""
    valid = f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{SCHEMA}.{INDEX}'::regclass"  # noqa: S608
    with happening(DROPPED_INDEX, on):
        ((_, entry),) = on.journal.entries().items()
        postgres.run(
            f"CREATE INDEX {INDEX} ON {SCHEMA}.orders (customer_id)",
            f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{SCHEMA}.{INDEX}'::regclass",  # noqa: S608
        )
        assert postgres.run(valid) == [(False,)]
    assert postgres.run(valid) == [(True,)]
    assert "created_at DESC" in str(postgres.run(DEFINITION))
    undo(InMemory(at=on.surroundings.writer), entry.subject)  # one that is there is left as it is
    assert postgres.run(valid) == [(True,)]


def test_who_writes_goes_on_while_an_index_is_built_again(on: Stage, postgres: Server) -> None:
    """It is built beside them: even one who is in the middle of a transaction keeps nobody else waiting."""
    write = f"UPDATE {SCHEMA}.orders SET status = status WHERE id = 1"  # noqa: S608
    building = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND wait_event_type = 'Lock'"
    with postgres.connect() as first, postgres.connect() as second:
        with happening(DROPPED_INDEX, on):
            first.execute("BEGIN")
            first.execute(f"UPDATE {SCHEMA}.orders SET status = status WHERE id = 2")  # noqa: S608

            def write_meanwhile() -> None:
                try:
                    wait_until(lambda: bool(postgres.run(building)), "the index is being built")
                    second.execute("SET lock_timeout = '5s'")
                    second.execute(write)
                finally:
                    first.execute("COMMIT")

            beside = threading.Thread(target=write_meanwhile)
            beside.start()
        beside.join()
        assert second.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert postgres.run(DEFINITION) != []


def test_what_is_gone_with_its_schema_needs_no_undoing(shop: Address) -> None:
    """Whoever dropped the schema has undone all of it; any other refusal is an error."""
    target = InMemory(at=shop)
    undo(target, "CREATE INDEX IF NOT EXISTS i ON gone_for_good.orders (id)")
    undo(target, f"ANALYZE {SCHEMA}.gone_for_good")
    with pytest.raises(FaultError, match="must be owner of table pg_class"):
        undo(target, "CREATE INDEX IF NOT EXISTS i ON pg_catalog.pg_class (relname)")


def test_an_index_that_is_not_there_is_unsupported(on: Stage) -> None:
    """Its name and the schema are told, and nothing was promised."""
    with (
        pytest.raises(Unsupported, match=f"drops the index none_such, and the schema {SCHEMA} has none"),
        dropped_index(on, "none_such")(InMemory(at=on.surroundings.writer), mark="m"),
    ):
        pytest.fail("the block was entered")
    assert on.journal.entries() == {}


def test_statistics_are_stale_until_somebody_analyses(on: Stage, postgres: Server) -> None:
    """The plan that was right is wrong for the new data, and right again once it is known: the data stays the same."""
    postgres.run(f"ANALYZE {SCHEMA}.orders")
    before = buffers(postgres, OPEN)
    with happening(STALE_STATISTICS, on) as injection:
        assert "orders since they were analysed; open are " in injection.confirm()
        during = buffers(postgres, OPEN)
        assert postgres.run(AUTOVACUUM) == [(["autovacuum_enabled=false"],)]
    after = buffers(postgres, OPEN)
    many = f"SELECT count(*) > 20000 FROM {SCHEMA}.orders WHERE status = 'open'"  # noqa: S608
    assert postgres.run(many) == [(True,)]
    assert during > 5 * before
    assert during > 5 * after
    injection.afterwards()
    assert postgres.run(many) == [(False,)]


def open_ids(server: Server) -> set[object]:
    """The open orders."""
    return {id for (id,) in server.run(f"SELECT id FROM {SCHEMA}.orders WHERE status = 'open'")}  # noqa: A001, S608


def test_exactly_those_orders_are_delivered_again_that_were_opened(on: Stage, postgres: Server) -> None:
    """One that was open before stays open, one that was paid for meanwhile is delivered again; nothing dead is left."""
    before = open_ids(postgres)
    assert any(int(each) % 10 < 7 for each in before)  # type: ignore[call-overload]
    # As large as data that was loaded; the tests before may have left it larger.
    postgres.run(f"CLUSTER {SCHEMA}.orders USING orders_pkey", f"VACUUM (ANALYZE) {SCHEMA}.orders")
    large = f"SELECT pg_table_size('{SCHEMA}.orders') + pg_indexes_size('{SCHEMA}.orders')"
    ((bytes_before,),) = postgres.run(large)
    pages = buffers(postgres, OPEN)
    with happening(STALE_STATISTICS, on) as injection:
        injection.confirm()
        noted = {id for (id,) in postgres.run(f"SELECT id FROM {SCHEMA}.reopened")}  # noqa: A001, S608
        assert open_ids(postgres) == before | noted
        assert not before & noted
        assert len(noted) > 20000
        postgres.run(f"UPDATE {SCHEMA}.orders SET status = 'paid' WHERE id = {min(noted)}")  # type: ignore[type-var]  # noqa: S608
    injection.afterwards()
    assert open_ids(postgres) == before
    statuses = f"SELECT DISTINCT status FROM {SCHEMA}.orders WHERE id % 10 = 0 AND id <= 20000"  # noqa: S608
    assert postgres.run(statuses) == [("delivered",)]
    assert postgres.run(f"SELECT to_regclass('{SCHEMA}.reopened')::text") == [(None,)]
    dead = f"SELECT n_dead_tup FROM pg_stat_all_tables WHERE relid = '{SCHEMA}.orders'::regclass"  # noqa: S608
    wait_until(lambda: postgres.run(dead) == [(0,)], "nothing dead is left")
    assert buffers(postgres, OPEN) <= 1.1 * pages
    ((bytes_after,),) = postgres.run(large)
    assert int(str(bytes_after)) <= 1.1 * int(str(bytes_before))
    clustered = f"SELECT bool_or(indisclustered) FROM pg_index WHERE indrelid = '{SCHEMA}.orders'::regclass"  # noqa: S608
    assert postgres.run(clustered) == [(False,)]


def test_open_orders_stand_in_the_journal_until_they_are_put_away(on: Stage, postgres: Server) -> None:
    """Healed is not undone: should nobody live to put them away, `drill heal` does, and all of it."""
    before = open_ids(postgres)
    with happening(STALE_STATISTICS, on) as injection:
        injection.confirm()
    ((_, entry),) = on.journal.entries().items()
    assert entry.undo is Undo.EXECUTE
    assert postgres.run(AUTOVACUUM) == [(None,)]
    assert open_ids(postgres) > before
    undo(InMemory(at=on.surroundings.writer), entry.subject)
    assert open_ids(postgres) == before
    undo(InMemory(at=on.surroundings.writer), entry.subject)  # once more does no harm
    injection.afterwards()
    injection.afterwards()
    assert open_ids(postgres) == before
    assert on.journal.entries() == {}


def test_what_cannot_be_put_away_stays_in_the_journal(on: Stage, postgres: Server) -> None:
    """NotHealed, and its entry is kept for `drill heal`."""
    before = open_ids(postgres)
    with happening(STALE_STATISTICS, on) as injection:
        injection.confirm()
    postgres.stop()
    with pytest.raises(NotHealed, match="the stale statistics of orders could not be undone"):
        injection.afterwards()
    ((path, entry),) = on.journal.entries().items()
    postgres.start()
    undo(InMemory(at=on.surroundings.writer), entry.subject)
    assert open_ids(postgres) == before
    on.journal.strike(path)


def test_autovacuum_is_left_as_it_was(on: Stage, postgres: Server) -> None:
    """Where somebody had turned it off, it stays off."""
    postgres.run(f"ALTER TABLE {SCHEMA}.orders SET (autovacuum_enabled = off)")
    try:
        with happening(STALE_STATISTICS, on) as injection:
            injection.confirm()
        assert postgres.run(AUTOVACUUM) == [(["autovacuum_enabled=off"],)]
        injection.afterwards()
        assert postgres.run(AUTOVACUUM) == [(["autovacuum_enabled=off"],)]
    finally:
        postgres.run(f"ALTER TABLE {SCHEMA}.orders RESET (autovacuum_enabled)")


def test_what_is_noted_does_not_itself_look_stale(on: Stage, postgres: Server) -> None:
    """A diagnosis that names the fault's own notes would be wrong."""
    changed = "SELECT relname, n_mod_since_analyze FROM pg_stat_all_tables WHERE relname = 'reopened'"
    with happening(STALE_STATISTICS, on) as injection:
        injection.confirm()
        assert postgres.run(changed) == [("reopened", 0)]
    injection.afterwards()


@pytest.mark.parametrize("scenario", [DROPPED_INDEX, STALE_STATISTICS], ids=str)
def test_a_teams_own_data_is_left_alone(on: Stage, postgres: Server, scenario: LoadScenario) -> None:
    """Even where it has tables of the same names: nothing is changed, and nothing is promised."""
    theirs = replace(on, is_ours=False)
    before = open_ids(postgres)
    with pytest.raises(Unsupported, match="names a schema of your own"), happening(scenario, theirs):
        pytest.fail("the block was entered")
    assert open_ids(postgres) == before
    assert postgres.run(DEFINITION) != []
    assert on.journal.entries() == {}


def test_it_can_happen_again(on: Stage) -> None:
    """What was put away afterwards is there for the next experiment."""
    for _ in range(2):
        with happening(STALE_STATISTICS, on) as injection:
            injection.confirm()
        injection.afterwards()
    with happening(STALE_STATISTICS, on):
        pass  # broken off: nobody puts anything away
    with happening(STALE_STATISTICS, on) as injection:
        injection.confirm()
    injection.afterwards()


def test_neighbours_are_busy_and_gone_at_once(on: Stage, postgres: Server) -> None:
    """Bounded in number, seen running, and nothing of theirs runs on."""
    few = stage(on.surroundings.writer, on.journal.folder.parent, connections=3)
    with happening(NOISY_NEIGHBOUR, few) as injection:
        assert f"of {NEIGHBOUR} run" in injection.confirm()
        assert 1 <= clients(postgres, NEIGHBOUR) <= 3
    assert clients(postgres, NEIGHBOUR) == 0
    rows = injection.rows()
    assert rows is not None
    assert rows["client"].n_unique() == 3
    assert injection.tells["application"] == NEIGHBOUR


def test_neighbours_leave_room_for_others(on: Stage, postgres: Server) -> None:
    """They take half of what is free at most; where nothing is, they stay away."""
    wait_until(lambda: clients(postgres, NEIGHBOUR) == 0, "others have moved out")
    postgres.run("ALTER ROLE ordinary CONNECTION LIMIT 8")
    try:
        with happening(NOISY_NEIGHBOUR, on) as injection:
            injection.confirm()
            assert clients(postgres, NEIGHBOUR) <= 4 == slots(on.surroundings.writer).free // 2
        rows = injection.rows()
        assert rows is not None
        assert rows["client"].n_unique() == 4
        assert set(rows.filter(rows["action"] == "connect")["outcome"]) == {"ok"}
        postgres.run("ALTER ROLE ordinary CONNECTION LIMIT 1")
        with pytest.raises(FaultError, match="too few for a neighbour"), happening(NOISY_NEIGHBOUR, on):
            pytest.fail("the block was entered")
    finally:
        postgres.run("ALTER ROLE ordinary CONNECTION LIMIT -1")
    assert NEIGHBOURS <= 40


def test_the_shop_is_needed(postgres: Server, tmp_path: Path) -> None:
    """Where there is none, the fault is not for this schema."""
    elsewhere = stage(ordinary(postgres), tmp_path, schema="elsewhere")
    for scenario in (DROPPED_INDEX, STALE_STATISTICS):
        with pytest.raises(Unsupported, match="the schema elsewhere has no"), happening(scenario, elsewhere):
            pytest.fail("the block was entered")


def lags(server: Server, reader: str, lag_ms: float | None) -> None:
    """Have the writer say so."""
    server.run("TRUNCATE replicas", f"INSERT INTO replicas VALUES ('{reader}', 'x', {lag_ms or 'NULL'})")  # noqa: S608


def test_a_reader_lags_where_the_lab_holds_it_up(postgres: Server) -> None:
    """The reader of the lowest tier; seen in what the writer knows of it."""
    lags(postgres, "b", None)
    target = InMemory(
        at=postgres.address, offers=frozenset({"lab:lag-reader"}), on_start=lambda _: lags(postgres, "b", 4000)
    )
    with lagging_reader()(target, mark="m") as injection:
        assert injection.confirm() == "b is 4.0 s behind"
        assert (injection.instance, injection.tells["reader"]) == ("b", "b")
    assert [call[:2] for call in target.calls] == [("start", "lab:lag-reader"), ("stop", "EXP0")]


def test_a_reader_lags_by_auroras_own_function(postgres: Server) -> None:
    """It cannot be called back: healing waits until its time is over and the reader has caught up."""
    inject = """
        CREATE OR REPLACE FUNCTION aurora_inject_replica_failure(percent int, seconds int, name text) RETURNS text
        LANGUAGE sql AS $$TRUNCATE replicas; INSERT INTO replicas VALUES (name, 'x', 2000) RETURNING server_id$$
    """
    postgres.run(inject)
    caught_up = threading.Timer(0.6, lags, (postgres, "b", 10.0))
    with lagging_reader(aurora_s=1)(InMemory(at=postgres.address, offers=frozenset()), mark="m") as injection:
        assert injection.confirm() == "b is 2.0 s behind"
        caught_up.start()
    caught_up.join()
    assert postgres.run("SELECT replica_lag_in_msec FROM replicas") == [(10.0,)]
    postgres.run("DROP FUNCTION aurora_inject_replica_failure")
    with (
        pytest.raises(FaultError, match="GRANT rds_superuser"),
        lagging_reader(aurora_s=1)(InMemory(at=postgres.address, offers=frozenset()), mark="m"),
    ):
        pytest.fail("the block was entered")


def test_without_a_reader_none_lags() -> None:
    """There is nobody to hold up."""
    target = InMemory(members=(member("a", writes=True),), offers=frozenset({"lab:lag-reader"}))
    with pytest.raises(Unsupported, match="has no reader"), lagging_reader()(target, mark="m"):
        pytest.fail("the block was entered")


class SlowDoor:
    """A way in on which answers come later by `delay_s`; a thread each way of each connection."""

    def __init__(self, server: Server) -> None:
        """Open it."""
        self.delay_s = 0.0
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = replace(server.address, port=self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._server.port))
                threading.Thread(target=self._pump, args=(client, there, False), daemon=True).start()
                threading.Thread(target=self._pump, args=(there, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, back: bool) -> None:  # noqa: FBT001 - which way
        with suppress(OSError), sink:
            while heard := source.recv(65536):
                time.sleep(self.delay_s if back else 0.0)
                sink.sendall(heard)
            sink.shutdown(socket.SHUT_RDWR)


def test_a_slow_network_is_seen_by_a_round_trip(postgres: Server) -> None:
    """The delay is asked for in ms, and measured on an open connection."""
    with closing(SlowDoor(postgres)) as door:
        target = InMemory(
            at=door.address,
            offers=frozenset({"lab:delay-endpoints"}),
            on_start=lambda _: setattr(door, "delay_s", 0.05),
            on_stop=lambda: setattr(door, "delay_s", 0.0),
        )
        with network_latency(50)(target, mark="m") as injection:
            assert "a round trip to 127.0.0.1" in injection.confirm()
            assert injection.tells == {"cause": "network latency", "delay_ms": "50"}
        assert target.calls[0][1] == "lab:delay-endpoints"
        assert target.calls[0][-1] == "delay=50"
        assert target.running == []


def test_aws_offers_no_slow_network() -> None:
    """The test is skipped with that reason, and no server is asked for anything."""
    with (
        pytest.raises(Unsupported, match="offers no lab:delay-endpoints"),
        network_latency(50)(InMemory(offers=frozenset()), mark="m"),
    ):
        pytest.fail("the block was entered")


def test_a_failed_experiment_is_no_effect(postgres: Server) -> None:
    """FIS's own reason is told, as for any other of its faults."""
    target = InMemory(
        at=postgres.address, offers=frozenset({"lab:lag-reader"}), starts_as="failed", reason="there is no reader"
    )
    with pytest.raises(NoEffect, match="there is no reader"), lagging_reader()(target, mark="m") as injection:
        injection.confirm()


def test_each_has_a_cause_to_be_found() -> None:
    """The words of the diagnosis and of the fault's own truth are the same."""
    assert [str(each.cause) for each in DEGRADATIONS] == [
        "missing index",
        "stale statistics",
        "noisy neighbour",
        "network latency",
        "lagging reader",
    ]
