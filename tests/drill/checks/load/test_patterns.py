"""No pattern, moment or answer hides among many others: what throughput and speed are asked of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    fast_again,
    others_stay_fast,
    pool_utilisation,
    retries_are_bounded,
    steady_again_within,
    throughput_keeps,
    throughput_returns,
    waits_within,
)
from drill.checks.load.arrivals import by_chance
from drill.verdict import Check, Ruling
from tests.drill.checks.load.stories import (
    END_S,
    HEALED_S,
    STEADY_S,
    LoadStory,
    between,
    every,
    quiet,
    under_load,
)
from tests.drill.histories import Row, Story, ns, property_test, steps

FAILED = {"outcome": "failed", "cause": "other", "code": "42P01"}
NEVER = {"outcome": "unknown", "cause": "silent", "code": "never answered", "waited_ns": None, "attempts": None}
RARE = "open-orders"


def with_a_rare_one(**changes: object) -> LoadStory:
    """One request in 25 is of a rare pattern, which is changed from injection on."""
    story = under_load()
    for number, row in enumerate(story.tables["requests"]):
        row["pattern"] = RARE if number % 25 == 0 else row["pattern"]
    return story.change("requests", changes, lambda row: row["pattern"] == RARE and between(0, END_S)(row))


EACH_PATTERN = [throughput_keeps(), throughput_returns(), fast_again(), others_stay_fast(), steady_again_within()]


@pytest.mark.parametrize("check", EACH_PATTERN, ids=lambda check: check.__name__)
def test_a_rare_pattern_that_fails(check: Check) -> None:
    """A pattern of 4 % that fails from injection on breaks it, and is named."""
    verdict = check(with_a_rare_one(**FAILED).told())
    assert verdict.ruling is Ruling.BROKEN
    assert RARE in verdict.because
    assert check(with_a_rare_one().told())


@pytest.mark.parametrize("check", EACH_PATTERN, ids=lambda check: check.__name__)
def test_a_rare_pattern_that_failed_before(check: Check) -> None:
    """What a pattern of few requests never got, it has not lost; and of three requests nothing is said."""
    story = under_load()
    for number, row in enumerate(story.tables["requests"]):
        if number % 600 == 50:
            row.update(FAILED, pattern="slow-report")
    assert check(story.told())


def test_a_rare_pattern_that_is_slow() -> None:
    """One in 25 that is slow is within one in twenty, but all of that pattern are; another may be slow by nature."""
    story = with_a_rare_one().slow(50, lambda row: row["pattern"] == RARE and between(0, HEALED_S)(row))
    verdict = others_stay_fast(10)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "open-orders: 32 of 32 not within 10.0 ms" in verdict.because
    assert others_stay_fast(10, affected={RARE})(story.told())
    always = with_a_rare_one().slow(30, lambda row: row["pattern"] == RARE)
    assert others_stay_fast(10)(always.told())


@property_test
@given(st.integers(20, 500), st.floats(0.01, 0.2))
def test_few_may_fail_by_chance(number: int, share: float) -> None:
    """Of few requests a larger share may fail than of many, never less than is expected, and never all."""
    assert number * share <= by_chance(number, share) < number
    assert by_chance(2 * number, share) / 2 <= by_chance(number, share)


def test_answers_nobody_waited_for() -> None:
    """An application that stands still until healing, and then answers all, has not kept its throughput."""
    story = under_load().change("requests", {"completed_ns": ns(HEALED_S + 0.05)}, between(3.5, HEALED_S))
    verdict = throughput_keeps()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "answered OK within 1 s" in verdict.because
    assert "x too late" in verdict.because
    assert verdict.measured["failed_requests_pct"] == 0
    told = under_load().slow(1500, between(0, HEALED_S))
    assert throughput_keeps()(told.told()).ruling is Ruling.BROKEN
    assert throughput_keeps()(told.row("settings", subject="application", name="pool_timeout", value="2s").told())


def slowly(confirmed_s: float, healing_s: float, healed_s: float) -> LoadStory:
    """A fault that takes long to grow, and long to heal, under a load that goes on for six seconds more."""
    story = Story().add("inject", 0.001, client="fault", endpoint="a")
    story.add("confirm", confirmed_s, client="fault", endpoint="a")
    story.add("heal", healed_s, latency_s=healed_s - healing_s, client="fault", endpoint="a")
    told = LoadStory(story)
    for number, due_s in enumerate(steps(-STEADY_S, healed_s + 6, 0.01)):
        told.request(due_s, pattern=("order-by-id", "place-order")[number % 2])
    return told


def test_while_the_fault_grows() -> None:
    """What users get counts from injection on, and not only once all of the fault is in place."""
    story = slowly(6, 14, 15).change("requests", {**FAILED, "attempts": 9}, between(0.1, 6))
    assert throughput_keeps()(story.told()).ruling is Ruling.BROKEN
    assert others_stay_fast()(story.told()).ruling is Ruling.BROKEN
    assert retries_are_bounded()(story.told()).ruling is Ruling.BROKEN
    whole = slowly(6, 14, 15).told()
    assert throughput_keeps()(whole)
    assert others_stay_fast()(whole)
    assert retries_are_bounded()(whole)


def test_while_it_is_healed() -> None:
    """The clock of healing starts when it begins; where it takes longer than the limit itself, nothing held."""
    unserved = between(14, 17)
    assert steady_again_within(5)(slowly(1, 14, 17).told())
    verdict = steady_again_within(5)(slowly(1, 14, 17).change("requests", FAILED, unserved).told())
    assert verdict
    assert verdict.measured["steady_again_s"] == pytest.approx(3.0)
    assert verdict.measured["healing_s"] == pytest.approx(3.0)
    assert steady_again_within(2)(slowly(1, 14, 15).change("requests", FAILED, unserved).told()).ruling is Ruling.BROKEN
    slow = steady_again_within(2)(slowly(1, 14, 17).change("requests", FAILED, unserved).told())
    assert slow.ruling is Ruling.UNDECIDED
    assert "healing itself took 3.00 s" in slow.because
    retried = slowly(1, 14, 17).change("requests", {**FAILED, "attempts": 9}, unserved)
    assert retries_are_bounded()(retried.told()).ruling is Ruling.BROKEN


def test_relapse_again_and_again() -> None:
    """Bad windows that come one at a time, to the end, are no jitter."""

    def relapses(row: Row) -> bool:
        half = (row["due_ns"] - ns(HEALED_S)) // 500_000_000
        return between(HEALED_S, END_S)(row) and half % 2 == 1 and row["due_ns"] // 10_000_000 % 20 < 9

    verdict = steady_again_within(5)(under_load().change("requests", FAILED, relapses).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "it was not for good" in verdict.because
    assert verdict.measured["steady_again_s"] is None


@pytest.mark.parametrize("check", [fast_again(), throughput_returns(), steady_again_within()], ids=lambda c: c.__name__)
def test_the_load_ended_early(check: Check) -> None:
    """A load that ends a second after healing proves nothing of what came later."""
    assert check(under_load(end_s=HEALED_S + 1).told()).ruling is Ruling.UNDECIDED
    assert check(under_load(end_s=HEALED_S + 3.6).told())


def test_never_answered_is_waiting() -> None:
    """A request that was never answered waited all the time, and its attempts are not known."""
    story = under_load().change("requests", NEVER, every(25, between(0, END_S)))
    verdict = waits_within(2.0)(
        story.change("requests", {"completed_ns": ns(22)}, lambda r: r["waited_ns"] is None).told()
    )
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["longest_wait_s"] == pytest.approx(22)
    assert retries_are_bounded()(story.told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize("check", [waits_within(2.0), retries_are_bounded()], ids=lambda check: check.__name__)
def test_hardly_anything_told(check: Check) -> None:
    """One request that tells, of a thousand, tells nothing of the others; one that does not is not missed."""
    silent = {"waited_ns": None, "attempts": None}
    assert check(under_load().change("requests", silent, lambda row: row["due_ns"] != ns(1)).told()).ruling is (
        Ruling.UNDECIDED
    )
    assert check(under_load().change("requests", silent, every(150)).told())


def test_a_pool_full_of_failures() -> None:
    """Connections that are busy with requests which fail are not used."""
    story = under_load()
    for at_s in steps(-STEADY_S, END_S, 0.1):
        story.row("pool", at_s, endpoint="writer", size=8, in_use=8, waiting=0, max_size=8, max_waiting=200)
    for _ in range(8):
        story.row("checkouts", endpoint="writer", acquired_ns=ns(-STEADY_S), released_ns=ns(END_S))
    assert pool_utilisation()(story.told())
    assert pool_utilisation()(story.change("requests", FAILED, every(200)).told())
    verdict = pool_utilisation()(story.change("requests", FAILED, every(20)).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "requests were answered OK" in verdict.because


def test_nothing_due_under_the_fault() -> None:
    """Without a request nothing is retried."""
    assert retries_are_bounded()(quiet().empty("requests").told()).ruling is Ruling.UNDECIDED
