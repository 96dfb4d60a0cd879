"""Who is without success of late."""

from __future__ import annotations

import pytest

from drill.experiment.behind import ALL, APPLICATIONS, LIVE_WITHIN_S, SEEN_WITHIN_S, behind
from drill.probes.progress import ClientProgress, Progress

NOW_NS = 10**12


def ago(seconds: float) -> int:
    """So long before now."""
    return NOW_NS - round(seconds * 1e9)


def late(kinds: tuple[str, ...] = ALL, **clients: ClientProgress) -> list[str]:
    """Who is behind; names with hyphens are written with underscores."""
    told = {name.replace("_", "-"): client for name, client in clients.items()}
    return behind(Progress(at_ns=NOW_NS, clients=told), NOW_NS, kinds)


@pytest.mark.parametrize(("since_s", "is_late"), [(LIVE_WITHIN_S - 0.01, False), (LIVE_WITHIN_S + 0.01, True)])
def test_a_client_must_have_succeeded_of_late(since_s: float, is_late: bool) -> None:  # noqa: FBT001 - pytest passes it
    """That it still tries is not enough."""
    assert late(writer_0=ClientProgress(last_ok_ns=ago(since_s), last_ns=NOW_NS)) == (["writer-0"] if is_late else [])


@pytest.mark.parametrize(("since_s", "is_late"), [(SEEN_WITHIN_S - 0.01, False), (SEEN_WITHIN_S + 0.01, True)])
def test_a_watcher_may_take_longer(since_s: float, is_late: bool) -> None:  # noqa: FBT001 - pytest passes it
    """The control plane of AWS is asked once a second."""
    assert late(watcher_api=ClientProgress(last_ok_ns=ago(since_s))) == (["watcher-api"] if is_late else [])


def test_a_pinned_client_need_only_be_alive() -> None:
    """At a reader its writes are refused, as they should be."""
    assert late(pinned_b=ClientProgress(last_ns=NOW_NS)) == []
    assert late(pinned_b=ClientProgress(last_ns=ago(1))) == ["pinned-b"]


def test_who_never_succeeded_is_behind() -> None:
    """And so is everybody, where there is nobody at all: silence is no success."""
    assert late(writer_0=ClientProgress()) == ["writer-0"]
    assert late() == ["any client"]
    assert late(APPLICATIONS, watcher_api=ClientProgress(last_ok_ns=NOW_NS)) == ["any client"]


def test_only_the_kinds_that_are_asked_for_count() -> None:
    """A recovery is waited for by the application's clients, not by watchers."""
    told = {"writer_0": ClientProgress(last_ok_ns=NOW_NS), "watcher_a": ClientProgress()}
    assert late(APPLICATIONS, **told) == []
    assert late(ALL, **told) == ["watcher-a"]
