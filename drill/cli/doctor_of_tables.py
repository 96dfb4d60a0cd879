"""What `drill doctor` looks at where tables are named: credentials, permissions, tags, replicas, faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from drill.errors import TargetError
from drill.targets.dynamodb import Tables
from drill.targets.rail import ALLOWED, TAG

FAULTS = (
    "aws:dynamodb:global-table-pause-replication",
    "lab:throttle-tables",
    "lab:delay-tables",
    "lab:fail-tables",
    "lab:drop-tables",
    "lab:silence-tables",
    "lab:silence-region",
)

Look = Callable[[], str]


def looks(target: Tables) -> Iterator[tuple[str, Look]]:
    """What to look at, in the order in which a run needs it; nothing is changed."""
    yield "credentials of AWS", lambda: str(target.client("sts").get_caller_identity()["Arn"])
    yield "tables", lambda: ", ".join(target.tables) or "none named: the run makes its own, and inspects nothing"
    for table in target.tables:
        yield f"dynamodb:DescribeTable {table}", partial(_status, target, table)
        yield f"tag {TAG}={ALLOWED} of {table}", partial(_tag, target, table)
        yield f"replica of {table}", partial(_replica, target, table)
    yield "cloudwatch:DescribeAlarms", lambda: _alarms(target)
    yield "application-autoscaling:DescribeScalableTargets", lambda: _targets(target)
    yield "budgets:ViewBudget", lambda: _budgets(target)
    yield "fis:ListActions", lambda: _faults(target)


def _status(target: Tables, table: str) -> str:
    found = target.describe(table)
    return f"{found['TableStatus']}, {found.get('ItemCount', 0):,} items"


def _tag(target: Tables, table: str) -> str:
    if target.tags(table).get(TAG) != ALLOWED:
        raise TargetError(f"the table may not be broken yet; if it may: {target.allow_command(table)}")
    return "set"


def _replica(target: Tables, table: str) -> str:
    if target.replica_region is None:
        return "not tried: no replica_region is named; region loss will be skipped"
    target.describe(table, region=target.replica_region)
    return target.replica_region


def _alarms(target: Tables) -> str:
    with target.asking("cloudwatch:DescribeAlarms"):
        pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate()
        return f"{sum(len(page.get('MetricAlarms', ())) for page in pages)} alarms told"


def _targets(target: Tables) -> str:
    with target.asking("application-autoscaling:DescribeScalableTargets"):
        client = target.client("application-autoscaling")
        pages = client.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="dynamodb")
        return f"{sum(len(page['ScalableTargets']) for page in pages)} targets told"


def _budgets(target: Tables) -> str:
    account = target.client("sts").get_caller_identity()["Account"]
    with target.asking("budgets:ViewBudget"):
        return f"{len(target.client('budgets').describe_budgets(AccountId=account).get('Budgets', ()))} budgets told"


def _faults(target: Tables) -> str:
    offered = [action for action in FAULTS if target.can(action)]
    return f"offers {', '.join(offered)}" if offered else "no faults here; experiments with load of our own remain"
