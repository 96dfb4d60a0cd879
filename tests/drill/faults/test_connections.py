"""Connections are used up for real, and given back however the block is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from drill.errors import FaultError, LimitReached, NoEffect, Unsupported
from drill.faults import BlastRadius, exhaustion
from drill.faults.slots import Slots, slots
from drill.targets.postgres import Address
from scenarios.connections import CONNECTIONS, FLOOD, LEAK, STORM
from scenarios.load_scenario import LoadScenario
from tests.drill.faults.staging import happening, stage
from tests.drill.memory import InMemory, three
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import clients, ordinary


@pytest.fixture
def address(postgres: Server) -> Address:
    """An ordinary role's, once nobody else is connected any more."""
    found = ordinary(postgres)
    wait_until(lambda: not any(clients(postgres, each.clients[0]) for each in CONNECTIONS), "others have gone")
    return found


@pytest.mark.parametrize("scenario", [FLOOD, LEAK], ids=str)
def test_the_server_is_full_until_the_block_is_left(
    postgres: Server, address: Address, tmp_path: Path, scenario: LoadScenario
) -> None:
    """An ordinary client is refused, an administrator is not; afterwards there is room again."""
    with happening(scenario, stage(address, tmp_path)) as injection:
        assert "connections are held, and the server refuses more (53300)" in injection.confirm()
        with pytest.raises(psycopg.OperationalError, match=r"connection slots are reserved|too many clients"):
            psycopg.connect(address.conninfo())
        ((holder, held),) = postgres.run(
            "SELECT application_name, count(*) FROM pg_stat_activity WHERE usename = 'ordinary' "
            "GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        )
        assert injection.tells["holder"] == holder == scenario.clients[0]
        assert isinstance(held, int)
        assert held > 40
    wait_until(lambda: clients(postgres, scenario.clients[0]) == 0, "all have left")
    rows = injection.rows()
    assert rows is not None
    assert set(rows.filter(pl.col("outcome") == "failed")["code"]) == {"53300"}


def test_a_storm_leaves_room_for_others(postgres: Server, address: Address, tmp_path: Path) -> None:
    """It comes and goes; nobody is refused."""
    with happening(STORM, stage(address, tmp_path)) as injection:
        assert "connections came and went" in injection.confirm()
        psycopg.connect(address.conninfo()).close()
    rows = injection.rows()
    assert rows is not None
    assert set(rows.filter(pl.col("action") == "connect")["outcome"]) == {"ok"}
    assert rows["client"].n_unique() <= 8
    wait_until(lambda: clients(postgres, "drill storm") == 0, "all have left")


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
@pytest.mark.parametrize("scenario", CONNECTIONS, ids=str)
def test_it_heals_on_every_way_out(
    postgres: Server, address: Address, tmp_path: Path, scenario: LoadScenario, error: BaseException
) -> None:
    """The crowd is gone, and what left the block goes on."""

    def left_by_it() -> None:
        with happening(scenario, stage(address, tmp_path)) as injection:
            injection.confirm()
            raise error

    with pytest.raises(type(error)):
        left_by_it()
    wait_until(lambda: clients(postgres, scenario.clients[0]) == 0, "all have left")


@pytest.mark.parametrize("scenario", [FLOOD, LEAK], ids=str)
def test_out_of_the_blast_radius_nobody_is_let_in(
    postgres: Server, address: Address, tmp_path: Path, scenario: LoadScenario
) -> None:
    """An exhaustion that cannot come about has no effect, and the reason names the limit."""
    with happening(scenario, stage(address, tmp_path, connections=5)) as injection:
        with pytest.raises(NoEffect, match=r"of 60 connections are free.*no more than 5 \(limits.flood_connections\)"):
            injection.confirm()
        assert clients(postgres, scenario.clients[0]) == 0
    assert injection.rows() is None


@pytest.mark.parametrize("scenario", [FLOOD, LEAK], ids=str)
def test_a_role_that_gets_the_operators_slots_lets_nobody_in(
    postgres: Server, address: Address, tmp_path: Path, scenario: LoadScenario
) -> None:
    """A superuser, or who belongs to a role that slots are reserved for: it would shut the operator out."""
    postgres.run("GRANT pg_use_reserved_connections TO ordinary")
    try:
        for who, by in ((postgres.address, "postgres"), (address, "pg_use_reserved_connections")):
            assert by in slots(who).privileged
            with (
                pytest.raises(Unsupported, match=f"is .*{by}.*would take the operator's slots: name an ordinary user"),
                happening(scenario, stage(who, tmp_path)),
            ):
                pytest.fail("the block was entered")
    finally:
        postgres.run("REVOKE pg_use_reserved_connections FROM ordinary")
    assert slots(address).privileged == ""
    assert clients(postgres, scenario.clients[0]) == 0


class Idle:
    """A crowd that does what it says."""

    def __init__(self, **said: Any) -> None:
        """Say that."""
        self.said = said

    def progress(self) -> dict[str, Any]:
        """It."""
        return self.said

    def stop(self) -> pl.DataFrame:
        """One that has come to its limit."""
        raise LimitReached("the crowd has gone after 1 s")


def idle(**said: Any) -> Any:
    """What gathers it."""

    @contextmanager
    def gather(_address: Address, _count: int) -> Iterator[Idle]:
        yield Idle(**said)

    return gather


def test_a_crowd_at_its_cap_that_nobody_refuses_has_no_effect(address: Address) -> None:
    """The server turned out to take more: never a hang."""
    fault = exhaustion(idle(held=70, capped=True, refused=0), limits=BlastRadius(connections=70), holder="drill flood")
    with fault(InMemory(at=address), mark="m") as injection, pytest.raises(NoEffect, match="70 connections are held"):
        injection.confirm()


def test_a_crowd_that_went_too_early_is_healed_and_told(address: Address) -> None:
    """The block can be left; whoever asks for the rows hears that they are not the whole."""
    fault = exhaustion(idle(held=70, refused=1), limits=BlastRadius(connections=70), holder="drill flood")
    with fault(InMemory(at=address), mark="m") as injection:
        injection.confirm()
    with pytest.raises(LimitReached, match="gone after 1 s"):
        injection.rows()


def test_the_slots_are_read_from_the_server(postgres: Server, address: Address) -> None:
    """As many as it takes, less those it reserves, less those that are taken."""

    def one_more() -> bool:
        before = slots(address)
        with postgres.connect():
            return slots(address).present == before.present + 1  # a worker of autovacuum may come or go in between

    wait_until(one_more, "a connection is counted")
    now = slots(address)
    assert (now.most, now.reserved, now.free) == (60, 3, 57 - now.present)


def test_the_limit_of_a_role_is_a_limit(postgres: Server, address: Address) -> None:
    """Where a role is allowed fewer than the server has, those count."""
    postgres.run("ALTER ROLE ordinary CONNECTION LIMIT 4")
    try:
        assert slots(address).free == 4
    finally:
        postgres.run("ALTER ROLE ordinary CONNECTION LIMIT -1")
    assert Slots(most=10, reserved=3, present=9).free == 0


def test_a_server_that_does_not_answer_is_left_alone(postgres: Server, address: Address, tmp_path: Path) -> None:
    """One line, and nobody was let in."""
    postgres.stop()
    with (
        pytest.raises(FaultError, match="cannot read how many connections"),
        happening(FLOOD, stage(address, tmp_path)),
    ):
        pytest.fail("the block was entered")


@pytest.mark.parametrize("scenario", CONNECTIONS, ids=str)
def test_a_cluster_without_a_writer_is_left_alone(address: Address, tmp_path: Path, scenario: LoadScenario) -> None:
    """There is nobody to crowd."""
    target = InMemory(at=address, members=three(writer=None))
    with pytest.raises(FaultError, match="no writer"), happening(scenario, stage(address, tmp_path), target):
        pytest.fail("the block was entered")
