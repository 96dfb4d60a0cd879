"""What the instances of a real lab log is told by RDS, and gathered from there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from lab.processes import wait_until
from tests.lab.real import Real

pytestmark = pytest.mark.lab

NAME = r"error/postgresql\.log\.\d{4}-\d\d-\d\d-\d{4}"


def log_of(real: Real, instance: str) -> str:
    """All that an instance has logged, as RDS gives it portion by portion."""
    rds, text = real.aws.rds, ""
    for file in rds.describe_db_log_files(DBInstanceIdentifier=instance)["DescribeDBLogFiles"]:
        assert re.fullmatch(NAME, file["LogFileName"])
        asked: dict[str, Any] = {"DBInstanceIdentifier": instance, "LogFileName": file["LogFileName"]}
        pages = rds.get_paginator("download_db_log_file_portion").paginate(**asked, Marker="0")
        text += "".join(page["LogFileData"] for page in pages)
    return text


def test_what_a_client_did_wrong_stands_in_the_log_of_the_instance_that_it_asked(real: Real) -> None:
    """With the moment in UTC, to the millisecond, and with its statement; other instances know nothing of it."""
    writer = real.writer()
    assert writer is not None
    mark = f"no_such_table_{datetime.now(UTC):%H%M%S%f}"
    with pytest.raises(psycopg.errors.UndefinedTable):
        real.rows(real.lab.writer, f"SELECT 1\nFROM {mark}")
    wait_until(lambda: f"\n\tFROM {mark}" in log_of(real, writer), deadline_s=5, what="the statement in the log")
    line = next(each for each in log_of(real, writer).splitlines() if mark in each)
    moment = re.match(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC ", line)
    assert moment is not None
    at = datetime.fromisoformat(moment[1]).replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - at).total_seconds()) < 30
    assert all(mark not in log_of(real, reader) for reader in real.readers())


def test_a_log_goes_on_through_a_crash(real: Real) -> None:
    """Of the same instance, beside its data, which may be taken anew from another one."""
    writer = real.writer()
    assert writer is not None
    before = log_of(real, writer)
    real.aws.rds.reboot_db_instance(DBInstanceIdentifier=writer)
    real.await_whole()
    after = log_of(real, writer)
    assert after.startswith(before)
    assert "database system is ready to accept connections" in after[len(before) :]
