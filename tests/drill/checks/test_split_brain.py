"""Whether two instances accepted writes at once."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks import one_writer_at_a_time
from drill.verdict import Ruling, Verdict
from tests.drill.histories import REFUSED, STALE, Row, Story, after, fault, managed_failover, property_test

check = one_writer_at_a_time()


def acks(story: Story, server: str, *moments_s: float, latency_s: float = 0.001) -> Story:
    """Acknowledge writes at these moments."""
    for at_s in moments_s:
        story.add("write", at_s, latency_s=latency_s, client=f"pinned-{server}", endpoint=server, server=server)
    return story


def tried(story: Story, servers: str = "abc", at_s: float = 99.0) -> Story:
    """Try in vain to write to these instances at the end."""
    for server in servers:
        story.add("write", at_s, client=f"pinned-{server}", endpoint=server, **REFUSED)
    return story


def seen(story: Story, server: str, role: int, *moments_s: float) -> Story:
    """Observe the instance as writer (1) or in recovery (0) at these moments."""
    for at_s in moments_s:
        story.add("observe", at_s, client=f"watcher-{server}", endpoint=server, server=server, value=role)
    return story


def judged(*terms: tuple[str, Iterable[float]]) -> Verdict:
    """The verdict on acknowledgements by these servers at these moments."""
    story = fault()
    for server, moments_s in terms:
        acks(story, server, *moments_s)
    return check(tried(story).told())


def test_one_writer() -> None:
    """Where one instance acknowledges everything there is no split brain."""
    assert judged(("a", range(9)))


def test_takeover() -> None:
    """A writer after the other is none either."""
    verdict = judged(("a", range(9)), ("b", range(10, 19)))
    assert verdict
    assert verdict.because.endswith("the writer of its time: a -> b")


def test_late_acknowledgement() -> None:
    """An acknowledgement that merely arrives late is no split brain."""
    story = acks(acks(fault(), "a", 1, 2), "b", 5, 6, 7)
    assert check(tried(acks(story, "a", 6.5, latency_s=1.5)).told())
    assert check(tried(acks(story, "a", 6.6, latency_s=1.599)).told()).measured["split_brain_writes"] == 1


def test_stale_writer_accepts() -> None:
    """A write that the old writer acknowledges after the new one has begun is a split brain, however late it ends."""
    verdict = judged(("a", [1, 2, 5.5, 6.5]), ("b", [5, 6, 7]))
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["split_brain_writes"] == 2
    assert verdict.because == "2 writes acknowledged by a beside the writer: a -> b"
    assert verdict.evidence[0] == "pinned-a through a: acknowledged by a, 5.500 s after injection"


def test_stale_writer_of_a_failover() -> None:
    """In the middle of a real failover a single stale acknowledgement is found."""
    story = managed_failover().add("write", 3.5, client="pinned-a", endpoint="a", server="a", key=100, value=-1)
    assert check(story.told()).measured["split_brain_writes"] == 1


def test_interleaved() -> None:
    """Going back and forth is one split brain, not a term for each acknowledgement."""
    verdict = judged(("a", [1, 2, 3, *range(10, 1000, 2)]), ("b", [5, *range(11, 1001, 2)]))
    assert verdict.measured["split_brain_writes"] == 495
    assert verdict.because.endswith(": a -> b")


def test_old_writer_wins_in_the_end() -> None:
    """If the old writer prevails, its second term begins when the other one falls silent."""
    verdict = judged(("a", [1, 2, 5.5, 6.5, 8, 9, 10]), ("b", [5, 6, 7]))
    assert verdict.measured["split_brain_writes"] == 2
    assert verdict.because.endswith(": a -> b -> a")


def test_back_again() -> None:
    """After A -> B -> A each has two terms, also if nobody watched."""
    verdict = judged(("a", [1, 2]), ("b", [5, 6]), ("a", [8, 9]))
    assert verdict
    assert verdict.because.endswith(": a -> b -> a")


def test_back_again_and_again() -> None:
    """A writer that was seen in recovery has a new term, as often as it was."""
    story = fault()
    for round_s in range(0, 40, 20):
        acks(story, "a", round_s + 1, round_s + 2)
        seen(story, "a", 0, round_s + 10)
        acks(story, "b", round_s + 11, round_s + 12)
        seen(story, "b", 0, round_s + 18)
    assert check(tried(story).told()).because.endswith(": a -> b -> a -> b")


def test_never_gave_up() -> None:
    """A former writer that was never in recovery does not begin a new term by being the last to acknowledge."""
    story = acks(acks(acks(fault(), "a", 1, 2), "b", 5, 6), "a", 8, 9)
    assert check(tried(story).told())
    seen(story, "a", 1, 5.5)
    assert check(tried(story).told()).measured["split_brain_writes"] == 2
    seen(story, "a", 0, 6.5)
    assert check(tried(story).told())


def test_three_writers() -> None:
    """Each of three instances may be the writer in its turn."""
    assert judged(("a", [1]), ("b", [2]), ("c", [3]))
    assert judged(("a", [1]), ("b", [2, 4]), ("c", [3, 5])).measured["split_brain_writes"] == 1


def test_nothing_acknowledged() -> None:
    """Without acknowledgements there is nothing to judge."""
    assert check(managed_failover().without(action="write").told()).ruling is Ruling.UNDECIDED


def test_nobody_tried() -> None:
    """If nobody tries to write to the old writer a split brain cannot be seen."""
    story = managed_failover().without(client="pinned-a")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because == "nobody tried to write to a after it was replaced: a -> b"
    assert check(managed_failover().without(after(2.8), client="pinned-a").told()).ruling is Ruling.UNDECIDED
    assert check(story.add("connect", 3.0, client="pinned-a", endpoint="a", **REFUSED).told())


def test_refusals_are_no_split_brain() -> None:
    """An old writer that refuses is what we want."""
    assert check(managed_failover().change(STALE, client="pinned-a", cause="refused").told())


def test_two_writers_observed() -> None:
    """For how long two instances were out of recovery at once is reported, and not judged."""
    story = seen(managed_failover().without(action="observe"), "a", 1, 0, 1, 2, 3)
    seen(seen(story, "b", 1, 1.5, 4), "b", 0, 5)
    seen(seen(story, "c", 1, 0, 1), "c", 0, 0.5)
    verdict = check(story.told())
    assert verdict
    assert verdict.measured["two_writers_observed_s"] == pytest.approx(1.5, abs=0.01)


def naive(story: Story) -> tuple[list[str], int]:
    """Walk through the acknowledgements one by one, as the module's table says."""
    rows = sorted((row for row in story.rows if row["action"] == "write"), key=lambda row: row["completed_ns"])
    rows = [row for row in rows if row["outcome"] == "ok"]
    answers = [row for row in story.rows if row["action"] == "observe"]
    terms = [(rows[0]["server"], rows[0]["completed_ns"])]

    def begins(row: Row) -> bool:
        writer, since = terms[-1]
        held = [start for server, start in terms if server == row["server"]]
        if row["server"] == writer:
            return False
        if not held:
            return True
        its_own = [answer for answer in answers if answer["server"] == row["server"]]
        if any(
            answer["value"] == 0 and answer["invoked_ns"] > held[-1] and answer["completed_ns"] < row["completed_ns"]
            for answer in its_own
        ):
            return bool(row["invoked_ns"] > since)
        was_seen = any(
            answer["invoked_ns"] > since and answer["completed_ns"] < row["invoked_ns"] for answer in its_own
        )
        silent = all(other["invoked_ns"] <= row["completed_ns"] for other in rows if other["server"] == writer)
        return bool(row["invoked_ns"] > since and silent and not was_seen)

    for row in rows:
        terms += [(row["server"], row["completed_ns"])] if begins(row) else []
    starts = [0, *(since for _, since in terms[1:])]
    ends = [*starts[1:], 10**19]
    astray = [
        row
        for row in rows
        if not any(
            server == row["server"] and row["completed_ns"] >= start and row["invoked_ns"] <= end
            for (server, _), start, end in zip(terms, starts, ends, strict=True)
        )
    ]
    return [server for server, _ in terms], len(astray)


