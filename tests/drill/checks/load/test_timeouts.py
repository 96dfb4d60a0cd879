"""What holds while statements, locks and transactions take too long."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import (
    client_outlasts_server,
    culprit_is_named,
    idle_transactions_end,
    lock_waits_end,
    nothing_is_left_running,
    others_stay_fast,
    retries_are_bounded,
    statements_end_in_time,
)
from drill.checks.load.stated import duration_s
from drill.checks.load.timeouts.chains import chains
from drill.errors import Undecided
from drill.verdict import Ruling
from tests.drill.checks.load.stories import (
    END_S,
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
from tests.drill.histories import Row, property_test, steps

CANCELLED = {"outcome": "failed", "cause": "other", "code": "57014"}
SLEEP = "SELECT pg_sleep(60)"


def asked(story: LoadStory, at_s: float, took_s: float = 1.0, **ended: str) -> LoadStory:
    """A culprit's statement that ended then."""
    story.story.add("request", at_s, latency_s=took_s, client="culprit-0001", endpoint="writer", **ended)
    return story


def sleeping(*, limit_s: float = 1.0, statement_timeout: str = "1000") -> LoadStory:
    """A culprit whose statement is ended after the limit, again and again, as the server and it saw it."""
    story = watched(quiet()).row("settings", subject="application", name="statement_timeout", value=statement_timeout)
    for at_s in steps(0.5, HEALED_S - 0.4, 0.2):
        session(story, at_s, "drill culprit", state="active", query_age_s=(at_s - 0.5) % limit_s, query=SLEEP)
    for begun_s in steps(0.5, HEALED_S - limit_s - 0.1, limit_s):
        asked(story, begun_s + limit_s, limit_s, **CANCELLED)
    return story


def test_ended_in_time() -> None:
    """Statements that end with 57014 at the limit hold it."""
    verdict = statements_end_in_time(1.0)(sleeping().told())
    assert verdict
    assert verdict.measured["cancelled_statements"] == 7
    assert verdict.measured["oldest_statement_s"] == pytest.approx(1.0, abs=0.01)


