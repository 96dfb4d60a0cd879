"""Outages are measured as the design says, for any order of events."""

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.moments import Moments
from drill.checks.outages import AGAIN_NS, SILENCE_NS, STEADY_NS, Outage, Outages, outages
from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action
from tests.drill.histories import (
    INJECTED_NS,
    REFUSED,
    SILENT,
    Row,
    Story,
    after,
    before,
    fault,
    managed_failover,
    ns,
    property_test,
    steps,
)


def measured(story: Story) -> Outages:
    """The outages of those who write through the cluster endpoint."""
    history = story.told()
    return outages(history, Moments.of(history), Action.WRITE, WRITER_ENDPOINT)


def of_client(found: Outages, client: str) -> Outage | None:
    """A client's own outage, if it had one."""
    return next((outage for outage in found.own if outage.client == client), None)


def writer(*acks_s: float, client: str = "w", until_s: float = 5.0, **fails: Any) -> Story:
    """A fault, and a client that is acknowledged at these moments and tries until the end."""
    story = fault()
    for value, at_s in enumerate(acks_s):
        story.add("write", at_s, client=client, endpoint="writer", server="a", key=0, value=value)
    return story.add("write", until_s, client=client, endpoint="writer", key=0, value=999, **(fails or REFUSED))


def test_worked_example() -> None:
    """The old writer answers until 0.34 s and the new one at 2.84 s: 2.50 s without writes, 2.84 s to recover."""
    story = managed_failover(last_by_old_s=0.34, first_by_new_s=2.84)
    story.add("write", 0.006, client="writer-0", endpoint="writer", server="a", key=0, value=-6)
    found = measured(story)
    assert found.together is not None
    assert found.together.length_ns == 2_500_000_000
    assert found.without_ns == 2_500_000_000
    assert found.recovery_ns == 2_840_000_000
    assert len(found.own) == found.clients == 16


def test_one_late_client() -> None:
    """Recovery takes as long as the last client takes; the outage of all together ends with the first."""
    late = managed_failover().without(after(0.34), client="writer-3", outcome="ok")
    late.add("write", 4.0, client="writer-3", endpoint="writer", server="b", key=3, value=-1)
    late.add("write", 7.99, client="writer-3", endpoint="writer", key=3, value=-2, **REFUSED)
    late.add("write", 7.991, client="writer-3", endpoint="writer", server="b", key=3, value=-3)
    found = measured(late)
    assert found.together is not None
    assert found.together.until_ns == ns(2.84)
    longest = of_client(found, "writer-3")
    assert longest is not None
    assert (longest.began_ns, longest.until_ns, longest.ended) == (ns(4.0), ns(7.991), True)
    assert found.recovery_ns == 7_991_000_000


def test_never_ends() -> None:
    """An outage that never ends lasts to the client's last try."""
    found = measured(managed_failover().change(REFUSED, after(0.34), action="write", endpoint="writer"))
    assert found.recovery_ns is None
    assert len(found.unended) == 16
    assert found.together is not None
    assert not found.together.ended
    assert found.together.until_ns == max(
        row["completed_ns"] for row in managed_failover().rows if row.get("key") == 0 and row["action"] == "write"
    )


def test_lost_again() -> None:
    """A client that is back only to be lost for good has not recovered, though its first outage was longer."""
    found = measured(managed_failover(until_s=8).change(REFUSED, after(5.7), client="writer-0"))
    outage = of_client(found, "writer-0")
    assert outage is not None
    assert (outage.until_ns, outage.ended) == (ns(2.84), False)
    assert found.recovery_ns is None


def test_noise() -> None:
    """Stretches like those in steady state are no outage."""
    found = measured(writer(-4, -3, -2, -1, 0.0, 1.0, 2.0, 3.0, 4.0, until_s=5.0))
    assert found.noise_floor_ns == 1_000_000_000
    assert found.own == ()
    assert found.together is None
    assert found.recovery_ns == 0


def test_noise_within_resolution() -> None:
    """A stretch that is longer than in steady state by less than can be measured is none either."""
    assert measured(writer(-4, -3, -2, -1, 0.0, 1.003, 2.0, 3.0, 4.0)).own == ()
    assert measured(writer(-4, -3, -2, -1, 0.0, 1.005, 2.0, 3.0, 4.0)).own != ()