@property_test
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5_000), st.integers(0, 900)),
        min_size=1,
        max_size=25,
        unique_by=lambda ack: ack[1],
    ),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 5_000)), max_size=8),
)
def test_row_by_row(written: list[tuple[str, int, int]], answers: list[tuple[str, int, int]]) -> None:
    """Judged in columns, terms and astray writes are what they are one by one."""
    story = fault()
    for server, at_ms, latency_ms in written:
        acks(story, server, at_ms / 1000, latency_s=latency_ms / 1000)
    for server, role, at_ms in answers:
        seen(story, server, role, at_ms / 1000)
    verdict = check(tried(story).told())
    terms, astray = naive(story)
    assert verdict.because.endswith(": " + " -> ".join(terms))
    assert verdict.measured["split_brain_writes"] == astray


@property_test
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), st.data())
def test_legal_histories_hold(servers: list[str], data: st.DataObject) -> None:
    """However often the writer changes, if each gave up before it came back, nothing is astray."""
    story = fault()
    for turn, server in enumerate(servers):
        seen(story, server, 0, turn * 10 - 0.5)
        moments = data.draw(st.lists(st.integers(0, 4_000), min_size=1, max_size=4))
        acks(story, server, *(turn * 10 + ms / 1000 for ms in moments))
        if turn + 1 < len(servers):
            acks(story, server, turn * 10 + 12, latency_s=7.9)
    verdict = check(tried(story).told())
    assert verdict.measured["split_brain_writes"] == 0, verdict


@property_test
@given(st.lists(st.integers(5_002, 8_998), unique=True, max_size=20))
def test_every_stale_write_is_counted(stale_ms: list[int]) -> None:
    """Of the old writer each acknowledgement is counted that was invoked in the new one's term."""
    verdict = judged(("a", [1, 2, *(ms / 1000 for ms in stale_ms)]), ("b", [5, 9]))
    assert verdict.measured["split_brain_writes"] == len(stale_ms)
