"""DescribeEvents tells what happened, in AWS's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lab.control import Happening

if TYPE_CHECKING:
    from tests.lab.api.cluster import InMemory
    from tests.lab.api.conftest import Aws


def messages(aws: Aws, **asked: Any) -> list[str]:
    """Ask AWS what it tells, oldest first."""
    return [each["Message"] for each in aws.rds.describe_events(**asked)["Events"]]


def test_a_failover_is_told(aws: Aws, cluster: InMemory) -> None:
    """Its begin and its end are events of the cluster, in the category failover."""
    aws.rds.failover_db_cluster(DBClusterIdentifier="lab")
    cluster.finish_failover()
    told = aws.rds.describe_events(SourceType="db-cluster", SourceIdentifier="lab", EventCategories=["failover"])
    assert [each["Message"] for each in told["Events"]] == [
        "Started cross AZ failover to DB instance: lab-b",
        "Completed failover to DB instance: lab-b",
    ]
    first = told["Events"][0]
    assert first["EventCategories"] == ["failover"]
    assert first["SourceIdentifier"] == "lab"
    assert first["SourceArn"] == "arn:aws:rds:us-east-1:123456789012:cluster:lab"
    assert abs(datetime.now(UTC) - first["Date"]) < timedelta(seconds=10)


def test_moments_are_told_to_the_microsecond_and_in_utc(aws: Aws, cluster: InMemory) -> None:
    """An event's time survives the way through XML, whatever zone it was told in."""
    at = datetime.now(UTC).astimezone()
    cluster.tell(Happening.RESTARTED, "lab-a", at=at)
    assert aws.rds.describe_events()["Events"][0]["Date"] == at


@pytest.mark.parametrize(
    ("happening", "same_zone", "message"),
    [
        (Happening.FAILOVER_STARTED, True, "Started same AZ failover to DB instance: lab-c"),
        (
            Happening.FAILOVER_FAILED,
            False,
            "Cluster failover failed, check the health of your cluster instances and try again.",
        ),
    ],
)
def test_every_happening_has_its_words(
    aws: Aws, cluster: InMemory, happening: Happening, *, same_zone: bool, message: str
) -> None:
    """A failover within a zone, and one that failed, are told as such."""
    cluster.tell(happening, "lab-c", same_zone=same_zone)
    assert messages(aws, SourceType="db-cluster") == [message]


def test_instances_tell_of_themselves(aws: Aws, cluster: InMemory) -> None:
    """Shutting down and restarting are events of the instance, in the category availability."""
    cluster.tell(Happening.SHUT_DOWN, "lab-a")
    cluster.tell(Happening.RESTARTED, "lab-a")
    cluster.tell(Happening.RESTARTED, "lab-b")
    asked = {"SourceType": "db-instance", "SourceIdentifier": "lab-a", "EventCategories": ["availability"]}
    assert messages(aws, **asked) == ["DB instance shutdown", "DB instance restarted"]
    assert messages(aws, **asked | {"EventCategories": ["failover"]}) == []
    assert len(messages(aws)) == 3


def test_only_the_window_is_told(aws: Aws, cluster: InMemory) -> None:
    """The last hour by default; Duration, StartTime and EndTime choose another."""
    now = datetime.now(UTC)
    for hours in (30, 3, 0):
        cluster.tell(Happening.RESTARTED, f"lab-{hours}", at=now - timedelta(hours=hours))

    def who(**asked: Any) -> list[str]:
        return [each["SourceIdentifier"] for each in aws.rds.describe_events(**asked)["Events"]]

    assert who() == ["lab-0"]
    assert who(Duration=240) == ["lab-3", "lab-0"]
    assert who(StartTime=now - timedelta(hours=31)) == ["lab-30", "lab-3", "lab-0"]
    assert who(StartTime=now - timedelta(hours=31), Duration=120) == ["lab-30"]
    assert who(StartTime=now - timedelta(hours=31), EndTime=now - timedelta(hours=1)) == ["lab-30", "lab-3"]
    assert who(EndTime=now - timedelta(hours=2), Duration=90) == ["lab-3"]


def test_pages_follow_each_other(aws: Aws, cluster: InMemory) -> None:
    """Every event is told once, over as many pages as are needed, also while more happen."""
    for number in range(45):
        cluster.tell(Happening.RESTARTED, f"lab-{number}")
    pages = iter(aws.rds.get_paginator("describe_events").paginate(PaginationConfig={"PageSize": 20}))
    first = next(pages)
    assert len(first["Events"]) == 20
    cluster.tell(Happening.RESTARTED, "lab-45")
    rest = [each for page in pages for each in page["Events"]]
    names = [each["SourceIdentifier"] for each in first["Events"] + rest]
    assert sorted(set(names)) == sorted(names)
    assert names[:45] == [f"lab-{number}" for number in range(45)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"SourceIdentifier": "lab"}, "InvalidParameterCombination"),
        ({"Duration": 0}, "InvalidParameterValue"),
        ({"Duration": 20161}, "InvalidParameterValue"),
        ({"MaxRecords": 5}, "InvalidParameterValue"),
        ({"Marker": "x"}, "InvalidParameterValue"),
        (
            {"StartTime": datetime(2030, 1, 2, tzinfo=UTC), "EndTime": datetime(2030, 1, 1, tzinfo=UTC)},
            "InvalidP",
        ),
    ],
)
def test_what_aws_refuses_is_refused(aws: Aws, asked: dict[str, Any], code: str) -> None:
    """A wrong question gets no answer that could be taken for one."""
    with pytest.raises(ClientError, match=code):
        aws.rds.describe_events(**asked)