def test_hanging_call() -> None:
    """A call that hangs for seconds and is acknowledged in the end was an outage, coarse as its resolution is."""
    story = writer(*(step / 10 for step in range(-20, 1)), until_s=3.1)
    story.add("write", 3.0, latency_s=2.95, client="w", endpoint="writer", server="a", key=0, value=50)
    found = measured(story)
    assert found.recovery_ns == 3_000_000_000
    assert found.own[0].resolution_ns == 2_952_000_000


def test_pinned_clients_do_not_count() -> None:
    """A client pinned to a reader is never acknowledged, by design: that is no outage."""
    assert of_client(measured(managed_failover()), "pinned-c") is None


def test_baseline() -> None:
    """The baseline counts what was acknowledged, a second."""
    assert measured(managed_failover()).baseline_per_s == pytest.approx(320, rel=0.03)


def test_resolution() -> None:
    """Both operations that bound an outage may have been done at any moment of their own."""
    story = managed_failover(clients=1)
    story.change({"invoked_ns": ns(0.31)}, client="writer-0", completed_ns=ns(0.34))
    story.change({"invoked_ns": ns(2.8)}, client="writer-0", completed_ns=ns(2.84))
    assert measured(story).own[0].resolution_ns == 70_000_000


@pytest.mark.parametrize(
    ("at_s", "latency_s", "added_ns"),
    [
        (0.345, 0.006, 6_000_000),
        (2.9, 0.1, 100_000_000),
        (2.5, 1.0, 0),
        (4.0, 4.0, 4_000_000_000),
        (0.338, 0.1, 100_000_000),
    ],
)
def test_stalls(at_s: float, latency_s: float, added_ns: int) -> None:
    """A stall of our own loop blurs an outage if it overlaps one of the operations that bound it, in full and once."""
    story = managed_failover(clients=1).add("stall", at_s, latency_s=latency_s, client="loop", outcome="unknown")
    assert measured(story).own[0].resolution_ns == 4_000_000 + added_ns


def test_silent_probe() -> None:
    """A probe that stopped before the end of the run proves nothing by its silence."""
    story = managed_failover().without(after(5.9), client="writer-7")
    with pytest.raises(Undecided, match=r"1 of 16 clients that write .* writer-7"):
        measured(story)
    assert measured(managed_failover().without(after(6.1), client="writer-7")).clients == 16


def test_everything_silent() -> None:
    """If all probes stop at once, the watchers still know that the run went on."""
    story = managed_failover().without(after(1.0), action="write")
    with pytest.raises(Undecided, match="16 of 16"):
        measured(story)


def test_no_operation_after_injection() -> None:
    """A client that did not try after the fault cannot say that it went well."""
    story = managed_failover(until_s=0.8, first_by_new_s=0.6).without(after(0.0), client="writer-7")
    with pytest.raises(Undecided, match="writer-7"):
        measured(story)


def test_no_acknowledgement_before() -> None:
    """A client that never wrote before the fault has nothing to be compared with."""
    with pytest.raises(Undecided, match="1 of 16 missing"):
        measured(managed_failover().without(before(0.0), client="writer-7"))
    with pytest.raises(Undecided, match="no client"):
        measured(managed_failover().without(before(0.0), action="write"))
    with pytest.raises(Undecided, match="no client"):
        measured(managed_failover().without(action="write"))


times = st.integers(-2_000, 4_000).filter(lambda ms: ms != 0)


@st.composite
def random_stories(draw: st.DrawFn) -> Story:
    """Up to three clients with acknowledgements, failures and stalls anywhere, all at different moments."""
    story = fault()
    moments = draw(st.lists(times, unique=True, min_size=1, max_size=25))
    clients = draw(st.integers(1, 3))
    for ms in moments:
        ended = draw(st.sampled_from([{}, {}, {}, REFUSED, SILENT]))
        client = draw(st.integers(0, clients - 1))
        took = draw(st.integers(0, 300)) / 1000
        story.add(
            "write", ms / 1000, latency_s=took, client=f"w{client}", endpoint="writer", key=client, value=ms, **ended
        )
    for client in range(clients):
        who: Row = {"client": f"w{client}", "endpoint": "writer", "key": client}
        story.add("write", -2.5 - client / 10, **who, value=-9_000 - client)
        story.add("write", 4.1 + client / 10, **who, value=9_000 + client, **draw(st.sampled_from([{}, REFUSED])))
    for at_ms, took in draw(st.lists(st.tuples(times, st.integers(6, 500)), max_size=3)):
        story.add("stall", at_ms / 1000, latency_s=took / 1000, client="loop", outcome="unknown")
    return story


