"""What servers logged in a window is gathered by RDS's own calls, and what is missing of it is said."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from drill.targets.aurora import Aurora
from drill.targets.logs import LAST_LINES, WHOLE_BYTES, server_log
from tests.lab.api.cluster import InMemory

SINCE = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
UNTIL = SINCE + timedelta(seconds=30)
NAME = "error/postgresql.log.2026-11-22-1400"


@pytest.fixture
def logs(cluster: InMemory, tmp_path: Path) -> Iterator[Path]:
    """Where the instances' log files lie."""
    before, cluster.logs = cluster.logs, tmp_path
    yield tmp_path
    cluster.logs = before


def write(logs: Path, instance: str, text: str, *, name: str = NAME, at: datetime = UNTIL) -> None:
    """Have an instance log something."""
    path = logs / instance / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at.timestamp(), at.timestamp()))


def line(after_s: float, text: str) -> str:
    """A line of a log, so many seconds after the window began."""
    moment = SINCE + timedelta(seconds=after_s)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC [1] {text}\n"


def remarks(log: str) -> list[str]:
    """Its lines that are ours."""
    return [each for each in log.splitlines() if each.startswith("#")]


def said(log: str) -> list[tuple[str, str]]:
    """By whom, and what, without the moment."""
    lines = (each.partition(" | ") for each in log.splitlines() if not each.startswith("#"))
    return [(instance, text.partition("[1] ")[2] or text) for instance, _, text in lines]


def test_lines_of_all_instances_stand_in_order(aurora: Aurora, logs: Path) -> None:
    """Each after its instance's name; those of one moment in the order in which they were written."""
    write(logs, "lab-a", line(1, "ERROR:  first") + line(1, "STATEMENT:  SELECT 1,") + "\t2\n" + line(9, "LOG:  last"))
    write(logs, "lab-b", line(1, "LOG:  b") + line(5, "LOG:  between"))
    log = server_log(aurora, SINCE, UNTIL)
    assert said(log) == [
        ("lab-a", "ERROR:  first"),
        ("lab-a", "STATEMENT:  SELECT 1,"),
        ("lab-a", "\t2"),
        ("lab-b", "LOG:  b"),
        ("lab-b", "LOG:  between"),
        ("lab-a", "LOG:  last"),
    ]
    assert remarks(log) == [
        "# server log of lab-a, lab-b, lab-c from 2026-11-22 14:29:58.000 UTC to 2026-11-22 14:30:32.000 UTC"
    ]


def test_what_lies_outside_of_the_window_is_left_out(aurora: Aurora, logs: Path) -> None:
    """With two seconds of margin, since Aurora writes whole seconds; a file that was not touched since is not read."""
    write(logs, "lab-a", line(-3, "before") + line(-1, "just before") + line(31, "just after") + line(33, "after"))
    old = SINCE - timedelta(hours=1)
    write(logs, "lab-a", line(1, "of an old file"), name="error/postgresql.log.2026-11-22-1300", at=old)
    write(logs, "lab-a", line(1, "csv"), name="error/postgresql.log.2026-11-22-1400.csv")
    assert said(server_log(aurora, SINCE, UNTIL)) == [("lab-a", "just before"), ("lab-a", "just after")]


def test_a_window_across_the_hour_is_read_from_both_files(aurora: Aurora, logs: Path) -> None:
    """The older file first."""
    write(logs, "lab-a", line(1, "old"), at=SINCE + timedelta(seconds=1))
    write(logs, "lab-a", line(2, "new"), name="error/postgresql.log.2026-11-22-1500")
    assert said(server_log(aurora, SINCE, UNTIL)) == [("lab-a", "old"), ("lab-a", "new")]


def test_a_file_of_several_portions_is_read_to_its_end(aurora: Aurora, logs: Path) -> None:
    """A portion is 1 MB; nothing is lost between two."""
    many = "".join(line(number / 1000, f"LOG:  {number:05} {'x' * 100}") for number in range(20_000))
    assert 2 << 20 < len(many) <= WHOLE_BYTES
    write(logs, "lab-a", many)
    log = server_log(aurora, SINCE, UNTIL, max_bytes=1 << 23)
    assert [int(text.split()[1]) for _, text in said(log)] == list(range(20_000))


def test_of_a_large_file_only_the_end_is_read_and_that_is_said(aurora: Aurora, logs: Path) -> None:
    """The end of the window is at the end of the file; downloading all would trouble the instance."""
    count = 45_000
    many = "".join(line(30 * number / count, f"LOG:  {number:05} {'x' * 60}") for number in range(count))
    assert len(many) > WHOLE_BYTES
    write(logs, "lab-a", many)
    log = server_log(aurora, SINCE, UNTIL, max_bytes=1 << 23)
    numbers = [int(text.split()[1]) for _, text in said(log)]
    assert numbers == list(range(numbers[0], count))
    assert 1000 < len(numbers) <= LAST_LINES
    assert len(remarks(log)) == 2
    assert remarks(log)[1].startswith(f"# lab-a: {NAME} is large; what it holds before 2026-11-22 14:30:")


