"""Changes reach every region, the last writer wins, and nothing is lost by a pause; by a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.dynamodb.replication.group import Replication, Ways
from lab.dynamodb.replication.versions import Version

REGIONS = ("east", "south", "west")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A change, as the capacity layer tells it."""

    key: dict[str, Any]
    after: dict[str, Any] | None
    table: str = "t"


@dataclass
class Held:
    """A region's items."""

    items: dict[str, str] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)

    def replicate(self, _: str, key: dict[str, Any], image: dict[str, Any] | None) -> None:
        """Write what came from another region."""
        self.history.append(image["v"]["S"] if image else "-")
        self.write(key["id"]["S"], image["v"]["S"] if image else None)

    def write(self, key: str, value: str | None) -> None:
        """Write it, or delete it."""
        if value is None:
            self.items.pop(key, None)
        else:
            self.items[key] = value


class World:
    """Regions in memory, a clock, and who is paused."""

    def __init__(self, regions: tuple[str, ...] = REGIONS[:2], jitter: list[float] | None = None, **ways: Any) -> None:
        """Start at zero."""
        self.now_s = 0.0
        self.paused: set[str] = set()
        self.took_s: list[float] = []
        self.held = {name: Held() for name in regions}
        draws = iter(jitter or [])
        self.replication = Replication(
            self.held,
            now_s=lambda: self.now_s,
            wall_ns=lambda: round(self.now_s * 1e9),
            paused=lambda region, _: region in self.paused,
            arrived=lambda _, took_s: self.took_s.append(took_s),
            jitter=lambda: next(draws, 1.0),
            ways=Ways(**ways),
        )
        for other in regions[1:]:
            self.replication.join("t", regions[0], other)

    def write(self, region: str, key: str, value: str | None) -> None:
        """Have a client of that region write."""
        self.held[region].write(key, value)
        image = None if value is None else {"id": {"S": key}, "v": {"S": value}}
        self.replication.changed(region, Written(key={"id": {"S": key}}, after=image))

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and deliver what has arrived."""
        self.now_s += seconds
        self.replication.deliver()

    def settle(self) -> None:
        """Let everything arrive."""
        self.paused.clear()
        self.pass_s(1000.0)
        assert self.replication.under_way() == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(REGIONS), st.sampled_from("ab"), st.sampled_from(["x", "y", None])),
        st.tuples(st.just("pass"), st.floats(0.001, 0.3)),
        st.tuples(st.just("pause"), st.sampled_from(REGIONS)),
        st.tuples(st.just("resume"), st.sampled_from(REGIONS)),
    ),
    max_size=60,
)


@given(steps, st.lists(st.floats(0.0, 3.0), max_size=60))
def test_all_regions_end_with_the_last_write(steps: list[Any], jitter: list[float]) -> None:
    """Of each item, whatever the order of writes, pauses and arrivals; deletions are writes like others."""
    world, last = World(REGIONS, jitter), dict[str, Any]()
    for number, step in enumerate(steps):
        if step[0] == "write":
            _, region, key, value = step
            world.now_s += 1e-6  # no two writes at once: the tie has a test of its own
            unique = None if value is None else f"{value}{number}"
            world.write(region, key, unique)
            last[key] = unique
        elif step[0] == "pass":
            world.pass_s(step[1])
        elif step[0] == "pause":
            world.paused.add(step[1])
        else:
            world.paused.discard(step[1])
    world.settle()
    expected = {key: value for key, value in last.items() if value is not None}
    assert all(held.items == expected for held in world.held.values())
    assert len(world.replication._versions) == 0, "what has arrived everywhere is forgotten"  # noqa: SLF001


@given(st.lists(st.floats(0.0, 5.0), min_size=10, max_size=10))
def test_a_writers_own_order_is_kept(jitter: list[float]) -> None:
    """However late each of its changes is."""
    world = World(jitter=jitter)
    for number in range(10):
        world.write("east", "a", str(number))
        world.pass_s(0.03)
    world.settle()
    assert world.held["south"].history == [str(number) for number in range(10)]


def test_a_change_arrives_after_the_lag() -> None:
    """Neither before nor long after, and it is told how long it took."""
    world = World(lag_s=0.1)
    world.write("east", "a", "1")
    assert world.replication.deliver() == 0.1
    world.pass_s(0.0999)
    assert world.held["south"].items == {}
    world.pass_s(0.0002)
    assert world.held["south"].items == {"a": "1"}
    assert world.took_s == [world.now_s]
    assert world.replication.deliver() is None


def test_writes_at_the_same_instant_are_decided_by_the_regions_names() -> None:
    """In every region alike."""
    world = World(lag_s=0.1)
    world.write("east", "a", "e")
    world.write("south", "a", "s")
    world.settle()
    assert {held.items["a"] for held in world.held.values()} == {"s"}
    assert Version(1, "east") < Version(1, "south") < Version(2, "east")


def test_a_paused_region_neither_sends_nor_receives_and_nothing_is_lost() -> None:
    """The others go on between them."""
    world = World(REGIONS)
    world.paused.add("south")
    world.write("south", "a", "1")
    world.write("east", "b", "2")
    world.pass_s(10.0)
    assert world.held["south"].items == {"a": "1"}
    assert world.held["west"].items == {"b": "2"}
    world.settle()
    assert all(held.items == {"a": "1", "b": "2"} for held in world.held.values())


def test_a_deletion_is_not_undone_by_an_older_write() -> None:
    """A tombstone wins over what was written before it."""
    world = World(jitter=[5.0, 1.0])
    world.write("east", "a", "1")
    world.now_s += 0.01
    world.write("south", "a", None)
    world.settle()
    assert all(held.items == {} for held in world.held.values())


def test_a_region_that_has_left_gets_nothing_more() -> None:
    """And what was on its way there is forgotten."""
    world = World()
    world.write("east", "a", "1")
    world.replication.part("t", "south")
    world.write("east", "b", "1")
    world.pass_s(10.0)
    assert world.held["south"].items == {}
    assert world.replication.regions("t") == []
    assert len(world.replication._versions) == 0  # noqa: SLF001


def test_a_defective_one_loses_changes_and_lets_the_older_win() -> None:
    """As it was told to; a writer's own changes still come in order."""
    lossy = World(lost=iter([False, True, False]).__next__)
    for number in range(3):
        lossy.write("east", str(number), "x")
    lossy.settle()
    assert set(lossy.held["south"].items) == {"0", "2"}
    older = World(wins=lambda arriving, held: arriving < held)
    older.write("east", "a", "first")
    older.now_s += 0.01
    older.write("south", "a", "second")
    older.settle()
    assert older.held["east"].items == {"a": "first"} or older.held["south"].items == {"a": "first"}
