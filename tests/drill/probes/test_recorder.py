"""What is recorded is what the history says."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drill.history import SCHEMA, Action, Cause, History, Outcome
from drill.probes.clock import anchor
from drill.probes.progress import ClientProgress, Progress, Said, Tally
from drill.probes.recorder import NO_VALUE, NULL, Recorder
from drill.targets.outcomes import Ending

ROWS = st.fixed_dictionaries(
    {
        "client": st.sampled_from(["writer-00", "reader-00"]),
        "action": st.sampled_from(Action),
        "key": st.none() | st.integers(0, 2**31 - 1),
        "value": st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
        "endpoint": st.none() | st.sampled_from(["writer", "a"]),
        "server": st.none() | st.sampled_from(["a", "b"]),
        "session": st.none() | st.integers(0, 100),
        "invoked_ns": st.integers(0, 2**62),
        "completed_ns": st.integers(0, 2**62),
        "outcome": st.sampled_from(Outcome),
        "code": st.none() | st.sampled_from(["25006", "57P01"]),
        "cause": st.none() | st.sampled_from(Cause),
    }
)


def record(recorder: Recorder, row: dict[str, Any]) -> None:
    """Add one row as a probe does."""
    recorder.add(
        recorder.register(row["client"], row["action"], row["endpoint"]),
        row["invoked_ns"],
        row["completed_ns"],
        Ending(row["outcome"], row["code"], row["cause"]),
        key=NULL if row["key"] is None else row["key"],
        value=NO_VALUE if row["value"] is None else row["value"],
        server=row["server"],
        session=NULL if row["session"] is None else row["session"],
    )


@given(st.lists(ROWS, max_size=20))
def test_rows_come_out_as_they_went_in(rows: list[dict[str, Any]]) -> None:
    """Every column of every row, null or not, is in the frame, which is a history's."""
    recorder = Recorder()
    for row in rows:
        record(recorder, row)
    frame = recorder.frame()
    assert frame.to_dicts() == rows
    assert dict(frame.schema) == SCHEMA
    assert len(History.of(frame, anchor=anchor(1)).operations) == len(rows) == len(recorder)


def test_progress_sums_up_what_is_new() -> None:
    """Connects and stalls are nobody's work; the rest counts for its client, once."""
    recorder = Recorder()
    tally = Tally(recorder)
    write = recorder.register("writer-00", Action.WRITE, "writer")
    connect = recorder.register("writer-00", Action.CONNECT, "writer")
    recorder.register("reader-00", Action.READ, "reader")
    recorder.register("loop", Action.STALL, None)
    recorder.add(connect, 1, 2)
    recorder.add(write, 3, 4)
    recorder.add(write, 5, 6, Ending(Outcome.FAILED, "25006", Cause.STALE_WRITER))
    assert tally.sum_up().clients == {
        "writer-00": ClientProgress(last_ok_ns=4, last_ns=6, ok=1),
        "reader-00": ClientProgress(),
    }
    recorder.add(write, 7, 8)
    progress = tally.sum_up()
    assert (progress.acknowledged, progress.reads) == (2, 0)
    assert progress.clients["writer-00"] == ClientProgress(last_ok_ns=8, last_ns=8, ok=2)
    assert Progress.load(progress.dump()) == progress


def answered(recorder: Recorder, client: str, action: Action, at_ns: int, server: str, value: int) -> None:
    """Add what a watcher was answered."""
    recorder.add(recorder.register(client, action, None), at_ns - 1, at_ns, value=value, server=server)


def test_watchers_say_who_writes_and_since_when() -> None:
    """An instance of itself, the endpoint of whom it leads to, the control plane of whom it names; not of repeats."""
    recorder = Recorder()
    tally = Tally(recorder)
    for at_ns in (10, 20):
        answered(recorder, "watcher-a", Action.OBSERVE, at_ns, "a", 1)
        answered(recorder, "watcher-b", Action.OBSERVE, at_ns, "b", 0)
        answered(recorder, "watcher-endpoint", Action.LOOKUP, at_ns, "a", 1)
        answered(recorder, "watcher-api", Action.ANNOUNCE, at_ns, "a", 3)
    first = tally.sum_up()
    assert first.said == {
        "watcher-a": Said(asked=Action.OBSERVE, writer="a", since_ns=10),
        "watcher-b": Said(asked=Action.OBSERVE, writer=None, since_ns=10),
        "watcher-endpoint": Said(asked=Action.LOOKUP, writer="a", since_ns=10),
        "watcher-api": Said(asked=Action.ANNOUNCE, writer="a", since_ns=10),
    }
    answered(recorder, "watcher-b", Action.OBSERVE, 30, "b", 1)
    answered(recorder, "watcher-endpoint", Action.LOOKUP, 31, "a", 0)
    then = tally.sum_up()
    assert then.said["watcher-b"] == Said(asked=Action.OBSERVE, writer="b", since_ns=30)
    assert then.said["watcher-endpoint"] == Said(asked=Action.LOOKUP, writer=None, since_ns=31)
    assert then.said["watcher-a"] == first.said["watcher-a"]
    assert Progress.load(json.loads(json.dumps(then.dump()))) == then


def test_a_watcher_without_an_answer_goes_on_saying_what_it_said() -> None:
    """A writer that is gone says nothing more; that somebody else writes is for others to say."""
    recorder = Recorder()
    tally = Tally(recorder)
    answered(recorder, "watcher-a", Action.OBSERVE, 10, "a", 1)
    source = recorder.register("watcher-a", Action.OBSERVE, None)
    recorder.add(source, 11, 12, Ending(Outcome.FAILED, None, Cause.REFUSED))
    assert tally.sum_up().said["watcher-a"].writer == "a"


def test_nothing_told_yet_is_nothing_done_yet() -> None:
    """A child that has not reported has no client and no watcher."""
    assert Progress.load({}) == Progress()