def test_outlived() -> None:
    """A statement seen older than the limit allows breaks it, and is named once."""
    verdict = statements_end_in_time(1.0)(sleeping(limit_s=3.0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert SLEEP in verdict.evidence[0]
    assert len(verdict.evidence) == 3


def test_timed_by_the_client() -> None:
    """What the culprit itself timed counts, where the server was not looked at in the right moment."""
    story = asked(sleeping(), 5, 1.4, **CANCELLED)
    assert statements_end_in_time(1.0)(story.told()).ruling is Ruling.BROKEN


def test_unbounded() -> None:
    """A statement_timeout of 0 breaks it, whatever was seen."""
    verdict = statements_end_in_time(1.0)(sleeping(statement_timeout="0").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "statement_timeout" in verdict.because


def test_ended_otherwise() -> None:
    """A statement that ended by a reset did not end with 57014."""
    story = asked(sleeping(), 5, 0.5, outcome="unknown", cause="reset")
    assert "reset" in statements_end_in_time(1.0)(story.told()).because


def test_other_limits() -> None:
    """A transaction that was idle for too long, and a wait for a lock, have limits of their own."""
    story = asked(sleeping(), 5, 2.1, outcome="unknown", cause="other", code="25P03")
    assert statements_end_in_time(1.0)(asked(story, 6, 0.5, outcome="failed", cause="other", code="55P03").told())


def test_healing_is_no_end() -> None:
    """What healing ended, or what ran before the fault, is no matter of the limit."""
    story = asked(sleeping(), HEALED_S + 0.2, 4, outcome="unknown", cause="silent")
    session(story, -1, "nightly", state="active", query_age_s=90.0)
    assert statements_end_in_time(1.0)(story.told())


def test_no_culprit() -> None:
    """Where no culprit's statement was ended nothing is known, unless that is not required."""
    assert statements_end_in_time(1.0)(watched(quiet()).empty("sessions").told()).ruling is Ruling.UNDECIDED
    assert statements_end_in_time(1.0)(quiet().told()).ruling is Ruling.UNDECIDED
    told = {"subject": "application", "name": "statement_timeout", "value": "1000"}
    assert statements_end_in_time(1.0, required=False)(
        watched(quiet()).row("settings", **told).empty("sessions").told()
    )


def waiting(wait_s: float, *, lock_timeout: str = "500", refused: bool = True) -> LoadStory:
    """An idle culprit holds a lock; the application's session 11 waits for it, again and again, for so long."""
    story = watched(under_load()).row("settings", subject="application", name="lock_timeout", value=lock_timeout)
    for number, at_s in enumerate(steps(0.4, HEALED_S - 0.4, 0.2)):
        session(
            story, at_s, "drill culprit", pid=30, state="idle in transaction", state_age_s=at_s, query="UPDATE orders"
        )
        age_s = number * 0.2 % (wait_s + 0.2)
        lock: dict[str, Any] = {"wait_type": "Lock", "wait_event": "transactionid", "blocked_by": [30]}
        if age_s <= wait_s + 1e-9:
            session(story, at_s, "shop", pid=11, state="active", query_age_s=age_s, query="UPDATE orders SET", **lock)
    if refused:
        told: Row = {"outcome": "failed", "cause": "other", "code": "55P03"}
        limit_ns = int(lock_timeout) * 1_000_000
        story.change("requests", lambda row: {**told, "completed_ns": row["due_ns"] + limit_ns}, every(100, during))
    return story


def test_lock_waits_end() -> None:
    """Waits that end with 55P03 at the limit hold it."""
    verdict = lock_waits_end(0.5)(waiting(0.4).told())
    assert verdict
    assert verdict.measured["longest_lock_wait_s"] == pytest.approx(0.4)
    assert verdict.measured["lock_timeouts"] == 8


def test_lock_waits_too_long() -> None:
    """A wait that is seen for longer breaks it, and who waited for whom is named."""
    verdict = lock_waits_end(0.5)(waiting(2.0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["longest_lock_wait_s"] == pytest.approx(2.0)
    assert "for 30: UPDATE orders SET" in verdict.evidence[0]


def test_waits_without_samples() -> None:
    """Where looks were not counted on their own, those at sessions are as good."""
    verdict = lock_waits_end(0.5)(waiting(2.0).forget("samples").told())
    assert verdict.measured["longest_lock_wait_s"] == pytest.approx(2.0)


def test_one_lock_after_the_other() -> None:
    """Two locks, one after the other, have a limit each."""
    story = waiting(2.0, lock_timeout="1200")
    story.change("sessions", {"blocked_by": [31]}, lambda row: row.get("query_age_s", 0) > 0.9)
    assert lock_waits_end(1.2)(story.told())


def test_lock_timeout_0() -> None:
    """A lock_timeout of 0 breaks it."""
    assert lock_waits_end(0.5)(waiting(0.4, lock_timeout="0").told()).ruling is Ruling.BROKEN


def test_lock_limit_not_tested() -> None:
    """Where nothing ended with 55P03 the limit was not put to test, nor where that was said at once (NOWAIT)."""
    at_once = waiting(0.4).change("requests", lambda row: {"completed_ns": row["due_ns"] + 1_000_000})
    assert lock_waits_end(0.5)(at_once.told()).ruling is Ruling.UNDECIDED
    assert lock_waits_end(0.5)(waiting(0.4, refused=False).told()).ruling is Ruling.UNDECIDED
    assert lock_waits_end(0.5, required=False)(waiting(0.4, refused=False).told())
    assert lock_waits_end(0.5)(quiet().told()).ruling is Ruling.UNDECIDED


def idling(until_s: float) -> LoadStory:
    """A transaction that is idle for so long, and then gone."""
    name = "idle_in_transaction_session_timeout"
    story = watched(quiet()).row("settings", subject="application", name=name, value="2000")
    for age_s in steps(0.1, until_s, 0.2):
        session(story, 0.5 + age_s, "drill culprit", state="idle in transaction", state_age_s=age_s)
    return story


def test_idle_ends() -> None:
    """A transaction that is seen until about its limit, and not longer, holds it."""
    verdict = idle_transactions_end(2.0)(idling(2.0).told())
    assert verdict
    assert verdict.measured["oldest_idle_transaction_s"] == pytest.approx(1.9)


def test_idle_too_long() -> None:
    """One that is seen longer breaks it; so does a limit of 0."""
    assert idle_transactions_end(2.0)(idling(3.0).told()).ruling is Ruling.BROKEN
    name = "idle_in_transaction_session_timeout"
    story = idling(2.0).row("settings", subject="application", name=name, value="0")
    assert idle_transactions_end(2.0)(story.told()).ruling is Ruling.BROKEN


def test_idle_not_tested() -> None:
    """One that ended long before its limit puts it to no test, unless the server says that it ended it."""
    assert idle_transactions_end(2.0)(idling(1.0).told()).ruling is Ruling.UNDECIDED
    ended = {"outcome": "unknown", "cause": "other", "code": "25P03"}
    assert idle_transactions_end(2.0)(asked(idling(1.0), 3, 2.1, **ended).told())
    assert idle_transactions_end(2.0)(watched(quiet()).empty("sessions").told()).ruling is Ruling.UNDECIDED


def hit(row: dict[str, Any]) -> bool:
    """Requests of a pattern that the fault hits, under it."""
    return during(row) and row["pattern"] == "place-order"


def test_others_fast() -> None:
    """Only patterns that the fault does not hit by itself are judged."""
    story = under_load().slow(900, hit)
    verdict = others_stay_fast(10, affected={"place-order"})(story.told())
    assert verdict
    assert verdict.measured["p95_ms"] == pytest.approx(4.8)
    assert others_stay_fast(10)(story.told()).ruling is Ruling.BROKEN


def test_others_failing() -> None:
    """Failing at once is not fast."""
    story = under_load().change("requests", CANCELLED, every(10, during))
    verdict = others_stay_fast(10)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["p95_ms"] is None
    assert "57014" in verdict.because


def test_others_unknown() -> None:
    """Where all patterns are hit nobody is left to judge."""
    story = under_load().change("requests", {"pattern": "place-order"})
    assert others_stay_fast(10, affected={"place-order"})(story.told()).ruling is Ruling.UNDECIDED


def test_query_named() -> None:
    """Who spent most of the active time is named, with the statement."""
    verdict = culprit_is_named("query")(sleeping().told())
    assert verdict
    assert SLEEP in verdict.because
    assert verdict.measured["culprit_active_pct"] == 100


def test_somebody_else() -> None:
    """Where others spent more of it, the fault is not what is named."""
    story = sleeping()
    for at_s in steps(0.5, 7, 0.1):
        session(story, at_s, "nightly report", pid=7, state="active", query_age_s=at_s, query="SELECT sum(x)")
    verdict = culprit_is_named("query")(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "nightly report" in verdict.because


def queue() -> LoadStory:
    """Two sessions of the application wait for each other's lock and for an ALTER TABLE, which waits for a culprit."""
    story = watched(quiet())
    lock: dict[str, Any] = {"state": "active", "wait_type": "Lock", "wait_event": "relation"}
    for at_s in steps(0.4, 4.4, 0.2):
        session(story, at_s, "drill culprit", pid=30, state="idle in transaction", query="SELECT FROM payments")
        session(story, at_s, "migration", pid=20, blocked_by=[30], query_age_s=at_s, query="ALTER TABLE", **lock)
        session(story, at_s, "shop", pid=12, blocked_by=[20], query_age_s=at_s, query="INSERT", **lock)
        session(story, at_s, "shop", pid=11, blocked_by=[12, 20], query_age_s=at_s, query="INSERT", **lock)
    return story


def test_lock_named() -> None:
    """The root of the chain is named, how deep it is, how many waited, and for how long."""
    verdict = culprit_is_named("lock")(queue().told())
    assert verdict
    assert verdict.measured["sessions_waiting"] == 3
    assert verdict.measured["chain_depth"] == 3
    assert verdict.measured["longest_lock_wait_s"] == pytest.approx(3.8)
    assert verdict.measured["blocking_roots"] == 1


def test_other_root() -> None:
    """Where the application itself is the root, it is not the fault that is named."""
    story = queue().change("sessions", {"application": "shop"}, lambda row: row["pid"] == 30)
    assert culprit_is_named("lock")(story.told()).ruling is Ruling.BROKEN


def test_nobody_named() -> None:
    """Where nobody was active or waited, nobody is named."""
    assert culprit_is_named("lock")(sleeping().told()).ruling is Ruling.UNDECIDED
    assert culprit_is_named("query")(watched(quiet()).empty("sessions").told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), min_size=1, max_size=3), max_size=9))
def test_chains_row_by_row(waits: dict[int, set[int]]) -> None:
    """Found in columns, the roots are what they are when each wait is followed up; circles have none."""
    waits = {pid: {each for each in by if each < pid} for pid, by in waits.items()}
    story = quiet()
    for pid in range(10):
        session(story, 1.0, "shop", pid=pid, blocked_by=sorted(waits.get(pid, ())))
    expected: dict[int, tuple[set[int], int]] = {}

    def follow(pid: int, waiting: int, depth: int) -> None:
        for by in waits.get(pid, ()):
            follow(by, waiting, depth + 1)
        if not waits.get(pid) and pid != waiting:
            others, deepest = expected.get(pid, (set(), 0))
            expected[pid] = (others | {waiting}, max(depth, deepest))

    for pid in waits:
        follow(pid, pid, 0)
    found = chains(story.told().table("sessions")).select("pid", "waiting", "depth").rows()
    assert sorted(found) == sorted((root, len(waiting), depth) for root, (waiting, depth) in expected.items())


def test_circle() -> None:
    """A deadlock has no root; the server is about to resolve it."""
    story = session(session(quiet(), 1, "shop", pid=1, blocked_by=[2]), 1, "shop", pid=2, blocked_by=[1])
    assert chains(story.told().table("sessions")).is_empty()


def limits(deadline: str = "5s", statement: str = "1000", lock: str = "500") -> LoadStory:
    """The settings of an application's connections, and its own deadline."""
    story = under_load()
    for name, value in {"client_deadline": deadline, "statement_timeout": statement, "lock_timeout": lock}.items():
        story.row("settings", subject="application", name=name, value=value)
    return story


def test_outlasts() -> None:
    """Each limit longer than the next holds it."""
    assert client_outlasts_server()(limits().told())


@pytest.mark.parametrize(
    "story",
    [limits(deadline="900ms"), limits(statement="0"), limits(lock="0"), limits(lock="1s")],
    ids=["client first", "statements without end", "locks without end", "locks as long as statements"],
)
def test_outlasted(story: LoadStory) -> None:
    """A client that gives up first, and a limit that is none, break it."""
    assert client_outlasts_server()(story.told()).ruling is Ruling.BROKEN


def test_gave_up() -> None:
    """So does a request that its client gave up."""
    story = limits().change("requests", {"outcome": "unknown", "cause": "silent"}, between(3, 3.01))
    assert "1 request ended by the client's own deadline" in client_outlasts_server()(story.told()).because


def test_limits_unknown() -> None:
    """Without settings nothing is known."""
    assert client_outlasts_server()(under_load().told()).ruling is Ruling.UNDECIDED


@pytest.mark.parametrize(
    ("written", "expected_s"), [("1s", 1), ("500ms", 0.5), ("0", 0), ("250", 0.25), ("2min", 120), ("1.5 h", 5400)]
)
def test_durations(written: str, expected_s: float) -> None:
    """A duration is what PostgreSQL means by it; a bare number is ms."""
    assert duration_s(written) == pytest.approx(expected_s)


def test_no_duration() -> None:
    """Other words are no duration."""
    with pytest.raises(Undecided):
        duration_s("soon")


def test_bounded_retries() -> None:
    """One request in ten that is tried twice is 1.1 attempts a request."""
    verdict = retries_are_bounded()(under_load().change("requests", {"attempts": 2}, every(10, during)).told())
    assert verdict
    assert verdict.measured["attempts_per_request"] == pytest.approx(1.1, abs=0.01)


def test_storm_of_retries() -> None:
    """One that is tried fifty times is a storm, also when it comes after healing."""
    assert (
        retries_are_bounded()(under_load().change("requests", {"attempts": 3}, during).told()).ruling is Ruling.BROKEN
    )
    after = under_load().change("requests", {"attempts": 50}, every(20, between(HEALED_S, END_S)))
    verdict = retries_are_bounded()(after.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["most_attempts"] == 50


def test_attempts_untold() -> None:
    """An application that does not count its attempts leaves it undecided."""
    assert retries_are_bounded()(under_load().change("requests", {"attempts": None}).told()).ruling is Ruling.UNDECIDED


def running(until_s: float, state: str = "active") -> LoadStory:
    """A culprit's session that is seen until so long after healing."""
    story = watched(quiet())
    for at_s in steps(1.0, HEALED_S + until_s, 0.2):
        session(story, at_s, "drill culprit", state=state, query=SLEEP)
    return story


def test_gone() -> None:
    """A session that is gone in time holds it."""
    verdict = nothing_is_left_running(5)(running(1.1).told())
    assert verdict
    assert verdict.measured["gone_after_s"] == pytest.approx(1.0)


def test_left_running() -> None:
    """One that works, or keeps a transaction open, after the limit breaks it; an idle one does not."""
    verdict = nothing_is_left_running(2)(running(3).told())
    assert verdict.ruling is Ruling.BROKEN
    assert SLEEP in verdict.evidence[0]
    assert nothing_is_left_running(2)(running(3, "idle in transaction").told()).ruling is Ruling.BROKEN
    assert nothing_is_left_running(2)(running(3, "idle").told())


def test_not_looked_at() -> None:
    """Where nobody looked long enough nothing is known."""
    assert nothing_is_left_running(9)(running(END_S - HEALED_S).told()).ruling is Ruling.UNDECIDED
    assert nothing_is_left_running(9)(quiet().told()).ruling is Ruling.UNDECIDED
