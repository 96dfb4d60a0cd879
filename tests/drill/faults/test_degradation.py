"""What makes a database slow does so on a real PostgreSQL, and everything is given back."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from drill.errors import FaultError, NoEffect, NotHealed, Unsupported
from drill.faults import NEIGHBOUR, Stage, dropped_index, lagging_reader, network_latency
from drill.faults.undone import undo
from drill.journal import Undo
from drill.targets.postgres import Address
from scenarios.degradation import DEGRADATIONS, DROPPED_INDEX, INDEX, NOISY_NEIGHBOUR, STALE_STATISTICS
from tests.drill.faults.staging import SCHEMA, happening, stage
from tests.drill.memory import InMemory, member
from tests.drill.probes.server import Server
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
        assert entry.subject.startswith(f"CREATE INDEX IF NOT EXISTS {INDEX} ON {SCHEMA}.orders")
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
    assert during > 20 * after
    injection.afterwards()
    assert postgres.run(many) == [(False,)]


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
