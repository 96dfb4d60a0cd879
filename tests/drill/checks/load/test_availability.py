"""Where endpoints lead, how far readers are behind, and what a failover needs of a cluster."""

from __future__ import annotations

import polars as pl
import pytest

from drill.checks.load import (
    at_a_glance,
    endpoints_lead_right,
    has_a_reader_in_another_zone,
    readers_can_be_promoted,
    readers_lag_within,
    spans_zones,
)
from drill.history import Anchor, History
from drill.tables import typed_table
from drill.verdict import Check, Ruling, Verdict, judge

NOTHING = pl.DataFrame()
ANCHOR = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)
HELD, BROKEN, UNDECIDED = Ruling.HELD, Ruling.BROKEN, Ruling.UNDECIDED


def judged(check: Check, **tables: list[dict[str, object]]) -> Verdict:
    """The verdict on these tables alone."""
    typed = {name: typed_table(name, rows) for name, rows in tables.items()}
    return judge(check, History.of(NOTHING, anchor=ANCHOR, tables=typed))


def cluster(*instances: tuple[str, str, int]) -> list[dict[str, object]]:
    """What the control plane says of instances by zone and tier; the first one writes."""
    rows: list[dict[str, object]] = [{"subject": "cluster", "name": "DBClusterIdentifier", "value": "orders"}]
    for number, (name, zone, tier) in enumerate(instances):
        said = {
            "DBInstanceStatus": "available",
            "AvailabilityZone": zone,
            "IsClusterWriter": str(number == 0).lower(),
            "PromotionTier": str(tier),
        }
        rows += [{"subject": name, "name": key, "value": value} for key, value in said.items()]
    return rows


A, B, C = ("a", "zone-1", 1), ("b", "zone-2", 1), ("c", "zone-1", 15)


@pytest.mark.parametrize(
    ("check", "instances", "ruling", "because"),
    [
        (spans_zones(2), (A, B, C), HELD, "3 instances in 2 zones: zone-1 and zone-2"),
        (spans_zones(2), (A, C), BROKEN, "2 instances in 1 zone: zone-1"),
        (spans_zones(2), (), UNDECIDED, "names no instance"),
        (has_a_reader_in_another_zone(), (A, B), HELD, "b stand in other zones than the writer a"),
        (has_a_reader_in_another_zone(), (A, C), BROKEN, "c stand in the writer's own zone"),
        (has_a_reader_in_another_zone(), (A,), BROKEN, "has no reader: there is nobody to fail over to"),
        (readers_can_be_promoted(), (A, B, C), HELD, "b: tier 1 and c: tier 15"),
        (readers_can_be_promoted(), (A, C), BROKEN, "nobody is to be promoted: c: tier 15"),
        (readers_can_be_promoted(), (A,), BROKEN, "nobody is to be promoted: no reader"),
    ],
)
def test_what_a_failover_needs(
    check: Check, instances: tuple[tuple[str, str, int], ...], ruling: Ruling, because: str
) -> None:
    """Two zones, a reader in another one than the writer, and a tier that is not the last; a command mends it."""
    verdict = judged(check, settings=cluster(*instances))
    assert verdict.ruling is ruling, verdict.because
    assert because in verdict.because
    if ruling is BROKEN and instances != (A,):
        assert any(line.startswith("aws rds ") for line in verdict.evidence)


def ping(endpoint: str, server: str | None, *, in_recovery: bool = True) -> dict[str, object]:
    """A connection that was tried."""
    return {"endpoint": endpoint, "server": server, "in_recovery": in_recovery, "error": None if server else "refused"}


RIGHT = [ping("writer", "a", in_recovery=False), ping("reader", "b"), ping("a", "a", in_recovery=False), ping("b", "b")]


@pytest.mark.parametrize(
    ("pings", "ruling", "because"),
    [
        (RIGHT, HELD, "4 connections to 4 endpoints led where they should"),
        ([*RIGHT, ping("reader", "a", in_recovery=False)], HELD, "led where they should"),  # another promise's affair
        ([*RIGHT, ping("writer", "b")], BROKEN, "1 of 5 connections went wrong: writer: answered by b, which is in"),
        ([*RIGHT, ping("b", "a")], BROKEN, "b: answered by a"),
        ([*RIGHT, ping("reader", None)], BROKEN, "reader: refused"),
        ([], UNDECIDED, "no connection was tried"),
    ],
)
def test_endpoints_lead_right(pings: list[dict[str, object]], ruling: Ruling, because: str) -> None:
    """The writer endpoint leads to who writes, an instance's own to itself; who does not answer is wrong, too."""
    verdict = judged(endpoints_lead_right(), pings=pings)
    assert (verdict.ruling, because in verdict.because) == (ruling, True), verdict.because


def looks(instance: str, *lags_ms: float | None, answers: bool = True) -> list[dict[str, object]]:
    """Looks at a reader, one after the other."""
    return [
        {"at_ns": number, "instance": instance, "answers": answers, "lag_ms": lag} for number, lag in enumerate(lags_ms)
    ]


@pytest.mark.parametrize(
    ("lags", "ruling", "because"),
    [
        (looks("b", *[10.0] * 40) + looks("c", *[20.0] * 40), HELD, "2 readers lagged by 20 ms at most"),
        (looks("b", *[10.0] * 38, 5000.0, 5000.0), HELD, "1 reader"),
        (looks("b", *[10.0] * 37, 5000.0, 5000.0, 5000.0), BROKEN, "1 of 1 reader lagged by more than 1 s"),
        (looks("b", *[10.0] * 40) + looks("c", *[None] * 40, answers=False), BROKEN, "1 of 2 readers"),
        (looks("b", *[None] * 40), UNDECIDED, "never told"),
        (looks("b", *[10.0] * 5), UNDECIDED, "looked at 20 times"),
        ([], UNDECIDED, "looked at 20 times"),
    ],
)
def test_readers_lag_within(lags: list[dict[str, object]], ruling: Ruling, because: str) -> None:
    """In nineteen of twenty looks each reader answers, and is no further behind than allowed."""
    verdict = judged(readers_lag_within(1.0), lags=lags)
    assert (verdict.ruling, because in verdict.because) == (ruling, True), verdict.because


def test_a_glance_at_nothing() -> None:
    """Without a load there is nothing to see, and without a fault no before and after."""
    history = History.of(NOTHING, anchor=ANCHOR)
    assert at_a_glance(history) == {}
    asked = typed_table("requests", [{"pattern": "read", "due_ns": 1, "completed_ns": 2, "outcome": "ok"}])
    assert at_a_glance(History.of(NOTHING, anchor=ANCHOR, tables={"requests": asked})) == {"requests": 1}
