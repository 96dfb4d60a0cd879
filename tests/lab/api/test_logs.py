"""Log files as RDS tells of them: real ones, a portion at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lab.api.logs import LARGEST, MOST_LINES, portion
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import Aws

NAME = "error/postgresql.log.2026-11-22-1400"


@pytest.fixture
def log(cluster: InMemory, tmp_path: Path) -> Path:
    """A log file of the writer, as yet empty."""
    cluster.logs = tmp_path
    path = tmp_path / "lab-a" / NAME
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_files_are_told_with_their_size_and_last_moment(aws: Aws, log: Path) -> None:
    """By their path below the instance's folder; other instances have none yet."""
    log.write_text("one\n")
    os.utime(log, (1_700_000_000.5, 1_700_000_000.5))
    told = aws.rds.describe_db_log_files(DBInstanceIdentifier="lab-a")["DescribeDBLogFiles"]
    assert told == [{"LogFileName": NAME, "LastWritten": 1_700_000_000_500, "Size": 4}]
    assert aws.rds.describe_db_log_files(DBInstanceIdentifier="lab-b")["DescribeDBLogFiles"] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"FilenameContains": "2026-11-22"}, True),
        ({"FilenameContains": "2026-11-23"}, False),
        ({"FileLastWritten": 1_700_000_000_500}, True),
        ({"FileLastWritten": 1_700_000_000_501}, False),
        ({"FileSize": 4}, True),
        ({"FileSize": 5}, False),
    ],
    ids=str,
)
def test_only_the_files_that_are_asked_for_are_told(aws: Aws, log: Path, asked: dict[str, object], found: bool) -> None:  # noqa: FBT001 - a table
    """By a part of the name, the last moment, the size."""
    log.write_text("one\n")
    os.utime(log, (1_700_000_000.5, 1_700_000_000.5))
    told = aws.rds.describe_db_log_files(DBInstanceIdentifier="lab-a", **asked)["DescribeDBLogFiles"]
    assert bool(told) is found


def test_files_are_told_page_by_page(aws: Aws, log: Path) -> None:
    """Each on one page, whatever their number."""
    names = [f"postgresql.log.2026-11-22-{hour:02}00" for hour in range(5)]
    for name in names:
        (log.parent / name).touch()
    pages = aws.rds.get_paginator("describe_db_log_files").paginate(
        DBInstanceIdentifier="lab-a", FilenameContains="-0", MaxRecords=2
    )
    told = [[each["LogFileName"] for each in page["DescribeDBLogFiles"]] for page in pages]
    assert [len(each) for each in told] == [2, 2, 1]
    assert [name for page in told for name in page] == [f"error/{name}" for name in names]


def test_a_file_is_downloaded_portion_by_portion(aws: Aws, log: Path) -> None:
    """In blocks of lines, each answer with where the next begins."""
    log.write_text("".join(f"line {number}\n" for number in range(5)))
    asked = {"DBInstanceIdentifier": "lab-a", "LogFileName": NAME, "NumberOfLines": 2}
    first = aws.rds.download_db_log_file_portion(**asked, Marker="0")
    assert first["LogFileData"] == "line 0\nline 1\n"
    assert first["AdditionalDataPending"] is True
    second = aws.rds.download_db_log_file_portion(**asked, Marker=first["Marker"])
    assert second["LogFileData"] == "line 2\nline 3\n"
    third = aws.rds.download_db_log_file_portion(**asked, Marker=second["Marker"])
    assert third["LogFileData"] == "line 4\n"
    assert third["AdditionalDataPending"] is False


def test_without_a_marker_the_last_lines_are_given(aws: Aws, log: Path) -> None:
    """As many as are asked for."""
    log.write_text("".join(f"line {number}\n" for number in range(5)))
    found = aws.rds.download_db_log_file_portion(DBInstanceIdentifier="lab-a", LogFileName=NAME, NumberOfLines=2)
    assert found["LogFileData"] == "line 3\nline 4\n"
    assert found["AdditionalDataPending"] is False


def test_what_xml_cannot_hold_is_replaced(aws: Aws, log: Path) -> None:
    """A statement may hold anything."""
    log.write_bytes(b"a\x1b[1mb\xff<&>\n")
    found = aws.rds.download_db_log_file_portion(DBInstanceIdentifier="lab-a", LogFileName=NAME, Marker="0")
    assert found["LogFileData"] == "a\ufffd[1mb\ufffd<&>\n"


@pytest.mark.parametrize("name", ["error/other", "../lab-b/secret", "/etc/passwd", "error/../../lab-b/secret", ""])
def test_a_file_that_is_none_is_not_found(aws: Aws, log: Path, name: str) -> None:
    """And no name leads out of the folder."""
    other = log.parents[2] / "lab-b"
    other.mkdir()
    (other / "secret").write_text("x")
    with pytest.raises(ClientError, match="DBLogFileNotFoundFault"):
        aws.rds.download_db_log_file_portion(DBInstanceIdentifier="lab-a", LogFileName=name)


@pytest.mark.parametrize("marker", ["-1", "one", "1:2"])
def test_a_marker_of_somebody_else_is_refused(aws: Aws, log: Path, marker: str) -> None:
    """It is none that an answer gave."""
    assert log.exists()
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        aws.rds.download_db_log_file_portion(DBInstanceIdentifier="lab-a", LogFileName=NAME, Marker=marker)


@pytest.mark.parametrize("call", ["describe_db_log_files", "download_db_log_file_portion"])
def test_an_instance_that_is_none_has_no_log(aws: Aws, call: str) -> None:
    """AWS says so by DBInstanceNotFound."""
    name = {"LogFileName": NAME} if call.startswith("download") else {}
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        getattr(aws.rds, call)(DBInstanceIdentifier="nobody", **name)


@given(st.lists(st.text("abc\u00e4", max_size=9)), st.none() | st.integers(1, 5))
def test_all_portions_together_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], most: int
) -> None:
    """However many lines each has."""
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_text("".join(f"{line}\n" for line in lines))
    found, marker, pending = "", "0", True
    while pending:
        part = portion(path, marker=marker, lines=most)
        found, marker, pending = found + part.data, part.marker, part.pending
    assert found == path.read_text()


def test_a_portion_is_of_1_mb_and_ends_with_a_line(tmp_path: Path) -> None:
    """From the beginning as from the end."""
    path = tmp_path / "log"
    path.write_text("".join(f"{number:099}\n" for number in range(30_000)))
    first = portion(path, marker="0")
    assert LARGEST - 100 < len(first.data) <= LARGEST
    assert first.data.endswith("\n")
    assert first.pending
    last = portion(path)
    assert len(last.data.splitlines()) == MOST_LINES
    assert last.data.endswith(f"{29_999:099}\n")
    many = portion(path, lines=100_000)
    assert LARGEST - 100 <= len(many.data) <= LARGEST
    assert {len(each) for each in many.data.splitlines()} == {99}
