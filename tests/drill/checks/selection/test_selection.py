"""What is deployed, held against what the workload asks for: each promise with good, bad and undecided twins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.advice import Workload, advise
from drill.checks.selection import (
    availability_fits,
    capacity_model_fits_the_workload,
    database_type_fits,
    scaling_fits,
)
from drill.verdict import Ruling, Verdict, judge
from tests.drill.checks.selection.stories import (
    BOTH,
    CLUSTER,
    CONTRADICTING,
    ITEMS,
    PROVISIONED,
    READ,
    SHOP,
    STEADY_ITEMS,
    TABLES,
    VARIABLE_SHOP,
    WRITE,
    WRITING_SHOP,
    Said,
    every_table,
    scaled,
    seen,
    unseen,
)
from tests.drill.histories import property_test

HELD, BROKEN, UNDECIDED = Ruling.HELD, Ruling.BROKEN, Ruling.UNDECIDED
CHECKS = (database_type_fits, capacity_model_fits_the_workload, availability_fits, scaling_fits)


def type_of(asked: Workload, said: Said) -> Verdict:
    """Decision 1, judged."""
    return judge(database_type_fits(advise(asked)), seen(said))


def capacity_of(asked: Workload, said: Said, changes: Said | None = None) -> Verdict:
    """Decision 2, judged."""
    return judge(capacity_model_fits_the_workload(advise(asked)), seen(said, changes))


def availability_of(asked: Workload, said: Said, changes: Said | None = None) -> Verdict:
    """Decision 3, judged."""
    return judge(availability_fits(advise(asked)), seen(said, changes))


def scaling_of(asked: Workload, said: Said, changes: Said | None = None) -> Verdict:
    """Decision 4, judged."""
    return judge(scaling_fits(advise(asked)), seen(said, changes))


@pytest.mark.parametrize(("asked", "said"), [(SHOP, CLUSTER), (ITEMS, TABLES)], ids=["cluster", "tables"])
def test_what_is_asked_for_holds_all_of_them(asked: Workload, said: Said) -> None:
    """Each with the reason of the advice."""
    for check in CHECKS:
        verdict = judge(check(advise(asked)), seen(said))
        assert verdict.ruling is HELD, verdict
        assert verdict.evidence == ()


@pytest.mark.parametrize("check", CHECKS)
def test_what_nobody_saw_is_undecided(check) -> None:
    """No evidence, no settings of a database, an engine that is none of ours."""
    for history in (unseen(), seen({}), seen({"cluster": {"Engine": "mysql"}}), seen({"client": {"sslmode": "x"}})):
        assert judge(check(advise(SHOP)), history).ruling is UNDECIDED


@pytest.mark.parametrize("check", CHECKS)
def test_needs_that_contradict_each_other_are_undecided(check) -> None:
    """Nothing meets them, and nothing is accused of it."""
    for said in (CLUSTER, TABLES):
        assert judge(check(advise(CONTRADICTING)), seen(said)).ruling is UNDECIDED


@pytest.mark.parametrize(
    ("asked", "said", "ruling"),
    [
        (SHOP, TABLES, BROKEN),
        (ITEMS, CLUSTER, BROKEN),
        (BOTH, TABLES, HELD),
        (BOTH, CLUSTER, HELD),
        (BOTH, {**TABLES, **CLUSTER}, HELD),
        (SHOP, {**TABLES, **CLUSTER}, BROKEN),
    ],
)
def test_another_type_of_database_breaks_it(asked: Workload, said: Said, ruling: Ruling) -> None:
    """Where both are asked for, either fits."""
    assert type_of(asked, said).ruling is ruling


@pytest.mark.parametrize("check", CHECKS[1:])
def test_what_is_of_another_type_is_judged_by_its_type_alone(check) -> None:
    """How a table that should be a cluster is paid for is no question."""
    verdict = judge(check(advise(SHOP)), seen(TABLES))
    assert (verdict.ruling, verdict.because) == (UNDECIDED, "shop asks for Aurora, and DynamoDB is deployed")


def test_both_databases_are_judged_where_both_are_seen() -> None:
    """What is wrong with one breaks it."""
    said = {**TABLES, **CLUSTER} | {f"shop-{zone}": {**CLUSTER["shop-a"]} for zone in "abc"}
    verdict = capacity_of(replace(BOTH, predictable=True), said)
    assert verdict.ruling is BROKEN
    assert "accounts is PAY_PER_REQUEST, not PROVISIONED" in verdict.because
    assert "shop-a, shop-b and shop-c are db.r6g.large" in verdict.because
    untold = said | {"shop-b": {**CLUSTER["shop-a"], "DBInstanceClass": None}}
    assert capacity_of(replace(BOTH, predictable=True), untold).ruling is BROKEN
    assert capacity_of(BOTH, untold).ruling is UNDECIDED


@pytest.mark.parametrize("check", CHECKS)
def test_tables_that_the_workload_does_not_name_are_evidence_of_something_else(check) -> None:
    """They neither break nor hold it."""
    more = {**TABLES, "sessions": {**PROVISIONED, "WriteCapacityUnits": "1"}}
    assert judge(check(advise(ITEMS)), seen(more)).ruling is HELD
    others = {"tables": TABLES["tables"], "sessions": TABLES["orders"]}
    verdict = judge(check(advise(ITEMS)), seen(others))
    assert verdict.ruling is UNDECIDED
    assert "items names orders and accounts, and no such table was described beside sessions" in verdict.because


@pytest.mark.parametrize("check", CHECKS)
def test_a_named_table_that_is_not_there_leaves_it_undecided(check) -> None:
    """What is there does not stand for it; and it hides nothing that is wrong."""
    history = seen(TABLES, without=frozenset({"accounts"}))
    verdict = judge(check(advise(ITEMS)), history)
    assert (verdict.ruling, "names accounts" in verdict.because) == (UNDECIDED, True)
    if check is capacity_model_fits_the_workload:
        assert judge(check(advise(STEADY_ITEMS)), history).ruling is BROKEN


def test_a_workload_that_names_no_tables_is_about_all_of_them() -> None:
    """One table may hold all of its entities."""
    unnamed = replace(ITEMS, patterns=(replace(READ, tables=()), replace(WRITE, tables=())))
    assert capacity_of(unnamed, TABLES).ruling is HELD
    assert capacity_of(unnamed, TABLES, {"sessions": PROVISIONED}).ruling is BROKEN


def test_a_table_paid_for_in_the_other_way_breaks_it() -> None:
    """It is named, with the command that changes it."""
    verdict = capacity_of(ITEMS, TABLES, {"accounts": PROVISIONED})
    assert verdict.ruling is BROKEN
    assert verdict.because.startswith("accounts is PROVISIONED, not PAY_PER_REQUEST (on-demand is advised: ")
    assert verdict.evidence == (
        "aws dynamodb update-table --table-name accounts --billing-mode PAY_PER_REQUEST --region us-east-1",
    )
    verdict = capacity_of(STEADY_ITEMS, TABLES, {"accounts": PROVISIONED})
    assert verdict.ruling is BROKEN
    assert verdict.evidence == (
        (
            "aws dynamodb update-table --table-name orders --billing-mode PROVISIONED "
            "--provisioned-throughput ReadCapacityUnits=100,WriteCapacityUnits=150 --region us-east-1"
        ),
    )
    assert capacity_of(STEADY_ITEMS, TABLES, every_table(**PROVISIONED)).ruling is HELD


@pytest.mark.parametrize("mode", [None, "FREE"])
def test_a_billing_mode_that_nobody_knows_is_undecided(mode: str | None) -> None:
    """Unless another table is wrong: that is known."""
    assert capacity_of(ITEMS, TABLES, {"orders": {"BillingMode": mode}}).ruling is UNDECIDED
    changes = {"orders": {"BillingMode": mode}, "accounts": PROVISIONED}
    assert capacity_of(ITEMS, TABLES, changes).ruling is BROKEN


def test_an_instance_of_the_other_kind_breaks_it() -> None:
    """One of three is enough."""
    serverless = {"DBInstanceClass": "db.serverless"}
    verdict = capacity_of(SHOP, CLUSTER, {"shop-b": serverless})
    assert verdict.ruling is BROKEN
    assert verdict.because.startswith("shop-b is db.serverless, not provisioned (")
    verdict = capacity_of(VARIABLE_SHOP, CLUSTER, {"shop-b": serverless})
    assert verdict.ruling is BROKEN
    assert verdict.because.startswith("shop-a is db.r6g.large, not serverless; shop-c is")
    assert "--serverless-v2-scaling-configuration" in verdict.evidence[0]
    assert capacity_of(VARIABLE_SHOP, CLUSTER, dict.fromkeys(("shop-a", "shop-b", "shop-c"), serverless)).ruling is HELD
    assert capacity_of(SHOP, CLUSTER, {"shop-b": {"DBInstanceClass": None}}).ruling is UNDECIDED


def test_a_cluster_in_one_zone_breaks_it() -> None:
    """Whatever it calls itself; readers beside the writer do not help."""
    zone = {"AvailabilityZone": "eu-west-1a"}
    changes: Said = {"cluster": {"MultiAZ": "true"}, "shop-b": zone, "shop-c": zone}
    verdict = availability_of(SHOP, CLUSTER, changes)
    assert verdict.ruling is BROKEN
    assert verdict.because.startswith("all of shop lies in eu-west-1a (multi-AZ is advised: production")
    assert verdict.evidence[0].startswith("aws rds create-db-instance ")
    alone = {subject: values for subject, values in CLUSTER.items() if subject in {"cluster", "shop-a"}}
    assert availability_of(SHOP, alone).ruling is BROKEN
    assert availability_of(SHOP, CLUSTER, {"shop-b": {"AvailabilityZone": None}}).ruling is UNDECIDED


def test_more_than_was_asked_for_breaks_nothing() -> None:
    """A development cluster may lie in three zones, or in one."""
    asked = replace(SHOP, environment="development")
    verdict = availability_of(asked, CLUSTER)
    assert verdict.ruling is HELD
    assert "more than is asked for" in verdict.because
    alone = {subject: values for subject, values in CLUSTER.items() if subject in {"cluster", "shop-a"}}
    assert availability_of(asked, alone).ruling is HELD


@pytest.mark.parametrize(
    ("replicas", "ruling"), [("us-west-2", HELD), ("none", BROKEN), (None, UNDECIDED)], ids=["two", "one", "untold"]
)
def test_one_region_is_not_enough_where_another_is_asked_for(replicas: str | None, ruling: Ruling) -> None:
    """It is where it is not."""
    asked = replace(ITEMS, downtime_minutes_per_month=1)
    verdict = availability_of(asked, TABLES, {"orders": {"Replicas": replicas}})
    assert verdict.ruling is ruling
    assert availability_of(ITEMS, TABLES, {"orders": {"Replicas": replicas}}).ruling is HELD
    if ruling is BROKEN:
        assert verdict.because.startswith("orders lies in one region (")
        assert "--replica-updates" in verdict.evidence[0]


@pytest.mark.parametrize(
    ("told", "ruling"),
    [
        ({"GlobalClusterIdentifier": "world"}, HELD),
        ({"GlobalClusterIdentifier": None}, BROKEN),
        ({}, UNDECIDED),
    ],
)
def test_a_cluster_that_is_not_global_breaks_it_where_one_is_asked_for(told: Said, ruling: Ruling) -> None:
    """Undecided where nobody asked whether it is."""
    asked = replace(SHOP, downtime_minutes_per_month=1)
    verdict = availability_of(asked, CLUSTER, {"cluster": told})
    assert verdict.ruling is ruling
    if ruling is BROKEN:
        assert "create-global-cluster" in verdict.evidence[0]
    alone = {subject: values for subject, values in CLUSTER.items() if subject in {"cluster", "shop-a"}}
    assert availability_of(asked, alone, {"cluster": told}).ruling is BROKEN


def test_reads_without_a_reader_break_it() -> None:
    """A read-heavy workload has somewhere to go."""
    alone = {subject: values for subject, values in CLUSTER.items() if subject in {"cluster", "shop-a"}}
    verdict = scaling_of(SHOP, alone)
    assert verdict.ruling is BROKEN
    assert verdict.because.startswith("shop has no reader (horizontal is advised: readers can take 57% of the load")
    assert scaling_of(SHOP, CLUSTER, {"shop-b": {"IsClusterWriter": None}}).ruling is UNDECIDED


def test_readers_that_carry_nothing_break_it() -> None:
    """One a zone is there for availability; a second one is there for nobody."""
    assert scaling_of(WRITING_SHOP, CLUSTER).ruling is HELD
    crowd = {f"shop-{name}": CLUSTER["shop-b"] for name in "de"}
    verdict = scaling_of(WRITING_SHOP, CLUSTER, crowd)
    assert verdict.ruling is BROKEN
    assert len(verdict.evidence) == 2
    assert all("delete-db-instance" in each for each in verdict.evidence)
    assert "shop-b is" not in verdict.because
    beside = {"shop-d": {**CLUSTER["shop-b"], "AvailabilityZone": "eu-west-1a"}}
    assert scaling_of(WRITING_SHOP, CLUSTER, beside).ruling is BROKEN
    assert scaling_of(SHOP, CLUSTER, crowd).ruling is HELD


@pytest.mark.parametrize(
    ("changes", "ruling"),
    [
        (every_table(**PROVISIONED), HELD),
        (every_table(**{**PROVISIONED, "WriteCapacityUnits": "75"}), HELD),
        (every_table(**{**PROVISIONED, "WriteCapacityUnits": "74"}), BROKEN),
        (every_table(**{**PROVISIONED, "ReadCapacityUnits": "49"}), BROKEN),
        (every_table(**{**PROVISIONED, "AutoScaling.WriteCapacityUnits": scaled(max=10)}), HELD),
    ],
)
def test_tables_have_room_for_the_peak(changes: Said, ruling: Ruling) -> None:
    """All of them together: 100 read units and 150 write units a second."""
    verdict = scaling_of(STEADY_ITEMS, TABLES, changes)
    assert verdict.ruling is ruling
    assert (verdict.measured["peak_read_units"], verdict.measured["peak_write_units"]) == (100, 150)


@pytest.mark.parametrize(
    ("told", "ruling"),
    [
        (scaled(), HELD),
        (scaled(suspended=True), BROKEN),
        (scaled(max=20), BROKEN),
        ("none", BROKEN),
        (scaled(max=None), UNDECIDED),
        ("{", UNDECIDED),
        (None, UNDECIDED),
    ],
)
def test_autoscaling_makes_room(told: str | None, ruling: Ruling) -> None:
    """As far as it may go, and unless it was suspended."""
    small = {**PROVISIONED, "WriteCapacityUnits": "10", "AutoScaling.WriteCapacityUnits": told}
    assert scaling_of(STEADY_ITEMS, TABLES, every_table(**small)).ruling is ruling


@pytest.mark.parametrize(
    ("changes", "ruling"),
    [
        (every_table(MaxWriteRequestUnits="75"), HELD),
        (every_table(MaxWriteRequestUnits="74"), BROKEN),
        ({"orders": {"MaxWriteRequestUnits": "1"}}, HELD),
        (every_table(MaxReadRequestUnits="1", MaxWriteRequestUnits=None), BROKEN),
        (every_table(MaxWriteRequestUnits=None), UNDECIDED),
        (every_table(MaxWriteRequestUnits="many"), UNDECIDED),
    ],
)
def test_a_cap_leaves_room_for_the_peak(changes: Said, ruling: Ruling) -> None:
    """Without one there is room for whatever comes; what is known to be too small is no open question."""
    verdict = scaling_of(ITEMS, TABLES, changes)
    assert verdict.ruling is ruling, verdict
    if ruling is BROKEN:
        assert verdict.evidence[0].startswith(
            "aws dynamodb update-table --table-name accounts "
            "--on-demand-throughput MaxReadRequestUnits=100,MaxWriteRequestUnits=150"
        )


def test_a_key_too_hot_breaks_it() -> None:
    """However much room the table has."""
    hot = replace(ITEMS, patterns=(READ, replace(WRITE, peak_per_s=15_000, hottest_key_share=0.1)))
    verdict = scaling_of(hot, TABLES)
    assert verdict.ruling is BROKEN
    assert "the hottest key of accounts is too hot; split it into 2 keys" in verdict.because
    assert verdict.measured["hottest_key_write_units"] == 1500


def test_keys_that_nobody_told_of_are_undecided() -> None:
    """They are not taken to be spread evenly."""
    untold = replace(ITEMS, patterns=(READ, replace(WRITE, hottest_key_share=None)))
    verdict = scaling_of(untold, TABLES)
    assert verdict.ruling is UNDECIDED
    assert "hottest_key_share" in verdict.because
    assert scaling_of(untold, TABLES, every_table(MaxWriteRequestUnits="1")).ruling is BROKEN


@property_test
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_more_room_never_breaks_it(orders: int, accounts: int, more: int) -> None:
    """It holds exactly where the units of all tables reach the peak's."""

    def ruled(first: int, second: int) -> Ruling:
        said = {"orders": {**PROVISIONED, "WriteCapacityUnits": str(first)}}
        said["accounts"] = {**PROVISIONED, "WriteCapacityUnits": str(second)}
        return scaling_of(STEADY_ITEMS, TABLES, said).ruling

    assert ruled(orders, accounts) is (HELD if orders + accounts >= 150 else BROKEN)
    if ruled(orders, accounts) is HELD:
        assert ruled(orders + more, accounts) is HELD
