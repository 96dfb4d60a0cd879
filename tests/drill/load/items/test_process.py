"""The load on tables as a whole, in a process of its own, against an endpoint that speaks the real protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import psutil
import pytest

from drill.errors import ProbeError
from drill.load.items.plan import ItemPlan
from drill.load.items.process import running
from drill.load.schedule import Step
from scenarios.items.shop import PATTERNS, REGISTER
from tests.drill.application.dynamodb.endpoint import Endpoint, Heard, Reply, listening
from tests.drill.load.items.applications import WHERE
from tests.drill.probes.server import wait_until

TABLES = {"shop": "drill-1-shop", "accounts": "accounts", "ledger": "ledger"}
KEY = {"shop": "pk", "accounts": "account", "ledger": "transfer"}


def _answers(heard: Heard) -> Reply:
    """Everything is there, and everything is done."""
    if heard.operation == "DescribeTable":
        name = heard.body["TableName"].removeprefix("drill-1-")
        if name not in KEY:
            return 400, {"__type": "x#ResourceNotFoundException", "message": "no such table"}
        return 200, {"Table": {"KeySchema": [{"AttributeName": KEY[name], "KeyType": "HASH"}]}}
    return 200, {}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """One that says yes."""
    with listening(_answers) as endpoint:
        yield endpoint


def plan(endpoint: Endpoint, **changes: Any) -> ItemPlan:
    """Two seconds at 60 requests a second, and some transfers."""
    whole = ItemPlan(
        place=endpoint.place(),
        patterns=(*PATTERNS, REGISTER),
        tables=TABLES,
        steps=(Step(rate_per_s=60, lasts_s=2.0),),
        transfers_per_s=15,
        run="r",
    )
    return replace(whole, **changes)


def test_a_plan_survives_its_way_to_the_child(endpoint: Endpoint) -> None:
    """Nested arguments, parameters and all."""
    whole = plan(endpoint)
    assert ItemPlan.load(whole.dump()) == whole


def test_everything_is_noted(endpoint: Endpoint) -> None:
    """Requests, the calls that they became, the values that they wrote, transfers, and the steps."""
    with running(plan(endpoint)) as load:
        tables = load.result()
    requests, calls, written = tables["requests"], tables["calls"], tables["written"]
    assert set(requests["outcome"]) == {"ok"}
    assert set(requests["server"]) == {"us-east-1"}
    assert len(calls.filter(pl.col("request").is_not_null())) == len(requests) > 80
    reading = requests.filter(endpoint="reader")["pattern"].cast(pl.String).unique().sort().to_list()
    assert reading == ["customer-profile", "open-orders", "order-details", "orders-of-customer"]
    counts = requests.group_by("pattern").len().select(pl.col("pattern").cast(pl.String), "len").rows()
    sent = calls.group_by("pattern").len().select(pl.col("pattern").cast(pl.String), "len").rows()
    assert dict(counts) == dict(sent)
    assert len(tables["transfers"]) == dict(counts)["transfer"]
    assert set(written["table"]) == {"drill-1-shop"}
    assert set(written["region"]) == {"us-east-1"}
    registers = written.filter(pl.col("item").str.starts_with("register#"))
    assert registers["value"].is_unique().all()
    assert set(registers["request"]) == set(registers["value"])
    assert tables["settings"]["subject"].to_list() == ["stage-00"] * 3
    assert calls.filter(operation="GetItem")["partition"].str.starts_with("customer#").all()
    late_ms = (requests["begun_ns"] - requests["due_ns"]) / 1e6
    assert late_ms.min() >= 0
    assert late_ms.median() < 5.0


def test_a_teams_own_client_in_threads_of_asyncio(endpoint: Endpoint) -> None:
    """Its calls belong to their requests."""
    with running(plan(endpoint, application=f"{WHERE}:plain", transfers_per_s=0)) as load:
        tables = load.result()
    assert set(tables["calls"]["request"]) == set(tables["calls"]["request"].drop_nulls())
    assert len(tables["calls"]) == len(tables["requests"])


def test_threads_that_are_stuck_keep_nothing_up(endpoint: Endpoint) -> None:
    """What is never answered is noted as unknown, and the process ends."""
    stuck = plan(endpoint, application=f"{WHERE}:stuck", transfers_per_s=0, steps=(Step(rate_per_s=60, lasts_s=0.3),))
    with running(stuck) as load:
        began_s = time.monotonic()
        requests = load.result()["requests"]
        assert time.monotonic() - began_s < 12
        assert not psutil.pid_exists(load.pid)
    assert set(requests["outcome"]) == {"unknown"}
    assert set(requests["code"]) == {"never answered"}


def test_stop_ends_it_early(endpoint: Endpoint) -> None:
    """What it saw until then is there."""
    with running(plan(endpoint, steps=(Step(rate_per_s=60, lasts_s=60.0),))) as load:
        wait_until(lambda: load.progress().ok > 30, "thirty answers")
        assert load.progress().p95_ms is not None
        requests = load.stop()["requests"]
    assert len(requests) >= 30


def test_a_table_that_is_not_there_is_one_line(endpoint: Endpoint) -> None:
    """It is told before anything is asked."""
    unknown = plan(endpoint, tables={**TABLES, "shop": "drill-1-shoop"})
    why = "the tables drill-1-shoop, accounts, ledger could not be described"
    with pytest.raises(ProbeError, match=why), running(unknown):
        pytest.fail("there was nothing to run")
    assert set(endpoint.operations()) == {"DescribeTable"}