def naive(story: Story, clients: set[str], steady_ns: int) -> tuple[Outage | None, int, int]:
    """The outage of these clients together, their noise floor and their time without writes; row by row."""
    rows = sorted((row for row in story.rows if row["client"] in clients), key=lambda row: row["completed_ns"])
    acks = [row for row in rows if row["outcome"] == "ok"]
    stretches = [*itertools.pairwise(acks), (acks[-1], rows[-1])]
    length = [last["completed_ns"] - first["completed_ns"] for first, last in stretches]
    floor = longest = without = again = 0
    best = None
    for index, (first, last) in enumerate(stretches):
        steady = min(last["completed_ns"], INJECTED_NS) - max(first["completed_ns"], steady_ns)
        floor = max(floor, steady)
        if last["completed_ns"] > INJECTED_NS and (best is None or length[index] > longest):
            best, longest = (first, last), length[index]
    assert best is not None
    without = sum(
        each
        for each, (_, last) in zip(length, stretches, strict=True)
        if each > floor and last["completed_ns"] > INJECTED_NS
    )
    for index, (_, last) in enumerate(stretches):
        if last["completed_ns"] > INJECTED_NS and length[index] > max(10 * floor, AGAIN_NS):
            again = max(again, last["completed_ns"])
    resolution = sum(row["completed_ns"] - row["invoked_ns"] for row in best)
    for stall in (row for row in story.rows if row["action"] == "stall"):
        if any(
            stall["invoked_ns"] <= row["completed_ns"] and row["invoked_ns"] <= stall["completed_ns"] for row in best
        ):
            resolution += stall["completed_ns"] - stall["invoked_ns"]
    if longest <= floor + min(floor, resolution):
        return None, floor, without
    lost_at_end = length[-1] > max(floor, SILENCE_NS) or best == stretches[-1]
    outage = Outage(
        client=clients.pop() if len(clients) == 1 else None,
        began_ns=best[0]["completed_ns"],
        until_ns=best[1]["completed_ns"],
        for_good_ns=max(best[1]["completed_ns"], again),
        ended=not lost_at_end,
        resolution_ns=resolution,
    )
    return outage, floor, without


@property_test
@given(random_stories())
def test_row_by_row(story: Story) -> None:
    """Measured in columns, outages are what they are row by row."""
    found = measured(story)
    clients = {row["client"] for row in story.rows if row["action"] == "write"}
    first: dict[str, int] = {}
    for row in sorted(story.rows, key=lambda row: row["completed_ns"]):
        if row["action"] == "write" and row["outcome"] == "ok":
            first.setdefault(row["client"], row["completed_ns"])
    steady_ns = max(*first.values(), INJECTED_NS - STEADY_NS)
    own = {client: naive(story, {client}, steady_ns)[0] for client in clients}
    assert {outage.client: outage for outage in found.own} == {name: each for name, each in own.items() if each}
    together, floor, without = naive(story, set(clients), steady_ns)
    assert (found.noise_floor_ns, found.without_ns) == (floor, without)
    expected = None if together is None else dataclasses.replace(together, client=None)
    assert found.together == expected
    ends = [each.for_good_ns - INJECTED_NS if each.ended else None for each in own.values() if each]
    assert found.recovery_ns == (None if None in ends else max((end for end in ends if end is not None), default=0))


def test_flapping_is_no_recovery() -> None:
    """Who is answered for a moment every second after the outage has recovered when that ends."""
    story = managed_failover(until_s=12.0).without(
        lambda row: after(3.0)(row) and before(9.0)(row) and row["completed_ns"] % 1_000_000_000 > 100_000_000,
        action="write",
        outcome="ok",
    )
    found = measured(story)
    assert found.recovery_ns is not None
    assert 8.9e9 < found.recovery_ns < 9.2e9
    assert found.together is not None
    assert found.together.length_ns == 2_500_000_000


def test_a_restless_start_hides_no_outage() -> None:
    """A stretch long before the fault is no part of the steady state that outages are measured against."""
    story = managed_failover()
    for client in range(16):
        who: Row = {"client": f"writer-{client}", "endpoint": "writer", "server": "a", "key": client}
        for number, at_s in enumerate((-30.0, *steps(-3.2, -1.6, 0.05))):
            story.add("write", at_s, **who, value=-1000 * client - number - 1)
    found = measured(story)
    assert found.noise_floor_ns < 100_000_000
    assert found.recovery_ns == 2_840_000_000
