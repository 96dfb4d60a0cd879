"""Whether the evidence names the right cause, and no other."""

from typing import Any

import pytest

from drill.checks.load import Reason, cause_is_named, diagnose
from drill.verdict import Ruling
from tests.drill.checks.load.plans import index_scan, over, plan, seq_scan
from tests.drill.checks.load.stories import HEALED_S, LoadStory, during, quiet, session, under_load, watched
from tests.drill.checks.load.test_degradation import gone, lags, reader
from tests.drill.histories import steps

ORDERS = "orders_customer_created"


def served(story: LoadStory | None = None) -> LoadStory:
    """Everything recorded, and nothing wrong with it."""
    story = story or watched(under_load())
    for moment in ("before", "during"):
        plan(story, "order-by-id", index_scan("orders", "orders_pkey", 1, 1), moment)
        plan(story, "open-orders", over("Limit", over("Sort", index_scan("orders", "orders_status", 200, 180))), moment)
        plan(story, "orders-of-customer", index_scan("orders", ORDERS), moment)
        counted(story, moment, changed=100)
    for at_s in steps(-3.9, 14, 0.2):
        session(story, at_s, "shop", state="active", query="SELECT 1")
    return story


def counted(story: LoadStory, moment: str, *, changed: float) -> LoadStory:
    """The counters of a table of 200,000 rows, of which so many changed."""
    for name, value in {"n_mod_since_analyze": changed, "n_live_tup": 200_000.0}.items():
        story.row("counters", 0.0, moment=moment, instance="a", relation="orders", name=name, value=value)
    return story


def replanned(pattern: str, node: dict[str, Any], story: LoadStory | None = None) -> LoadStory:
    """Another plan under the fault."""
    story = (story or served()).without("plans", lambda row: row["pattern"] == pattern and row["moment"] == "during")
    return plan(story, pattern, node, "during")


def dropped() -> LoadStory:
    """The index that served a pattern is gone; everybody queues behind that pattern."""
    story = replanned("orders-of-customer", over("Limit", over("Sort", seq_scan("orders"))))
    return story.slow(60, during).change("requests", {"waited_ns": 55_000_000}, during)


def stale() -> LoadStory:
    """Orders that were rare are many, and nobody told the planner."""
    node = over("Limit", over("Sort", index_scan("orders", "orders_status", 200, 60_000)))
    story = replanned("open-orders", node).without("counters", lambda row: row["moment"] == "during")
    return counted(story, "during", changed=60_000)


def neighbour(*, before: int = 0) -> LoadStory:
    """Eight sessions of somebody else work all the time, `before` of them before the fault."""
    story = served()
    for at_s in steps(-3.9, HEALED_S, 0.2):
        for number in range(before if at_s < 0 else 8):
            session(story, at_s, "drill neighbour", pid=500 + number, state="active", query="SELECT sum(random())")
    return story.slow(12, during)


def delayed(more_ms: float = 50) -> LoadStory:
    """Every request takes so much longer, and the server does as much as ever."""
    story = served()
    return story.change("requests", lambda row: {"completed_ns": row["completed_ns"] + round(more_ms * 1e6)}, during)


def lagging() -> LoadStory:
    """A reader that answers late."""
    return served(watched(reader(lags)))


def down() -> LoadStory:
    """A reader that does not answer."""
    return served(watched(reader(lambda _: 5.0, gone)))


CASES = {
    Reason.MISSING_INDEX: dropped,
    Reason.STALE_STATISTICS: stale,
    Reason.NOISY_NEIGHBOUR: neighbour,
    Reason.NETWORK: delayed,
    Reason.LAGGING_READER: lagging,
    Reason.READER_DOWN: down,
}


@pytest.mark.parametrize("reason", CASES)
def test_named(reason: Reason) -> None:
    """Each fault is named as what it is, and as nothing else."""
    history = CASES[reason]().told()
    assert cause_is_named(reason)(history)
    for other in set(Reason) - {reason}:
        assert cause_is_named(other)(history).ruling is Ruling.BROKEN


def test_words() -> None:
    """The words say which index and table, whose query and share, which reader and how far behind."""
    assert f"by index {ORDERS} became a sequential scan of table orders" in diagnose(dropped().told())[0].detail
    assert "drill neighbour takes 89 % of the active time" in diagnose(neighbour().told())[0].detail
    assert "SELECT sum(random())" in diagnose(neighbour().told())[0].detail
    assert "reader b lags 7.80 s" in diagnose(lagging().told())[0].detail
    assert "finds 60,000 rows where the planner expects 200" in diagnose(stale().told())[0].detail
    assert "60,000 rows changed" in diagnose(stale().told())[0].detail


def test_nothing_wrong() -> None:
    """Where nothing is wrong no cause is found, which breaks the promise to name one."""
    assert not diagnose(served().told())
    verdict = cause_is_named(Reason.NETWORK)(served().told())
    assert verdict.ruling is Ruling.BROKEN
    assert "no cause was found" in verdict.because


def test_nothing_recorded() -> None:
    """Where nothing was recorded no cause could be found."""
    assert cause_is_named(Reason.NETWORK)(quiet().told()).ruling is Ruling.UNDECIDED


def test_always_sequential() -> None:
    """A table that was read from end to end before is not read so because of the fault."""
    story = under_load()
    for moment in ("before", "during"):
        plan(story, "region", seq_scan("customers"), moment)
    assert not diagnose(story.told())


def listed(story: LoadStory, moment: str, *names: str) -> LoadStory:
    """The indexes that the server's counters name at a moment."""
    for name in names:
        told = {
            "moment": moment,
            "instance": "a",
            "relation": "orders",
            "index": name,
            "name": "idx_scan",
            "value": 1.0,
        }
        story.row("counters", 0.0, **told)
    return story


def test_made_do_with_another() -> None:
    """A pattern that makes do with another index lost its own, if the server does not know that one any more."""
    story = replanned("orders-of-customer", over("Limit", index_scan("orders", "orders_created")))
    assert not diagnose(story.told())
    listed(listed(story, "before", ORDERS, "orders_created"), "during", "orders_created")
    first = diagnose(story.told())[0]
    assert (first.reason, first.subject, first.score) == (Reason.MISSING_INDEX, ORDERS, 0.95)
    assert "became one by orders_created; the index is gone" in first.detail


def test_left_by_the_planner() -> None:
    """An index that is still there, and was left, is not what is missing: it ranks behind what made it so."""
    story = replanned("open-orders", over("Sort", seq_scan("orders", rows=200, actual=60_000)), stale())
    listed(listed(story, "before", "orders_status"), "during", "orders_status")
    assert [each.reason for each in diagnose(story.told())] == [Reason.STALE_STATISTICS, Reason.MISSING_INDEX]


def test_always_wrong() -> None:
    """An estimate that was as wrong before is not wrong because of the fault."""
    story = under_load()
    for moment in ("before", "during"):
        plan(story, "region", index_scan("customers", "customers_region", 10, 900), moment)
    assert not diagnose(story.told())


def test_usual_neighbour() -> None:
    """Somebody who worked as much before is no news."""
    assert Reason.NOISY_NEIGHBOUR not in {each.reason for each in diagnose(neighbour(before=8).told())}


def test_busy_server() -> None:
    """Where the fastest requests are as fast as ever, it is not the network."""
    story = served().slow(80, lambda row: during(row) and row["due_ns"] // 10_000_000 % 3 != 0)
    assert Reason.NETWORK not in {each.reason for each in diagnose(story.told())}
