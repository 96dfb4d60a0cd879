"""What holds while others take all connections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    connections_return_to_baseline,
    holders_are_named,
    operator_gets_in,
    surplus_is_refused_clearly,
    throughput_keeps,
    waits_within,
)
from drill.verdict import Ruling
from tests.drill.checks.load.stories import (
    HEALED_S,
    LoadStory,
    between,
    during,
    every,
    quiet,
    session,
    under_load,
    watched,
)
from tests.drill.histories import Story, property_test

FAILED = {"outcome": "failed", "cause": "too many connections", "code": "53300"}


def test_throughput_kept() -> None:
    """An application that answers everything while its users wait keeps its throughput, however slow it is."""
    verdict = throughput_keeps()(under_load().slow(900, during).told())
    assert verdict
    assert verdict.measured["throughput_kept_pct"] == pytest.approx(100)
    assert verdict.measured["arrivals_per_s"] == pytest.approx(100)
    assert verdict.measured["p95_ms"] == pytest.approx(900)


def test_throughput_lost() -> None:
    """One in ten that fails is more than one in twenty, and the reason is named."""
    verdict = throughput_keeps()(under_load().change("requests", FAILED, every(10, during)).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["throughput_kept_pct"] == pytest.approx(90, abs=0.5)
    assert "too many connections (53300)" in verdict.because
    assert verdict.evidence


def test_never_answered() -> None:
    """A request that never came to an end was not answered."""
    story = under_load().change("requests", {"completed_ns": None, "outcome": None}, between(1, 3))
    assert throughput_keeps()(story.told()).ruling is Ruling.BROKEN


def test_compared_with_before() -> None:
    """What fails before the fault as often is no consequence of it."""
    assert throughput_keeps()(under_load().change("requests", FAILED, every(12)).told())


@pytest.mark.parametrize(
    "story",
    [
        quiet(),
        quiet().empty("requests"),
        under_load().without("requests", between(-9, 0)),
        under_load().without("requests", between(0, 99)),
        under_load().without("requests", every(2, during)),
        under_load().change("requests", FAILED, between(-9, 0)),
    ],
    ids=["not recorded", "empty", "nothing before", "nothing during", "load fell behind", "not steady"],
)
def test_throughput_unknown(story: LoadStory) -> None:
    """Without a steady state, requests, or a load that keeps to its rate nothing is known."""
    assert throughput_keeps()(story.told()).ruling is Ruling.UNDECIDED


def test_no_effect() -> None:
    """A fault that did nothing proves nothing."""
    story = under_load()
    story.story.without(action="confirm")
    assert throughput_keeps()(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.integers(0, 300), st.integers(0, 800))
def test_throughput_row_by_row(failed_before: int, failed_during: int) -> None:
    """Measured in columns, the share kept is what it is request by request."""
    story = under_load()
    rows = story.tables["requests"]
    before = [row for row in rows if between(-3, 0)(row)]
    now = [row for row in rows if between(0, HEALED_S - 0.002)(row)]
    for row in (*before[:failed_before], *now[:failed_during]):
        row.update(FAILED)
    steady = sum(row["outcome"] == "ok" for row in before) / len(before)
    verdict = throughput_keeps()(story.told())
    if steady < 0.9:
        assert verdict.ruling is Ruling.UNDECIDED
        return
    kept = sum(row["outcome"] == "ok" for row in now) / len(now) / steady
    assert verdict.measured["throughput_kept_pct"] == pytest.approx(100 * kept)
    assert (verdict.ruling is Ruling.HELD) == (kept >= 0.95)


def test_waits() -> None:
    """The longest wait is what is judged; a timer may fire a little late."""
    story = under_load().change("requests", {"waited_ns": 2_100_000_000}, every(100, during))
    verdict = waits_within(2.0)(story.told())
    assert verdict
    assert verdict.measured["longest_wait_s"] == pytest.approx(2.1)


def test_one_waits_too_long() -> None:
    """One request that waits longer breaks it, and is named."""
    story = under_load().change("requests", {"waited_ns": 3_000_000_000}, between(2, 2.01))
    verdict = waits_within(2.0)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["late"] == 1
    assert "waited 3.00 s" in verdict.evidence[0]


def test_waits_before_the_fault() -> None:
    """What waited before the fault is no matter of it."""
    assert waits_within(2.0)(under_load().change("requests", {"waited_ns": 9 * 10**9}, between(-4, 0)).told())


def test_waits_untold() -> None:
    """An application that does not tell leaves it undecided."""
    story = under_load().change("requests", {"waited_ns": None})
    assert waits_within(2.0)(story.told()).ruling is Ruling.UNDECIDED


def flood(story: LoadStory | None = None, *, held: int = 40, refused: int = 20, took_s: float = 0.05) -> LoadStory:
    """Clients that connect until the server is full, and go on trying."""
    story = story or quiet()
    for number in range(held + refused):
        ended = FAILED if number >= held else {}
        latency_s = took_s if ended else 0.01
        story.story.add(
            "connect", 0.1 + number * 0.1, latency_s=latency_s, client=f"flood-{number:04}", endpoint="writer", **ended
        )
    return story


def test_refused_clearly() -> None:
    """Surplus clients that are refused at once, with the right words, hold it."""
    verdict = surplus_is_refused_clearly()(flood().told())
    assert verdict
    assert verdict.measured["held_connections"] == 40
    assert verdict.measured["refused_connections"] == 20
    assert verdict.measured["slowest_refusal_s"] == pytest.approx(0.05)


def test_refused_late() -> None:
    """A refusal after the limit breaks it."""
    assert surplus_is_refused_clearly(1.0)(flood(took_s=1.2).told()).ruling is Ruling.BROKEN


@pytest.mark.parametrize("ended", [{"outcome": "failed", "cause": "silent"}, {"outcome": "failed", "cause": "reset"}])
def test_refused_without_words(ended: dict[str, str]) -> None:
    """One that hangs, or is cut off without a word, breaks it."""
    story = flood()
    story.story.add("connect", 5, latency_s=3, client="flood-9999", endpoint="writer", **ended)
    verdict = surplus_is_refused_clearly()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert ended["cause"] in verdict.because
    assert verdict.measured["hung_connections"] == (ended["cause"] == "silent")


def test_cut_off_by_healing() -> None:
    """What healing itself cuts off is no refusal; what hung when healing began is."""
    story = flood()
    reset = {"client": "flood-9999", "endpoint": "writer", "outcome": "failed", "cause": "reset"}
    story.story.add("connect", HEALED_S + 0.1, latency_s=0.2, **reset)
    assert surplus_is_refused_clearly()(story.told())
    story.story.add("connect", HEALED_S + 0.1, latency_s=2, **reset)
    assert surplus_is_refused_clearly()(story.told()).ruling is Ruling.BROKEN


def test_never_full() -> None:
    """A server that was never full refuses nobody: undecided, and how many were held is told."""
    verdict = surplus_is_refused_clearly()(flood(refused=0).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "40 connections" in verdict.because
    assert surplus_is_refused_clearly()(quiet().told()).ruling is Ruling.UNDECIDED


def knocking(latency_s: float = 0.05, **ended: str) -> LoadStory:
    """An operator who knocks once a second; `ended` is how the last time under the fault ended."""
    story = quiet()
    for number in range(1, 10):
        how = ended if number == 7 else {}
        story.story.add("connect", number, latency_s=latency_s, client="operator", endpoint="writer", **how)
    return story


def test_operator() -> None:
    """An operator who always gets in at once holds it; only the time of the fault counts."""
    verdict = operator_gets_in()(knocking().told())
    assert verdict
    assert verdict.measured["operator_tries"] == 8


def test_operator_refused() -> None:
    """Refused once is refused."""
    verdict = operator_gets_in()(knocking(**FAILED).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "53300" in verdict.because


def test_operator_slow() -> None:
    """Let in after too long a time is no way in."""
    assert operator_gets_in(1.0)(knocking(1.1).told()).ruling is Ruling.BROKEN


def test_operator_never_knocked() -> None:
    """Who never knocked proves nothing."""
    assert operator_gets_in()(quiet().told()).ruling is Ruling.UNDECIDED


def test_operator_without_a_login() -> None:
    """Why nobody knocked is told, where it is known."""
    story = quiet().row(
        "settings", subject="operator", name="absent", value="we have no credentials of an administrator"
    )
    verdict = operator_gets_in()(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because.endswith("of 3 needed: we have no credentials of an administrator")


def counts(back_s: float) -> LoadStory:
    """A server with 12 connections, 60 from the fault on, and 12 again so long after healing."""
    return watched(quiet(), lambda at_s: 60 if 0 < at_s < HEALED_S + back_s else 12)


def test_back_to_baseline() -> None:
    """Connections that are gone in time hold it, and when they were is measured."""
    verdict = connections_return_to_baseline(5)(counts(1.1).told())
    assert verdict
    assert verdict.measured["back_to_baseline_s"] == pytest.approx(1.2, abs=0.01)
    assert verdict.measured["peak_connections"] == 60
    assert verdict.measured["baseline_connections"] == 12


def test_at_once() -> None:
    """Connections that are gone when first looked at hold any limit."""
    assert connections_return_to_baseline(0.1)(counts(-1).told())


def test_back_too_late() -> None:
    """Connections that outlive the limit break it, as do those that never go."""
    assert connections_return_to_baseline(2)(counts(3).told()).ruling is Ruling.BROKEN
    assert connections_return_to_baseline(2)(counts(99).told()).ruling is Ruling.BROKEN


def test_back_not_known() -> None:
    """A limit that lies between two looks, or beyond the last of them, is undecided; so is a server never looked at."""
    assert connections_return_to_baseline(1.1)(counts(1.1).told()).ruling is Ruling.UNDECIDED
    assert connections_return_to_baseline(20)(counts(99).told()).ruling is Ruling.UNDECIDED
    assert connections_return_to_baseline()(quiet().told()).ruling is Ruling.UNDECIDED
    assert connections_return_to_baseline()(watched(quiet(), end_s=7).told()).ruling is Ruling.UNDECIDED


def held(flooding: int, shop: int) -> LoadStory:
    """Sessions at two moments of the fault: a few, and then as many as told."""
    story = session(quiet(), 1.0, "shop")
    for number in range(flooding):
        session(story, 2.0, "drill flood", pid=number, address="10.0.0.9", state_age_s=float(number))
    for number in range(shop):
        session(story, 2.0, "shop", pid=1000 + number)
    return session(story, HEALED_S + 1, "somebody")


def test_holders() -> None:
    """The greatest holder is the fault's, and all are named with number and age."""
    verdict = holders_are_named()(held(40, 8).told())
    assert verdict
    assert '"drill flood" held 40 of 48 connections at a' in verdict.because
    assert verdict.evidence[0] == "drill flood from 10.0.0.9, idle: 40 connections, for up to 39.0 s"
    assert verdict.measured["oldest_s"] == 39


def test_holders_others() -> None:
    """Where the application itself held most of them, it is not the fault that is named."""
    verdict = holders_are_named()(held(4, 8).told())
    assert verdict.ruling is Ruling.BROKEN
    assert '"shop" held 8' in verdict.because


def test_holders_unknown() -> None:
    """Without a session seen during the fault nobody is named."""
    assert holders_are_named()(quiet().told()).ruling is Ruling.UNDECIDED
    assert holders_are_named()(session(quiet(), -1, "shop").told()).ruling is Ruling.UNDECIDED


def test_crowd_is_the_faults() -> None:
    """Connections of others are none of the flood's."""
    story = flood()
    story.story = Story(story.story.rows).add("connect", 3, client="shop-1", outcome="failed", cause="silent")
    assert surplus_is_refused_clearly()(story.told())