def test_a_large_file_whose_end_covers_the_window_is_not_complained_about(aurora: Aurora, logs: Path) -> None:
    """An hour of a busy server, of which the window is the last."""
    hour = "".join(line(-3600 + number * 3600 / 70_000, f"LOG:  {'x' * 40}") for number in range(70_000))
    assert len(hour) > WHOLE_BYTES
    write(logs, "lab-a", hour + line(1, "LOG:  now"))
    log = server_log(aurora, SINCE, UNTIL)
    assert len(remarks(log)) == 1
    assert said(log)[-1] == ("lab-a", "LOG:  now")


def test_what_is_too_long_is_cut_off_and_that_is_said(aurora: Aurora, logs: Path) -> None:
    """Whole lines within the limit, and how many are missing."""
    write(logs, "lab-a", "".join(line(number, f"LOG:  {number}") for number in range(30)))
    log = server_log(aurora, SINCE, UNTIL, max_bytes=700)
    kept = said(log)
    assert 0 < len(kept) < 30
    assert len(log.encode()) < 700 + 200
    assert log.splitlines()[-1] == (
        f"# cut off at 2026-11-22 14:30:{len(kept):02}.000 UTC, after 700 bytes: "
        f"{30 - len(kept)} lines more until 2026-11-22 14:30:29.000 UTC"
    )


def test_where_nothing_was_logged_that_is_said(aurora: Aurora, logs: Path) -> None:
    """An empty file might be one that could not be had."""
    assert logs.exists()
    assert remarks(server_log(aurora, SINCE, UNTIL))[1:] == ["# nothing was logged in that time"]


class Refusing:
    """RDS's client, by which one call for one instance is refused or late; all others are as ever."""

    def __init__(self, rds: Any, instance: str, refuse: Any) -> None:
        self._rds, self._instance, self._refuse = rds, instance, refuse

    def __getattr__(self, name: str) -> Any:
        """As ever."""
        return getattr(self._rds, name)

    def download_db_log_file_portion(self, **asked: Any) -> Any:
        """Refuse it, if it is about the instance."""
        if asked["DBInstanceIdentifier"] == self._instance:
            self._refuse()
        return self._rds.download_db_log_file_portion(**asked)


def refusing(aurora: Aurora, instance: str, refuse: Any) -> Aurora:
    """The same target, one instance of which gives no log."""
    other = replace(aurora)
    object.__setattr__(other, "rds", Refusing(aurora.rds, instance, refuse))
    return other


def denied() -> None:
    """What AWS says to whom it does not allow it."""
    said = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform"}}
    raise ClientError(said, "DownloadDBLogFilePortion")  # type: ignore[arg-type]


def test_an_instance_that_gives_no_log_is_named_with_the_reason(aurora: Aurora, logs: Path) -> None:
    """And the others' logs are there."""
    for instance in ("lab-a", "lab-b"):
        write(logs, instance, line(1, "LOG:  x"))
    log = server_log(refusing(aurora, "lab-b", denied), SINCE, UNTIL)
    assert said(log) == [("lab-a", "LOG:  x")]
    (remark,) = remarks(log)[1:]
    assert remark.startswith("# lab-b: no log: rds:DownloadDBLogFilePortion for lab-b at http://127.0.0.1:")
    assert remark.endswith("allow rds:DownloadDBLogFilePortion to who runs this")


def test_nothing_that_an_answer_holds_fails_a_run(aurora: Aurora, logs: Path) -> None:
    """Not even what nobody thought of."""
    write(logs, "lab-b", line(1, "LOG:  x"))

    def broken() -> None:
        raise KeyError("LogFileData")

    assert "# lab-b: no log: KeyError: 'LogFileData'" in server_log(refusing(aurora, "lab-b", broken), SINCE, UNTIL)


def test_an_instance_that_is_late_is_not_waited_for(aurora: Aurora, logs: Path) -> None:
    """The others' logs are there in time."""
    for instance in ("lab-a", "lab-b"):
        write(logs, instance, line(1, "LOG:  x"))
    never = threading.Event()
    began_s = time.monotonic()
    log = server_log(refusing(aurora, "lab-b", lambda: never.wait(20)), SINCE, UNTIL, deadline_s=1.0)
    took_s = time.monotonic() - began_s
    never.set()
    assert said(log) == [("lab-a", "LOG:  x")]
    assert remarks(log)[1:] == ["# lab-b: no log: RDS did not answer within 1 s"]
    assert took_s < 10


def test_a_cluster_that_is_not_there_has_no_log(aurora: Aurora) -> None:
    """It says which, and raises nothing."""
    other = replace(aurora, cluster="gone")
    log = server_log(other, SINCE, UNTIL)
    assert log.startswith("# no server log: rds:DescribeDBClusters for gone at http://127.0.0.1:")
    assert log.count("\n") == 1
