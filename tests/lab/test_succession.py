"""The control plane's view of who writes, in milliseconds: what it names, tells, and when it leads clients there."""

from __future__ import annotations

import pytest

from lab.control import Happening
from lab.succession import Succession
from lab.watch import Answer

STARTED, COMPLETED, FAILED = Happening.FAILOVER_STARTED, Happening.FAILOVER_COMPLETED, Happening.FAILOVER_FAILED


class Seen:
    """A succession whose clock stands still until it is moved, and what it said."""

    def __init__(self, *, synchronous: bool = True) -> None:
        self.now_s = 0.0
        self.told: list[tuple[Happening, str]] = []
        self.settled: list[tuple[str, str | None]] = []
        self.succession = Succession(
            tell=lambda *what: self.told.append(what),
            settled=lambda *who: self.settled.append(who),
            synchronous=synchronous,
            now_s=lambda: self.now_s,
        )
        self.look("a", standbys=("b",))

    def look(
        self, leader: str | None, *, silent: bool = False, in_recovery: bool = False, standbys: tuple = ()
    ) -> None:
        """The leader key and its holder's answer are seen once."""
        answer = Answer(at_s=0.0, in_recovery=in_recovery, standbys=dict.fromkeys(standbys, "quorum"))
        self.succession.look(leader, None if silent or leader is None else answer)


def test_the_first_writer_is_named_without_a_word():
    """What comes up is no failover."""
    seen = Seen()
    assert (seen.succession.writer, seen.succession.under_way, seen.told) == ("a", False, [])
    assert seen.settled == [("a", None)]


def test_a_managed_failover_is_told_from_its_start_to_its_end():
    """The heir is named when asked; the writer follows its promotion, and clients its quorum."""
    seen = Seen()
    seen.succession.ask("b", patience_s=30)
    seen.look("a", standbys=("b",))
    assert seen.succession.under_way
    seen.look(None)
    seen.look("b", in_recovery=True)
    assert seen.succession.writer == "a"
    seen.look("b")
    assert (seen.succession.writer, seen.succession.under_way, seen.settled) == ("b", True, [("a", None)])
    seen.look("b", standbys=("c",))
    assert (seen.succession.under_way, seen.settled[1:]) == (False, [("b", "a")])
    assert seen.told == [(STARTED, "b"), (COMPLETED, "b")]


def test_whoever_caused_the_loss_it_is_told_the_same_way():
    """A writer that dies is a failover under way at once, told when it is known to whom."""
    seen = Seen()
    seen.look("a", silent=True)
    assert (seen.succession.under_way, seen.told) == (True, [])
    seen.look("c")
    seen.look("c", standbys=("b",))
    assert seen.told == [(STARTED, "c"), (COMPLETED, "c")]


def test_a_writer_that_comes_back_was_no_failover():
    """A silence that ends with the same writer is told nobody."""
    seen = Seen()
    seen.look("a", silent=True)
    seen.look("a", standbys=("b",))
    assert (seen.succession.writer, seen.succession.under_way, seen.told) == ("a", False, [])


def test_an_heir_that_never_comes_is_a_failure():
    """When patience is at an end and the old writer writes still, the failover has failed."""
    seen = Seen()
    seen.succession.ask("b", patience_s=30)
    seen.now_s = 29.9
    seen.look("a", standbys=("b",))
    assert seen.succession.under_way
    seen.now_s = 30.1
    seen.look("a", standbys=("b",))
    assert (seen.succession.under_way, seen.told[-1]) == (False, (FAILED, "a"))


def test_giving_up_ends_patience():
    """Whoever was asked says that it cannot: nobody waits any longer."""
    seen = Seen()
    seen.succession.ask("b", patience_s=30)
    seen.succession.give_up()
    seen.look("a", standbys=("b",))
    assert seen.told[-1] == (FAILED, "a")


def test_another_heir_than_asked_is_told():
    """The events name who really became the writer."""
    seen = Seen()
    seen.succession.ask("b", patience_s=30)
    seen.look("c")
    seen.look("c", standbys=("b",))
    assert seen.told == [(STARTED, "b"), (STARTED, "c"), (COMPLETED, "c")]


@pytest.mark.parametrize("synchronous", [True, False])
def test_only_a_synchronous_cluster_waits_for_a_quorum(synchronous):
    """Without synchronous replication a writer can do its work alone."""
    seen = Seen(synchronous=synchronous)
    seen.look("b")
    assert seen.succession.under_way is synchronous


def test_a_failover_during_a_failover_ends_with_the_last_writer():
    """A -> B, and B is lost before it has its quorum: C is settled, and it replaced B."""
    seen = Seen()
    seen.look("b")
    seen.look(None)
    seen.look("c")
    seen.look("c", standbys=("a",))
    assert seen.settled[-1] == ("c", "b")
    assert seen.told == [(STARTED, "b"), (STARTED, "c"), (COMPLETED, "c")]
