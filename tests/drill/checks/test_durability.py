"""Whether what was acknowledged is there, what was refused is not, and nothing is there twice."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks import (
    every_acknowledged_write_survives,
    no_refused_write_appears,
    no_write_is_applied_twice,
)
from drill.verdict import Check, Ruling
from tests.drill.histories import Row, Story, fault, managed_failover, ns, property_test

survives, refused, twice = (
    every_acknowledged_write_survives(),
    no_refused_write_appears(),
    no_write_is_applied_twice(),
)
every = pytest.mark.parametrize("check", [survives, refused, twice], ids=lambda check: check.__name__)


def header(row: Row) -> bool:
    """The row that ends a readback."""
    return row["action"] == "readback" and row.get("key") is None


def also(story: Story, *writes: tuple[int, int]) -> Story:
    """Read back these rows, too, and count them."""
    for key, value in writes:
        story.add("readback", 10.0, client="auditor", endpoint="b", server="b", key=key, value=value)
    number = story.count(action="readback") - 1
    return story.change({"value": number}, header)


def test_lost() -> None:
    """An acknowledged write that is absent at the end is lost; the verdict says which, by whom, and when."""
    story = managed_failover().read_back(lost=lambda row: row["key"] == 3 and ns(0.2) < row["completed_ns"] < ns(0.3))
    verdict = survives(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_writes"] == 2
    assert verdict.measured["lost_span_s"] == pytest.approx(0.05)
    assert verdict.because.startswith("2 known writes lost, over 0.05 s, of 2,453 acknowledged")
    assert verdict.evidence[0].startswith("writer-3, stream 3, value ")
    assert verdict.evidence[0].endswith(": acknowledged or shown by a, 0.240 s after injection")


def test_lost_but_seen() -> None:
    """A write whose fate was unknown is known from when any read showed it."""
    story = managed_failover().add(
        "write", 0.4, client="writer-0", endpoint="writer", key=0, value=-7, outcome="unknown"
    )
    assert survives(story.told())
    story.change({"value": 70_000}, value=-7)
    story.add("read", 0.5, client="reader-0", endpoint="reader", server="c", key=0, value=70_000)
    story.add("read", 0.6, client="reader-0", endpoint="reader", server="c", key=0, value=70_000)
    verdict = survives(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_writes"] == 1
    assert "reader-0, stream 0, value 70000: acknowledged or shown by c, 0.500 s" in verdict.evidence[0]


def test_same_value_of_another_stream() -> None:
    """A write is found by its stream and its value, not by its value alone."""
    story = managed_failover()
    story.change({"key": 5}, lambda row: row["value"] == 3, action="readback")
    assert survives(story.told()).measured["lost_writes"] == 1


def test_unknown_writes_may_be_there_or_not() -> None:
    """Nobody promised anything about a write that was not acknowledged."""
    story = managed_failover()
    for value in (70_000, 70_001):
        story.add("write", 0.4, client="writer-0", endpoint="writer", key=0, value=value, outcome="unknown")
    also(story, (0, 70_001))
    assert survives(story.told())
    assert refused(story.told())
    assert twice(story.told())


def test_many_lost() -> None:
    """Twenty losses are listed, the others are counted."""
    verdict = survives(managed_failover().read_back(lost=lambda row: row["key"] == 3).told())
    assert len(verdict.evidence) == 21
    assert verdict.evidence[-1] == f"... and {int(verdict.measured['lost_writes'] or 0) - 20} more"


def test_table_gone() -> None:
    """A table that is gone is all its writes lost."""
    story = managed_failover().without(action="readback")
    story.add("readback", 10, client="auditor", endpoint="b", server="b", outcome="failed", code="42P01")
    verdict = survives(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["lost_writes"] == verdict.measured["acknowledged_writes"] == 2453
    assert verdict.because.startswith("the table is gone: 2,453 known writes lost")


@every
@pytest.mark.parametrize(
    "ended", [None, {"outcome": "unknown", "cause": "silent"}, {"outcome": "failed", "code": "57P03"}]
)
def test_not_read_back(check: Check, ended: dict[str, Any] | None) -> None:
    """A readback that was not completed proves nothing."""
    story = managed_failover()
    story.change(ended, header) if ended else story.without(header)
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "never read back" in verdict.because


@every
def test_incomplete(check: Check) -> None:
    """A readback of which rows went missing on the way to us proves nothing."""
    story = managed_failover()
    story.rows.remove(next(row for row in story.rows if row["action"] == "readback"))
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because == "the readback is incomplete: 2,452 rows of 2,453"


@every
def test_read_from_elsewhere(check: Check) -> None:
    """Only rows read from the instance that the header names count."""
    story = managed_failover().change({"server": "c"}, lambda row: not header(row), action="readback")
    assert check(story.told()).ruling is Ruling.UNDECIDED


@every
def test_read_back_twice(check: Check) -> None:
    """Two readbacks in one history cannot be told apart."""
    story = managed_failover()
    story.rows.append(dict(next(row for row in story.rows if header(row))))
    assert check(story.told()).ruling is Ruling.UNDECIDED


def test_nothing_acknowledged() -> None:
    """Where nothing was acknowledged nothing can be lost, which is no proof."""
    story = managed_failover().change({"outcome": "unknown"}, action="write").read_back()
    assert survives(story.told()).because.startswith("no write was acknowledged")


def test_resurrected() -> None:
    """A refused write that is there after all is resurrected."""
    story = managed_failover()
    write = next(row for row in story.rows if row["action"] == "write" and row["outcome"] == "failed")
    verdict = refused(also(story, (write["key"], write["value"])).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["resurrected_writes"] == 1
    assert "1 of 481 refused writes appeared all the same" in verdict.because


def test_resurrected_for_a_moment() -> None:
    """A refused write that one read showed is resurrected, whether or not it was read back."""
    story = managed_failover()
    write = next(row for row in story.rows if row["action"] == "write" and row["outcome"] == "failed")
    story.add("read", 1.0, client="reader-0", endpoint="reader", server="c", key=write["key"], value=write["value"])
    assert refused(story.told()).ruling is Ruling.BROKEN
    assert refused(story.without(header).told()).ruling is Ruling.BROKEN


def test_duplicate() -> None:
    """A write that is there three times is one duplicate."""
    story = managed_failover()
    write = next(row for row in story.rows if row["action"] == "write")
    verdict = twice(also(story, *[(write["key"], write["value"])] * 2).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["duplicate_writes"] == 1
    assert verdict.evidence == (f"stream {write['key']}, value {write['value']}: 3 times",)


WRITES = [(key, 10 * number + key) for number in range(8) for key in range(2)]


@property_test
@given(st.sets(st.sampled_from(WRITES)), st.sets(st.sampled_from(WRITES)), st.sets(st.sampled_from(WRITES)))
def test_row_by_row(acknowledged: set[tuple[int, int]], seen: set[tuple[int, int]], lost: set[tuple[int, int]]) -> None:
    """Whatever is acknowledged, seen and lost, exactly the known and absent writes are reported."""
    story = fault()
    acknowledged |= {WRITES[0]}
    for at_s, (key, value) in enumerate(WRITES):
        ended: Row = {} if (key, value) in acknowledged else {"outcome": "unknown"}
        story.add("write", at_s, client="w", endpoint="writer", server="a", key=key, value=value, **ended)
    for key, value in seen:
        story.add("read", 50, client="r", endpoint="reader", server="c", key=key, value=value)
    kept = set(WRITES) - lost
    also(story.read_back(lost=lambda _: True), *kept)
    verdict = survives(story.told())
    assert verdict.measured["lost_writes"] == len((acknowledged | seen) - kept)
    assert verdict.ruling is (Ruling.BROKEN if (acknowledged | seen) - kept else Ruling.HELD)
    assert refused(story.told())
    assert twice(story.told())
