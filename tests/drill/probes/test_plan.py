"""A plan reaches the child whole, and its secrets reach nobody else."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from drill.probes.plan import ControlPlane, ProbePlan
from drill.targets.postgres import Address

ADDRESS = Address(host="db", user="app", password="it's \\secret", dbname="orders", sslrootcert="/ca.pem")
PLAN = ProbePlan(
    schema="drill_1",
    writer=ADDRESS,
    instances={"a": ADDRESS.at("a", 5433)},
    control_plane=ControlPlane(cluster="c", region="r", access_key="AKIA", secret_key="secret", token="secret"),
)


def test_plan_survives_the_way_to_the_child() -> None:
    """What is dumped on one side is loaded on the other, in one line."""
    assert ProbePlan.load(PLAN.dump()) == PLAN
    assert b"\n" not in PLAN.dump()


def test_secrets_are_not_shown() -> None:
    """Neither a plan nor an address shows a password, a key or a token."""
    shown = f"{PLAN!r} {PLAN} {ADDRESS!r} {ADDRESS}"
    assert "secret" not in shown
    assert "AKIA" not in shown


def test_conninfo_says_what_the_address_means() -> None:
    """The driver reads back exactly what was meant, quotes included; overrides win."""
    read = conninfo_to_dict(ADDRESS.conninfo(dbname="other"))
    assert read["password"] == ADDRESS.password
    assert (read["host"], read["port"], read["dbname"]) == ("db", "5432", "other")
    assert (read["sslmode"], read["sslrootcert"]) == ("prefer", "/ca.pem")


def test_another_endpoint_keeps_the_credentials() -> None:
    """`at` changes where, never who."""
    moved = ADDRESS.at("elsewhere", 6543)
    assert (moved.host, moved.port, moved.user, moved.password) == ("elsewhere", 6543, "app", ADDRESS.password)
