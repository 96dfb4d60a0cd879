"""The right kind of cause is not enough: it must be the one that the fault tells."""

import pytest

from drill.checks.load import Reason, cause_is_named, culprit_is_named
from drill.checks.load.told import is_same
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory, session
from tests.drill.checks.load.test_diagnosis import ORDERS, down, dropped, lagging, listed, neighbour, stale
from tests.drill.checks.load.test_timeouts import SLEEP, queue, sleeping
from tests.drill.histories import steps


def told(story: LoadStory, **words: str) -> LoadStory:
    """The fault's own words."""
    for name, value in words.items():
        story.row("settings", subject="fault", name=name, value=value)
    return story


@pytest.mark.parametrize(
    ("reason", "story", "right", "wrong"),
    [
        (Reason.MISSING_INDEX, dropped, {"index": ORDERS, "relation": "orders"}, {"index": "lines_order"}),
        (Reason.STALE_STATISTICS, stale, {"relation": "orders"}, {"relation": "lines"}),
        (Reason.NOISY_NEIGHBOUR, neighbour, {"application": "drill neighbour"}, {"application": "nightly"}),
        (Reason.LAGGING_READER, lagging, {"reader": "b"}, {"reader": "c"}),
        (Reason.READER_DOWN, down, {"reader": "b"}, {"reader": "c"}),
    ],
)
def test_what_it_is_about(reason: Reason, story: object, right: dict[str, str], wrong: dict[str, str]) -> None:
    """The index, table, application or reader that is named is the fault's."""
    assert cause_is_named(reason)(told(story(), **right).told())  # type: ignore[operator]
    verdict = cause_is_named(reason)(told(story(), **wrong).told())  # type: ignore[operator]
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith(f"it was {reason}, of {next(iter(wrong.values()))}")


def test_one_of_several() -> None:
    """Of two that fit equally well one is the fault's; one that fits less well does not help."""
    names = (ORDERS, "orders_status")
    story = dropped().without("plans", lambda row: row["pattern"] == "open-orders")
    listed(listed(story, "before", *names), "during", "orders_status")
    assert cause_is_named(Reason.MISSING_INDEX)(told(story, index=ORDERS).told())
    assert cause_is_named(Reason.MISSING_INDEX)(told(story, index="orders_status").told()).ruling is Ruling.BROKEN


def test_the_query() -> None:
    """The statement that took the time is the fault's, white space and what the server cuts off aside."""
    named = culprit_is_named("query")
    assert named(told(sleeping(), application="drill culprit", query="SELECT  pg_sleep(60)").told())
    verdict = named(told(sleeping(), query="SELECT count(*) FROM customers c").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("it was: SELECT count(*) FROM customers c")
    assert named(told(sleeping(), application="drill neighbour").told()).ruling is Ruling.BROKEN


def test_the_other_query_of_the_same_client() -> None:
    """A culprit that spends its time in something else is not named by its application's name alone."""
    story = sleeping()
    for at_s in steps(0.5, 7, 0.1):
        session(story, at_s, "drill culprit", pid=7, state="active", query_age_s=0.1, query="VACUUM orders")
    assert culprit_is_named("query")(told(story, query=SLEEP).told()).ruling is Ruling.BROKEN


def test_the_chain() -> None:
    """Of a chain the told statement is one that waits or holds, and what the root did is about the told table."""
    named = culprit_is_named("lock")
    assert named(told(queue(), application="drill culprit", query="ALTER TABLE", relation="payments").told())
    assert named(told(queue(), query="ALTER TABLE orders ADD total int").told())
    assert named(told(queue(), query="DROP TABLE payments").told()).ruling is Ruling.BROKEN
    verdict = named(told(queue(), relation="orders").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("it was about orders")


def test_same() -> None:
    """A server shows the beginning of a statement; nothing at all is nobody's."""
    assert is_same("SELECT 1\n FROM  orders", "SELECT 1 FROM")
    assert is_same("x" * 500, "x" * 200)
    assert not is_same("SELECT 1", "SELECT 2")
    assert not is_same("SELECT 1", "")
