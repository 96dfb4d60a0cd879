"""How many calls a request costs, and whether all are told in time."""

from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import attempts_are_bounded, no_storm_afterwards, served_within_deadline
from drill.verdict import Ruling
from tests.drill.checks.items.stories import (
    OK,
    TABLE,
    after,
    ask,
    few_examples,
    impatient,
    item_load,
    note,
    patient,
    throttled,
    under,
)
from tests.drill.checks.load.stories import HEALED_S, LoadStory, between, every, quiet
from tests.drill.histories import Row, ns, steps

STORM = HEALED_S + 5.5


def test_bounded() -> None:
    """Who repeats until he is served sends as many calls as the throttle makes necessary."""
    verdict = attempts_are_bounded()(item_load(patient()).told())
    assert verdict
    assert 1.5 < verdict.measured["calls_per_request"] < 1.85  # type: ignore[operator]  # 1 / (1 - 0.4)


def test_storm() -> None:
    """Ten attempts at once break it, on average and for the worst."""
    verdict = attempts_are_bounded()(item_load(impatient(times=12)).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["most_calls"] == 13
    assert "ThrottlingException" in verdict.because


def test_storm_at_all_times() -> None:
    """Who sends ten calls a request even before the fault, and serves few of them, breaks it all the same."""
    story = item_load(lambda _number, _due_s: [throttled() for _ in range(9)] + [OK])
    story.change("requests", {"outcome": "failed"}, every(2))
    assert attempts_are_bounded()(story.told()).ruling is Ruling.BROKEN


def test_one_request_too_many() -> None:
    """A single request that never stops breaks it, however few the others send."""
    story = item_load(patient())
    ask(story, 99_999, 2.0, *[throttled()] * 30)
    verdict = attempts_are_bounded()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "r99999: 30 calls" in verdict.evidence


def test_nothing_met() -> None:
    """Without anything to repeat, or calls of most requests that were served, nothing is known."""
    unseen = item_load(patient()).without("calls", every(2))
    for story in (quiet(), item_load(), unseen, item_load(patient()).forget("calls")):
        assert attempts_are_bounded()(story.told()).ruling is Ruling.UNDECIDED


def test_repeats_of_nobody() -> None:
    """Calls that belong to no request may be anybody's repeats: with more than a few of them nothing is known."""
    for times, ruling in ((40, Ruling.UNDECIDED), (0, Ruling.HELD)):
        story = item_load(lambda number, due_s: [throttled()] if under(due_s) and number % 3 == 0 else [OK])
        for due_s in steps(0, 6, 0.03):
            for place in range(times):
                when: Row = {"sent_ns": ns(due_s + place / 100), "answered_ns": ns(due_s + place / 100 + 0.003)}
                note(story, "calls", operation="PutItem", table=TABLE, region="us-east-1", **throttled(), **when)
        verdict = attempts_are_bounded()(story.told())
        assert verdict.ruling is ruling
        assert ("belong to no request" in verdict.because) is bool(times)


@few_examples
@given(st.lists(st.integers(0, 6), min_size=5, max_size=20))
def test_counted_one_by_one(refused: list[int]) -> None:
    """Counted in columns, calls a request are what they are one by one."""

    def calls(number: int, due_s: float) -> list[Row]:
        times = 1 + refused[number % len(refused)] if under(due_s) else 0
        return [*[after(5, throttled())] * times, after(5)]

    measured = attempts_are_bounded(99, 99)(item_load(calls, rate=50).told()).measured
    numbers = range(200, 600)
    assert measured["calls_per_request"] == sum(2 + refused[number % len(refused)] for number in numbers) / 400
    assert measured["most_calls"] == 2 + max(refused[number % len(refused)] for number in numbers)


def test_served() -> None:
    """Served after some repeats, within the deadline, is served."""
    verdict = served_within_deadline(within_s=3.0)(item_load(patient()).told())
    assert verdict
    assert verdict.measured["late_requests"] == 0


def test_told_no() -> None:
    """Failing half of the requests breaks it, as far as they are wanted served; all were told."""
    calls = impatient(20, times=0)
    story = item_load(lambda number, due_s: [throttled()] if under(due_s) and number // 2 % 2 else calls(number, due_s))
    assert served_within_deadline(within_s=3.0, share=0.95)(story.told()).ruling is Ruling.BROKEN
    assert served_within_deadline(within_s=3.0, share=0.4)(story.told())


def test_told_too_late() -> None:
    """A request that ends after its deadline breaks it, even where nobody is wanted served."""
    story = item_load(patient()).slow(3700, every(200, between(0, HEALED_S)))
    verdict = served_within_deadline(within_s=3.0, share=0.0)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "ended later" in verdict.because
    never = item_load(patient()).change("requests", {"completed_ns": None, "outcome": "unknown"}, between(2, 2.01))
    assert served_within_deadline(within_s=3.0)(never.told()).ruling is Ruling.BROKEN


def test_one_pattern_is_dead() -> None:
    """A rare pattern that is never served breaks it, however well others are."""
    story = item_load(patient())
    story.change("requests", {"pattern": "order-batch"}, every(20))
    story.change("requests", {"outcome": "failed"}, lambda row: row["pattern"] == "order-batch" and between(0, 8)(row))
    verdict = served_within_deadline(within_s=3.0, share=0.9)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "order-batch" in verdict.because


def test_not_met() -> None:
    """Who never met the fault was not tried."""
    for story in (item_load(), quiet(), item_load(patient()).without("requests", between(-9, 0))):
        assert served_within_deadline(within_s=3.0)(story.told()).ruling is Ruling.UNDECIDED


def afterwards(from_s: float, to_s: float, extra: int = 2, *, end_s: float = 20.0) -> LoadStory:
    """Between these seconds after healing each request sends so many calls more than usual."""

    def calls(number: int, due_s: float) -> list[Row]:
        more = extra if HEALED_S + from_s <= due_s < HEALED_S + to_s else 0
        return [*[after(1)] * more, *patient_calls(number, due_s)]

    patient_calls = patient()
    return item_load(calls, end_s=end_s)


def test_peace() -> None:
    """Soon after healing a request costs what it did before."""
    verdict = no_storm_afterwards(5.0)(afterwards(0, 0).told())
    assert verdict
    assert verdict.measured["storm_s"] == 0
    assert no_storm_afterwards(5.0)(afterwards(0, 2).told()).measured["storm_s"] == 2.0


def test_storm_afterwards() -> None:
    """A storm after the limit breaks it, and one that never ends does."""
    assert no_storm_afterwards(5.0)(afterwards(6, 7).told()).ruling is Ruling.BROKEN
    assert no_storm_afterwards(5.0)(afterwards(0, 99).told()).ruling is Ruling.BROKEN


def test_storm_unseen() -> None:
    """A load that ends while the storm still blows, or soon after healing, tells nothing."""
    for story in (
        afterwards(0, 99, end_s=HEALED_S + 4),
        afterwards(0, 0, end_s=HEALED_S + 1),
        afterwards(0, 0).without("calls", between(HEALED_S, 99, "sent_ns")),
        afterwards(0, 0).without("requests", between(HEALED_S + 2, HEALED_S + 3)),
        quiet(),
    ):
        assert no_storm_afterwards(5.0)(story.told()).ruling is Ruling.UNDECIDED


def test_a_storm_that_is_short_and_fierce() -> None:
    """Thirty times as many calls break it, however soon they end; who allows for so many may have them."""
    fierce = afterwards(0, 2.4, extra=29).told()
    verdict = no_storm_afterwards(5.0)(fierce)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("up to ")
    assert no_storm_afterwards(5.0, most=99)(fierce).ruling is Ruling.HELD


def test_a_load_that_grows() -> None:
    """More requests are no storm."""
    story = item_load(patient())
    for number in range(600):
        ask(story, 10_000 + number, HEALED_S + number / 100 + 0.005, OK)
    assert no_storm_afterwards(5.0)(story.told())
