"""What an application makes of the database, and what readers are good for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    application_recovers_within,
    each_transfer_once,
    invariants_hold,
    money_is_conserved,
    no_read_at_the_writer,
    non_retryable_errors_are_not_retried,
    reader_refuses_writes,
    reads_are_spread,
    serialization_failures_are_retried,
)
from drill.verdict import Ruling
from tests.drill.checks.load.stories import END_S, LoadStory, between, every, quiet, under_load
from tests.drill.histories import property_test

REFUSED = {"outcome": "failed", "cause": "refused"}


def audited(money: int = 1_000_000, wrong: int = 0, half: int = 0) -> LoadStory:
    """What was found when all was over."""
    story = quiet()
    rows = (
        ("the sum of all balances", 1_000_000, money),
        ("accounts whose balance is not what transfers say", 0, wrong),
        ("orders placed by the load without all of their lines", 0, half),
    )
    for invariant, expected, found in rows:
        story.row("audit", invariant=invariant, expected=expected, found=found, detail="1,000 rows")
    return story


def test_invariants() -> None:
    """What is equal holds it."""
    assert invariants_hold()(audited().told())
    assert money_is_conserved()(audited().told())


def test_half_an_order() -> None:
    """A half transaction breaks it, in words; money is another matter."""
    verdict = invariants_hold()(audited(half=2).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "without all of their lines: 2 found, 0 expected" in verdict.because
    assert money_is_conserved()(audited(half=2).told())


def test_money_lost() -> None:
    """Money that is missing, or on another account, breaks it."""
    verdict = money_is_conserved()(audited(money=999_990).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["missing_amount"] == 10
    assert money_is_conserved()(audited(wrong=2).told()).ruling is Ruling.BROKEN


def test_not_found() -> None:
    """What was not found at all is not equal; what was not audited is undecided."""
    story = audited().row("audit", invariant="orders without lines", expected=0, found=None)
    assert invariants_hold()(story.told()).ruling is Ruling.BROKEN
    for check in (invariants_hold(), money_is_conserved()):
        assert check(quiet().told()).ruling is Ruling.UNDECIDED
        assert check(quiet().empty("audit").told()).ruling is Ruling.UNDECIDED


def transfer(story: LoadStory, key: str, outcome: str = "ok", *, times: int = 1, **there: Any) -> LoadStory:
    """A transfer that ended so, and stands in the ledger so often."""
    told = {"key": key, "source": 1, "destination": 2, "amount": 5}
    story.row("transfers", **told, outcome=outcome, attempts=1)
    for _ in range(times):
        story.row("ledger", **told | there)
    return story


def bank() -> LoadStory:
    """Transfers that ended OK and stand there once, one that failed and does not, two that nobody knows of."""
    story = transfer(transfer(quiet(), "a"), "b")
    transfer(story, "c", "failed", times=0)
    return transfer(transfer(story, "d", "unknown", times=0), "e", "unknown")


def test_each_once() -> None:
    """That holds it, and what is unknown may be either."""
    verdict = each_transfer_once()(bank().told())
    assert verdict
    assert verdict.measured["acknowledged_transfers"] == 2


@pytest.mark.parametrize(
    ("story", "figure"),
    [
        (transfer(bank(), "x", times=0), "lost_transfers"),
        (transfer(bank(), "x", times=2), "duplicate_transfers"),
        (transfer(bank(), "x", "unknown", times=2), "duplicate_transfers"),
        (transfer(bank(), "x", "failed"), "resurrected_transfers"),
        (transfer(bank(), "x", amount=6), "altered_transfers"),
        (bank().row("ledger", key="x", source=1, destination=2, amount=5), "unasked_transfers"),
    ],
)
def test_not_once(story: LoadStory, figure: str) -> None:
    """Lost, twice, refused and applied, altered or made up: each breaks it, and is counted as what it is."""
    verdict = each_transfer_once()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert [name for name, number in verdict.measured.items() if number and name != "acknowledged_transfers"] == [
        figure
    ]
    assert verdict.evidence[0].startswith("x: ")


def test_no_transfers() -> None:
    """Without an acknowledged transfer, or without a ledger, nothing is known."""
    assert each_transfer_once()(transfer(quiet(), "c", "failed").told()).ruling is Ruling.UNDECIDED
    assert each_transfer_once()(bank().forget("ledger").told()).ruling is Ruling.UNDECIDED
    assert each_transfer_once()(bank().empty("ledger").told()).measured["lost_transfers"] == 2


@property_test
@given(st.lists(st.tuples(st.sampled_from(["ok", "failed", "unknown"]), st.integers(0, 2)), min_size=1, max_size=20))
def test_transfers_row_by_row(transfers: list[tuple[str, int]]) -> None:
    """Counted in columns, transfers are what they are one by one."""
    story = quiet().empty("ledger")
    for number, (outcome, times) in enumerate(transfers):
        transfer(story, str(number), outcome, times=times)
    measured = each_transfer_once()(story.told()).measured
    if ok := [times for outcome, times in transfers if outcome == "ok"]:
        assert measured["lost_transfers"] == ok.count(0)
        assert measured["duplicate_transfers"] == sum(times > 1 for _, times in transfers)
        assert measured["resurrected_transfers"] == sum(
            times > 0 for outcome, times in transfers if outcome == "failed"
        )


def test_retried() -> None:
    """Requests that succeed at the second attempt were retried."""
    verdict = serialization_failures_are_retried()(under_load().change("requests", {"attempts": 2}, every(50)).told())
    assert verdict
    assert verdict.measured["retried_with_success"] == 36


def test_not_retried() -> None:
    """One that ends with 40001 at the first attempt was not; one that did at the third had its chances."""
    ended = {"outcome": "failed", "cause": "other", "code": "40001"}
    story = under_load().request(1, **ended, attempts=3)
    assert serialization_failures_are_retried()(story.told())
    assert serialization_failures_are_retried()(story.request(1, **ended).told()).ruling is Ruling.BROKEN


def test_never_met() -> None:
    """Where nobody met one, or attempts are not told, nothing is known."""
    untold = under_load().change("requests", {"attempts": None})
    for check in (serialization_failures_are_retried(), non_retryable_errors_are_not_retried()):
        assert check(under_load().told()).ruling is Ruling.UNDECIDED
        assert check(untold.told()).ruling is Ruling.UNDECIDED
        assert check(quiet().told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize("code", ["23505", "22012", "42P01"])
def test_in_vain(code: str) -> None:
    """An error that will be the same next time is met once; whoever tries again breaks it."""
    ended = {"outcome": "failed", "cause": "other", "code": code}
    assert non_retryable_errors_are_not_retried()(under_load().request(-1, **ended).told())
    verdict = non_retryable_errors_are_not_retried()(under_load().request(-1, **ended, attempts=3).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["most_attempts"] == 3


def test_what_was_tried_again_under_a_fault_may_have_lost_its_connection_first() -> None:
    """Only the last error is told: what ended since injection breaks nothing, and proves nothing."""
    ended = {"outcome": "failed", "cause": "other", "code": "22012"}
    story = under_load().request(1, **ended, attempts=2)
    assert non_retryable_errors_are_not_retried()(story.told()).ruling is Ruling.UNDECIDED
    verdict = non_retryable_errors_are_not_retried()(story.request(-1, **ended).told())
    assert verdict
    assert verdict.measured == {"non_retryable_errors": 1, "retried": 0, "most_attempts": 1}


def test_never_away() -> None:
    """An application that is answered throughout was away for no longer than usual."""
    verdict = application_recovers_within(1)(under_load().told())
    assert verdict
    assert verdict.measured["application_outage_s"] == pytest.approx(0.01, abs=0.002)
    assert verdict.measured["failed_requests_pct"] == 0


def test_away() -> None:
    """One that fails for two seconds was away for so long, and how much failed is told."""
    story = under_load().change("requests", REFUSED, between(1, 3)).told()
    verdict = application_recovers_within(5)(story)
    assert verdict
    assert verdict.measured["application_outage_s"] == pytest.approx(2.01, abs=0.01)
    assert verdict.measured["failed_requests_pct"] == pytest.approx(100 * 2 / END_S, abs=0.1)
    assert "refused" in verdict.because
    assert application_recovers_within(1)(story).ruling is Ruling.BROKEN


def test_reads_do_not_make_up() -> None:
    """Reads that go on do not make up for writes that stop."""
    story = under_load().change("requests", {"endpoint": "reader"}, every(2))
    story.change("requests", REFUSED, lambda row: between(1, 3)(row) and row["endpoint"] == "writer")
    verdict = application_recovers_within(1)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "writer endpoint" in verdict.because


def test_never_back() -> None:
    """One that never comes back breaks it after the limit, and is undecided before."""
    story = under_load().change("requests", REFUSED, between(10, 99)).told()
    assert application_recovers_within(3)(story).ruling is Ruling.BROKEN
    assert application_recovers_within(9)(story).ruling is Ruling.UNDECIDED


def test_never_there() -> None:
    """One that was never answered before the fault has lost nothing."""
    story = under_load().change("requests", REFUSED, between(-9, 0))
    assert application_recovers_within(9)(story.told()).ruling is Ruling.UNDECIDED
    assert application_recovers_within(9)(quiet().told()).ruling is Ruling.UNDECIDED


def pinged(**servers: int) -> LoadStory:
    """So many connections to the reader endpoint reached each instance, of which a is the writer."""
    story = quiet()
    for server, times in servers.items():
        for number in range(times):
            told = {"endpoint": "reader", "server": server, "in_recovery": server != "a"}
            story.row("pings", number / 10, **told)
    return story


def test_spread() -> None:
    """Each reader gets about its share, and none less than half of it."""
    verdict = reads_are_spread(["b", "c"])(pinged(b=35, c=15).told())
    assert verdict
    assert verdict.measured["least_share_pct"] == pytest.approx(60)
    assert reads_are_spread(["b", "c"])(pinged(b=40, c=10).told()).ruling is Ruling.BROKEN


def test_reader_never_reached() -> None:
    """A reader that is never reached breaks it, if it is known to be one."""
    assert reads_are_spread(["b", "c"])(pinged(b=60).told()).ruling is Ruling.BROKEN
    assert reads_are_spread()(pinged(b=60).told()).ruling is Ruling.UNDECIDED


def test_too_few_pings() -> None:
    """With few connections chance decides."""
    assert reads_are_spread(["b", "c"])(pinged(b=10, c=10).told()).ruling is Ruling.UNDECIDED
    assert reads_are_spread(["b", "c"])(quiet().told()).ruling is Ruling.UNDECIDED


def test_never_the_writer() -> None:
    """No connection that reaches the writer holds it, one breaks it."""
    assert no_read_at_the_writer()(pinged(b=9, c=9).told())
    verdict = no_read_at_the_writer()(pinged(b=9, a=1).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("reached the writer, a")


def reading(server: str | None, story: LoadStory) -> LoadStory:
    """The application reads, of which one in four requests is answered by that server."""
    story.tables["requests"] = under_load().tables["requests"]
    story.change("requests", {"endpoint": "reader", "server": "b"})
    return story.change("requests", {"server": server}, every(4))


def test_the_application_never_reads_at_the_writer() -> None:
    """Its reads are judged too, where it tells who answered them."""
    assert no_read_at_the_writer()(reading("c", pinged(b=9, c=9)).told())
    told = reading("a", pinged(b=9, c=9).row("pings", 0, endpoint="writer", server="a", in_recovery=False)).told()
    verdict = no_read_at_the_writer()(told)
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("450 of 1,800 reads of the application were answered by the writer")
    assert verdict.evidence == ("order-by-id: 450 reads answered by a",)
    # Who told nothing, and who was seen in either role, proves nothing; nor does a write.
    writer = {"endpoint": "writer", "server": "a", "in_recovery": False}
    assert no_read_at_the_writer()(reading(None, pinged(b=9).row("pings", 0, **writer)).told())
    changed = pinged(b=9).row("pings", 0, **writer).row("pings", 1, endpoint="a", server="a", in_recovery=True)
    assert no_read_at_the_writer()(reading("a", changed).told())
    writes = reading("a", pinged(b=9).row("pings", 0, **writer)).change("requests", {"endpoint": "writer"})
    assert no_read_at_the_writer()(writes.told())


def test_writer_alone() -> None:
    """Where every reader was known to be down, the writer may answer."""
    story = pinged(a=5).row("lags", 0.2, instance="b", answers=False)
    assert no_read_at_the_writer()(story.told())
    assert no_read_at_the_writer()(story.row("lags", 0.3, instance="c", answers=True).told()).ruling is Ruling.BROKEN


def test_a_reader_that_nobody_looked_at_is_not_known_to_be_down() -> None:
    """Pings come when the load has stopped, and nobody watches the readers any more: each one counts."""
    verdict = no_read_at_the_writer()(pinged(a=30).row("lags", -5, instance="b", answers=True).told())
    assert verdict.measured["reads_at_writer"] == 30


def test_no_pings() -> None:
    """Where nobody was reached nothing is known."""
    assert no_read_at_the_writer()(quiet().told()).ruling is Ruling.UNDECIDED
    assert no_read_at_the_writer()(quiet().row("pings", 1, endpoint="reader").told()).ruling is Ruling.UNDECIDED


def writing(**ended: str) -> LoadStory:
    """A write through the reader endpoint."""
    story = quiet()
    story.story.add("write", 1, client="writer-0", endpoint="reader", server="b", key=0, value=1, **ended)
    return story


def test_refuses() -> None:
    """A reader that refuses a write with 25006 holds it, one that accepts it breaks it."""
    assert reader_refuses_writes()(writing(outcome="failed", code="25006", cause="stale writer").told())
    assert reader_refuses_writes()(writing().told()).ruling is Ruling.BROKEN


def test_refusal_unknown() -> None:
    """Where none was tried or answered nothing is known."""
    assert reader_refuses_writes()(quiet().told()).ruling is Ruling.UNDECIDED
    assert reader_refuses_writes()(writing(outcome="failed", cause="refused").told()).ruling is Ruling.UNDECIDED
