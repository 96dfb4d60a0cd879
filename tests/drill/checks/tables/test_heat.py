"""How evenly keys are loaded: shares sum to one, a load that grows keeps them, and a hot key is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.tables import keys_spread_the_load
from drill.checks.tables.patterns.heat import heat
from drill.verdict import Ruling, Verdict, judge
from tests.drill.checks.tables.stories import Load, told
from tests.drill.histories import property_test

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["GetItem", "PutItem"]),
        st.sampled_from(["shop", "accounts"]),
        st.integers(1, 40),
        st.integers(0, 5_000),
    ),
    min_size=1,
    max_size=60,
)
HOT = "customer#7"


def ruled(load: Load) -> Verdict:
    """What is said of its keys."""
    return judge(keys_spread_the_load(), load.told())


def called(rows: list[tuple[str | None, str, str, int, int]], times: int = 1) -> Load:
    """Calls as they are drawn, each so many times at once."""
    load = Load(number=0)
    load.tables["calls"] = [
        {
            "pattern": operation,
            "operation": operation,
            "table": table,
            "partition": partition,
            "status": 200,
            "sent_ns": at_ms * 1_000_000,
            "read_units" if operation == "GetItem" else "write_units": units / 2,
        }
        for partition, operation, table, units, at_ms in rows
        for _ in range(times)
    ]
    return load


@property_test
@given(CALLS)
def test_shares_of_a_table_sum_to_one(rows: list[tuple[str | None, str, str, int, int]]) -> None:
    """Of its reads and of its writes, whatever else is called; a peak is no less than the mean of its seconds."""
    found = heat(called(rows).told())
    for _, keys in found.group_by("table", "index", "kind"):
        assert keys["share"].sum() == pytest.approx(1.0)
        assert keys["share"].is_between(0, 1.0000001).all()
    assert (found["peak_per_s"] <= found["units"] + 1e-9).all()
    assert found["units"].sum() == pytest.approx(sum(units / 2 for key, _, _, units, _ in rows if key))


@property_test
@given(CALLS, st.integers(2, 5))
def test_a_load_that_grows_keeps_its_shares(rows: list[tuple[str | None, str, str, int, int]], times: int) -> None:
    """And its peaks grow with it."""
    where = ["table", "index", "kind", "partition"]
    once, more = (heat(called(rows, each).told()).sort(where) for each in (1, times))
    assert once["share"].to_list() == pytest.approx(more["share"].to_list())
    assert [times * each for each in once["peak_per_s"]] == pytest.approx(more["peak_per_s"].to_list())


@property_test
@given(st.integers(0, 7), st.integers(3, 8))
def test_a_hot_key_is_found_wherever_it_is(offset: int, every: int) -> None:
    """One call of a few that goes to one key is enough, whatever the others do."""
    load = Load(number=3200)
    gets = [each for each in load.tables["calls"] if each["pattern"] == "customer-profile"]
    for call in gets[offset::every]:
        call.update(partition=HOT, read_units=8.0)
    verdict = ruled(load)
    assert verdict.ruling is Ruling.BROKEN
    assert HOT in verdict.because


def test_keys_that_share_the_load_hold_it() -> None:
    """The hottest is named all the same, with the room that it has."""
    verdict = ruled(Load())
    assert verdict.ruling is Ruling.HELD
    assert verdict.because.startswith("of 400 keys the hottest: customer#")
    assert "room for" in verdict.because
    assert verdict.measured["hot_keys"] == 0


def test_a_hot_key_of_writes_is_named_with_units_and_share() -> None:
    """Reads that are spread do not hide it."""
    load = Load()
    puts = [each for each in load.tables["calls"] if each["pattern"] == "put-order"]
    for call in puts[::4]:
        call.update(partition=HOT, write_units=3.0)
    verdict = ruled(load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith(f"{HOT} of shop takes 40.2 % of write units, 27.0 a second at most of 1,000")


def test_a_key_of_a_load_that_is_next_to_nothing_is_not_hot() -> None:
    """A thousandth of what a partition takes may go to one key."""
    load = Load()
    load.change("put-order", {"partition": "settings", "write_units": 1.015})
    assert ruled(load).ruling is Ruling.HELD  # 50 times 0.015 a second, since one unit is the index's
    load.change("put-order", {"write_units": 1.025})
    assert ruled(load).ruling is Ruling.BROKEN


def test_one_large_batch_is_no_habit() -> None:
    """A few calls may take a tenth of a short load's units, and come from anybody."""
    load = Load()
    puts = [each for each in load.tables["calls"] if each["pattern"] == "put-order"]
    for call in puts[:16:2]:  # eight, beside the one call that the key has anyway
        call.update(operation="BatchWriteItem", partition=HOT, write_units=26.0, index_units=10.0)
    assert ruled(load).ruling is Ruling.HELD
    puts[100].update(partition=HOT)
    assert ruled(load).ruling is Ruling.BROKEN


def test_a_key_of_an_index_is_hot_by_units_only() -> None:
    """All open orders have one status; that is no fault before it is much."""
    assert ruled(Load()).ruling is Ruling.HELD
    verdict = ruled(Load().change("open-orders", {"read_units": 40.0}))
    assert verdict.ruling is Ruling.BROKEN
    assert "open of index by-status of shop takes 100.0 % of read units, 2,000.0 a second" in verdict.because


def test_a_throttle_for_a_keys_sake_is_one_too_many() -> None:
    """A key that is refused consumes nothing, and would not show."""
    load = Load()
    load.tables["calls"][3].update(
        code="ThrottlingException",
        status=400,
        reasons=["TableWriteKeyRangeThroughputExceeded"],
        write_units=None,
        partition=HOT,
    )
    verdict = ruled(load)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith(f"{HOT} of shop throttled 1 x")


@pytest.mark.parametrize("named", [0, 50], ids=["none", "a few"])
def test_without_calls_that_name_their_key_nothing_is_known(named: int) -> None:
    """Batches and transactions name many, or none."""
    load = Load()
    for number, call in enumerate(load.tables["calls"]):
        call["partition"] = call["partition"] if number < named else None
    verdict = ruled(load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "key" in verdict.because


def test_a_load_of_which_most_does_not_name_its_keys_is_undecided() -> None:
    """However many calls do: most units may go to one key."""
    load = Load()
    for call in load.tables["calls"]:
        if call["pattern"] != "customer-profile":
            call.update(partition=None, read_units=call.get("read_units") and 40.0)
        if call["pattern"] == "put-order":
            call.update(write_units=None)
    verdict = ruled(load)
    assert verdict.ruling is Ruling.UNDECIDED
    assert "needed" in verdict.because


def test_nothing_was_called() -> None:
    """Nothing is known of keys."""
    assert judge(keys_spread_the_load(), told({})).ruling is Ruling.UNDECIDED
