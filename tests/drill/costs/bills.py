"""What bills rest on, told in seconds: tables, a cluster, their calls and metrics. Nothing is drawn by chance."""

from __future__ import annotations

import json
from typing import Any

from tests.drill.checks.load.stories import LoadStory, quiet
from tests.drill.histories import ns, steps

HOME = "us-east-1"
STEADY_S, HEALED_S, END_S = 4.0, 8.0, 12.0


def setting(story: LoadStory, subject: str, **values: str | None) -> LoadStory:
    """Rows of `settings`, whose names are AWS's; a dot in a name is written as two underscores."""
    for name, value in values.items():
        story.row("settings", subject=subject, name=name.replace("__", "."), value=value)
    return story


def home(story: LoadStory | None = None) -> LoadStory:
    """Where tables were asked for."""
    return setting(story or LoadStory(quiet(healed_s=HEALED_S).story), "tables", Region=HOME)


def on_demand(story: LoadStory, name: str = "orders", *, cap: str = "4000", **more: str | None) -> LoadStory:
    """A table that is paid for by use, with caps."""
    told: dict[str, str | None] = {
        "TableStatus": "ACTIVE",
        "BillingMode": "PAY_PER_REQUEST",
        "ReadCapacityUnits": "0",
        "WriteCapacityUnits": "0",
        "MaxReadRequestUnits": cap,
        "MaxWriteRequestUnits": cap,
        "TableSizeBytes": "0",
        "PointInTimeRecovery": "DISABLED",
        "Replicas": "none",
        "Alarms": "0",
    }
    return setting(story, name, **told | more)


def provisioned(
    story: LoadStory, name: str = "sessions", *, reads: int = 40, writes: int = 40, **more: str | None
) -> LoadStory:
    """A table that is paid for while it is there."""
    told: dict[str, str | None] = {
        "BillingMode": "PROVISIONED",
        "ReadCapacityUnits": str(reads),
        "WriteCapacityUnits": str(writes),
        "MaxReadRequestUnits": "none",
        "MaxWriteRequestUnits": "none",
    }
    return on_demand(story, name, **told | more)


def alarm(story: LoadStory, subject: str, name: str, **more: Any) -> LoadStory:
    """An alarm that is on and tells somebody."""
    told = {"name": name, "metric": name, "enabled": True, "actions": ["arn:aws:sns:us-east-1:1:me"], **more}
    return setting(story, subject, **{f"Alarm {name}": json.dumps(told)})


def calls(  # noqa: PLR0913 - what a stream of calls is
    story: LoadStory,
    *,
    table: str = "orders",
    operation: str = "GetItem",
    pattern: str | None = "order-by-id",
    rate: int = 20,
    reads: float | None = 1.0,
    writes: float | None = None,
    from_s: float = -STEADY_S,
    to_s: float = END_S,
    **more: Any,
) -> LoadStory:
    """Calls at an even pace, each a request of its own."""
    for at_s in steps(from_s, to_s, 1 / rate):
        if pattern is not None:
            story.request(at_s, pattern=pattern)
        told: dict[str, Any] = {
            "pattern": pattern,
            "operation": operation,
            "region": HOME,
            "table": table,
            "sent_ns": ns(at_s),
            "answered_ns": ns(at_s + 0.002),
            "status": 200,
            "read_units": reads,
            "write_units": writes,
        }
        story.tables.setdefault("calls", []).append(told | more)
    return story


def metric(  # noqa: PLR0913 - what a datapoint is
    story: LoadStory,
    name: str,
    value: float,
    *,
    subject: str = "orders",
    namespace: str = "AWS/DynamoDB",
    statistic: str = "Sum",
    from_s: float = -STEADY_S,
    to_s: float = END_S,
    period_s: float = 1.0,
    detail: str | None = None,
) -> LoadStory:
    """Datapoints of the same value, one a period."""
    for at_s in steps(from_s + period_s, to_s + period_s / 2, period_s):
        story.row(
            "metrics",
            at_s,
            period_s=period_s,
            namespace=namespace,
            name=name,
            subject=subject,
            detail=detail,
            region=HOME,
            statistic=statistic,
            value=value,
        )
    return story


def shop() -> LoadStory:
    """Twenty reads and ten writes a second of an on-demand table, before, under and after the fault."""
    story = calls(on_demand(home()))
    return calls(story, operation="PutItem", pattern="place-order", rate=10, reads=None, writes=2.0)


def cluster(story: LoadStory | None = None, *, storage: str = "aurora", instances: int = 3, **more: str) -> LoadStory:
    """A cluster of so many db.r6g.large."""
    story = story or LoadStory(quiet(healed_s=HEALED_S).story)
    told = {"DBClusterIdentifier": "lab", "Region": HOME, "StorageType": storage, "Alarms": "0"}
    setting(story, "cluster", **told | more)
    for letter in "abc"[:instances]:
        setting(story, letter, DBInstanceClass="db.r6g.large", DBInstanceStatus="available")
    return story


def io(story: LoadStory, per_s: float, *, from_s: float = -STEADY_S, to_s: float = END_S) -> LoadStory:
    """I/O by the server's counters, looked at twice a second."""
    for at_s in steps(from_s, to_s, 0.5):
        story.row(
            "consumption",
            service="aurora",
            resource="lab",
            item="cluster io",
            unit="million",
            quantity=per_s / 2 / 1e6,
            from_ns=ns(at_s),
            to_ns=ns(at_s + 0.5),
            source="counters",
        )
    return story


def busy(story: LoadStory, pct: float, *, instances: str = "abc") -> LoadStory:
    """CPU of instances, a datapoint a second."""
    for each in instances:
        metric(story, "CPUUtilization", pct, subject=each, namespace="AWS/RDS", statistic="Average")
    return story
