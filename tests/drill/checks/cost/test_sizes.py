"""Too large and too small: units against use, CPU against what is paid for."""

from __future__ import annotations

import polars as pl
import pytest

from drill.checks.cost import capacity_model_fits, nothing_oversized, nothing_undersized
from drill.costs import Demand
from drill.history import SCHEMA, History
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.costs.bills import busy, calls, cluster, home, io, metric, on_demand, provisioned, setting
from tests.drill.histories import ns


def used(units: int, held: int = 400) -> LoadStory:
    """So many write units a second of those held; of the reads, which are cheap, enough."""
    story = provisioned(home(), reads=5, writes=held)
    calls(story, table="sessions", reads=0.1)
    return calls(story, table="sessions", operation="PutItem", reads=None, writes=units / 20)


def test_units_at_three_per_cent_are_oversized() -> None:
    """And the cost and the remedy stand beside it."""
    verdict = nothing_oversized()(used(12).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["used_pct"] == pytest.approx(3, rel=0.05)
    assert verdict.measured["paid_usd_per_month"] == pytest.approx(400 * 730 * 0.00065)
    assert any("--billing-mode PAY_PER_REQUEST" in line for line in verdict.evidence)


def test_a_forgotten_table_is_oversized() -> None:
    """One that nobody used at all."""
    story = calls(on_demand(provisioned(home(), reads=500, writes=500)))
    assert nothing_oversized()(story.told()).ruling is Ruling.BROKEN


def test_units_in_use_are_not() -> None:
    """Sixty per cent is what they are for."""
    assert nothing_oversized()(used(240).told()).ruling is Ruling.HELD
    assert nothing_undersized()(used(240).told()).ruling is Ruling.HELD


def test_units_nearly_used_up_are_undersized() -> None:
    """At 95 % the next burst is throttled."""
    assert nothing_undersized()(used(380).told()).ruling is Ruling.BROKEN


def test_throttles_for_want_of_units_are_undersized() -> None:
    """Whatever the average is; and they are counted."""
    story = used(240)
    reasons = ["TableWriteProvisionedThroughputExceeded"]
    calls(story, table="sessions", operation="PutItem", rate=2, reads=None, status=400, reasons=reasons)
    verdict = nothing_undersized()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["throttled"] == 4


@pytest.mark.parametrize("reason", ["TableWriteKeyRangeThroughputExceeded", "TableReadAccountLimitExceeded"])
def test_a_hot_key_is_no_want_of_units(reason: str) -> None:
    """More units would not help."""
    story = used(240)
    calls(story, table="sessions", operation="PutItem", rate=2, reads=None, status=400, reasons=[reason])
    assert nothing_undersized()(story.told()).ruling is Ruling.HELD


def test_throttles_under_the_fault_are_no_want() -> None:
    """An injected overrun is not what a table is sized for."""
    story = used(240)
    reasons = ["TableWriteProvisionedThroughputExceeded"]
    calls(story, table="sessions", operation="PutItem", from_s=1, to_s=7, reads=None, status=400, reasons=reasons)
    assert nothing_undersized()(story.told()).ruling is Ruling.HELD


def test_throttles_that_only_metrics_tell_count() -> None:
    """Where no calls were recorded."""
    story = provisioned(home())
    for at_s in range(-4, 12):
        story.request(at_s)
    metric(story, "ConsumedWriteCapacityUnits", 20, subject="sessions")
    assert nothing_undersized()(story.told()).ruling is Ruling.HELD
    metric(story, "WriteThrottleEvents", 3, subject="sessions")
    assert nothing_undersized()(story.told()).ruling is Ruling.BROKEN


def test_throttles_that_metrics_tell_beside_calls_count() -> None:
    """Others may have been throttled, too; where a call tells another reason, metrics tell no more."""
    story = metric(used(240), "WriteThrottleEvents", 500, subject="sessions", to_s=0)
    verdict = nothing_undersized()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("sessions was throttled")
    hot = ["TableWriteKeyRangeThroughputExceeded"]
    calls(story, table="sessions", operation="PutItem", rate=2, reads=None, status=400, reasons=hot)
    assert nothing_undersized()(story.told()).ruling is Ruling.HELD


def test_units_of_which_nobody_told_the_use_are_undecided() -> None:
    """Calls that do not say what they consumed are no idleness: they may be far too many."""
    story = provisioned(home(), reads=5, writes=5)
    calls(story, table="sessions", operation="PutItem", reads=None, rate=100)
    for check in (nothing_undersized(), nothing_oversized()):
        verdict = check(story.told())
        assert verdict.ruling is Ruling.UNDECIDED
        assert "did not tell what they consumed" in verdict.because


def test_what_is_paid_by_use_is_never_too_large() -> None:
    """It says so, since its billing mode is evidence."""
    verdict = nothing_oversized()(calls(on_demand(home())).told())
    assert verdict.ruling is Ruling.HELD
    assert "paid for by use" in verdict.because


def test_an_idle_cluster_is_oversized() -> None:
    """When not even its busiest instance does anything; a reader that waits to be promoted is none."""
    assert nothing_oversized()(busy(io(cluster(), 10), 1.5).told()).ruling is Ruling.BROKEN
    story = busy(busy(io(cluster(), 10), 40, instances="a"), 1, instances="bc")
    assert nothing_oversized()(story.told()).ruling is Ruling.HELD


def test_a_busy_instance_is_undersized() -> None:
    """Any of them."""
    story = busy(busy(io(cluster(), 10), 40, instances="ab"), 97, instances="c")
    verdict = nothing_undersized()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("c: 97.0 %")


def test_an_instance_that_nobody_measured_is_undecided() -> None:
    """Silence is not idleness."""
    story = busy(io(cluster(), 10), 40, instances="ab")
    verdict = nothing_oversized()(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "CPUUtilization of c" in verdict.because


def test_nothing_described_is_undecided() -> None:
    """No size, no verdict."""
    assert nothing_oversized()(LoadStory(home().story).request(0).request(3).told()).ruling is Ruling.UNDECIDED
    assert nothing_undersized()(LoadStory(home().story).request(0).request(3).told()).ruling is Ruling.UNDECIDED


SCALING = '{"min": 10, "max": 200, "target_pct": 70.0, "suspended": false}'


def past(story: LoadStory, lasts_s: float = 60.0) -> LoadStory:
    """Nobody loaded anything: CloudWatch was asked about what users have used before."""
    return setting(story, "looked back", FromNs=str(ns(-lasts_s)), ToNs=str(ns(0)))


def looked_at(story: LoadStory) -> History:
    """A history of settings and metrics alone, without any load or fault."""
    told = story.told()
    kept = {name: rows for name, rows in told.tables.items() if name in {"settings", "metrics"}}
    return History.of(pl.DataFrame(schema=SCHEMA), anchor=told.anchor, tables=kept)


def scaled(units: int = 40, scaling: str = SCALING) -> LoadStory:
    """A table that nobody has used in the past, and that autoscaling follows."""
    told = {f"AutoScaling__{kind}CapacityUnits": scaling for kind in ("Read", "Write")}
    return past(provisioned(home(), reads=units, writes=units, **told))


def test_units_that_autoscaling_gives_back_are_not_oversized() -> None:
    """What counts of an unused table is its minimum, and that is worth nobody's time."""
    verdict = nothing_oversized(worth_usd=10)(looked_at(scaled()))
    assert verdict.ruling is Ruling.HELD
    assert "of 10 read units used" in verdict.because
    assert capacity_model_fits(worth_usd=10)(looked_at(scaled())).ruling is Ruling.HELD


@pytest.mark.parametrize(
    "scaling", ["none", SCALING.replace("false", "true"), SCALING.replace('"min": 10', '"min": 2000')]
)
def test_units_that_nobody_gives_back_are_oversized(scaling: str) -> None:
    """Without autoscaling, with one that is suspended, or with a minimum as large."""
    seen = looked_at(scaled(2000, scaling))
    verdict = nothing_oversized(worth_usd=10)(seen)
    assert verdict.ruling is Ruling.BROKEN
    assert "sessions: 0.0 % of 2000 read units used, 189.80 USD per month" in verdict.because
    assert capacity_model_fits(worth_usd=10)(seen).ruling is Ruling.BROKEN


def test_units_that_users_have_used_are_not_oversized() -> None:
    """What CloudWatch tells of the past is use like any other."""
    story = past(provisioned(home(), reads=40, writes=400))
    for name, value in (("ConsumedReadCapacityUnits", 20), ("ConsumedWriteCapacityUnits", 200)):
        metric(story, name, value, subject="sessions", from_s=-60, to_s=0)
    verdict = nothing_oversized()(looked_at(story))
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["used_pct"] == pytest.approx(50, rel=0.02)


def test_on_demand_tables_that_nobody_used_fit() -> None:
    """CloudWatch was asked, and told of nothing: then they cost nothing."""
    assert capacity_model_fits()(looked_at(past(on_demand(home())))).ruling is Ruling.HELD
    assert nothing_oversized()(looked_at(past(on_demand(home())))).ruling is Ruling.HELD


def test_tables_of_which_nobody_asked_what_was_used_are_undecided() -> None:
    """No load and no look at the past: what is used is not known."""
    seen = looked_at(provisioned(home(), writes=2000))
    assert nothing_oversized()(seen).ruling is Ruling.UNDECIDED
    assert capacity_model_fits()(seen).ruling is Ruling.UNDECIDED


def test_an_instance_is_sized_for_its_peak() -> None:
    """At 1 % on average and six times as much at the peak it is used; at 20 % it is too small."""
    spiky = Demand(peak_over_average=6)
    assert nothing_oversized()(busy(cluster(), 1).told()).ruling is Ruling.BROKEN
    assert nothing_oversized(demand=spiky)(busy(cluster(), 1).told()).ruling is Ruling.HELD
    assert nothing_undersized()(busy(cluster(), 20).told()).ruling is Ruling.HELD
    assert nothing_undersized(demand=spiky)(busy(cluster(), 20).told()).ruling is Ruling.BROKEN
