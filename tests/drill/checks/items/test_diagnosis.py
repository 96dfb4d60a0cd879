"""Why it became slow, or was refused: each cause is found, and none is taken for another."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.items import Reason, cause_is_named, diagnose
from drill.verdict import Ruling
from tests.drill.checks.items.stories import (
    CUT,
    ERROR,
    OK,
    SILENT,
    TABLE,
    after,
    few_examples,
    item_load,
    note,
    throttled,
    under,
)
from tests.drill.checks.load.stories import END_S, STEADY_S, LoadStory, quiet
from tests.drill.histories import Row, ns, steps

HOT = "customer#7"
UNITS = 200.0


def metered(
    story: LoadStory,
    scans: Callable[[float], float] = lambda _: 0.0,
    *,
    period_s: float = 1.0,
    units: Callable[[float], float] | None = None,
    table: str = TABLE,
) -> LoadStory:
    """What CloudWatch counted of a table, period by period: scans, and consumed read units."""
    for at_s in steps(-STEADY_S + period_s, END_S + period_s, period_s):
        where: Row = {"namespace": "AWS/DynamoDB", "subject": table, "region": "us-east-1", "period_s": period_s}
        middle = at_s - period_s / 2
        read = units(middle) if units else UNITS + 300 * scans(middle)
        note(
            story,
            "metrics",
            at_ns=ns(at_s),
            name="ConsumedReadCapacityUnits",
            statistic="Sum",
            value=read * period_s,
            **where,
        )
        if scans(middle):
            counted = scans(middle) * period_s
            latency: Row = {"name": "SuccessfulRequestLatency", "statistic": "SampleCount", "detail": "Scan"}
            note(story, "metrics", at_ns=ns(at_s), value=counted, **latency, **where)
    return story


def hot(story: LoadStory | None = None) -> LoadStory:
    """One partition is throttled for itself, by what others ask of it."""

    def calls(number: int, due_s: float) -> list[Row]:
        if number % 5:
            return [OK]
        refused = throttled("TableWriteKeyRangeThroughputExceeded", partition=HOT)
        return [refused, after(30, partition=HOT)] if under(due_s) else [after(0, partition=HOT)]

    return metered(item_load(calls, story=story))


def scanned() -> LoadStory:
    """Somebody scans the table, and the application's calls become slower and are refused for it."""
    slow: Row = {**OK, "took_ms": 20.0}
    refused = throttled("TableReadMaxOnDemandThroughputExceeded")
    story = item_load(lambda number, due_s: [[slow], [refused, after(30)]][number % 2] if under(due_s) else [OK])
    return metered(story, lambda at_s: 5.0 if under(at_s) else 0.0)


def growing(factor: Callable[[float], float] = lambda due_s: 1 + due_s) -> LoadStory:
    """What is read becomes larger, step by step, and dearer."""

    def calls(number: int, due_s: float) -> list[Row]:
        much = factor(due_s) if under(due_s) and number % 2 == 0 else 1.0
        larger: Row = {"response_bytes": round(600 * much), "read_units": 1.0 * much} if much > 1 else {}
        return [{**OK, **larger}]

    return metered(item_load(calls))


def hit(call: Row, of: int = 3) -> LoadStory:
    """One in so many requests meets that call."""
    return metered(item_load(lambda number, due_s: [call, after(20)] if under(due_s) and number % of == 0 else [OK]))


CAUSES = {
    Reason.HOT_PARTITION: hot(),
    Reason.SCAN: scanned(),
    Reason.GROWING_ITEMS: growing(),
    Reason.THROTTLED: hit(throttled()),
    Reason.SLOW: hit({**OK, "took_ms": 300.0}),
    Reason.SILENT: hit(SILENT),
    Reason.CUT: hit(CUT),
    Reason.FAILING: hit(ERROR),
}


@pytest.mark.parametrize("reason", CAUSES, ids=str)
def test_each_cause_is_named(reason: Reason) -> None:
    """Each is found first in its own story, and in no other's."""
    for truth, story in CAUSES.items():
        ruling = cause_is_named(reason)(story.told()).ruling
        assert ruling is (Ruling.HELD if truth is reason else Ruling.BROKEN), (truth, reason)


@pytest.mark.parametrize(
    ("story", "reason", "name", "value", "ruling"),
    [
        (hot(), Reason.HOT_PARTITION, "partition", HOT, Ruling.HELD),
        (hot(), Reason.HOT_PARTITION, "partition", "customer#8", Ruling.BROKEN),
        (scanned(), Reason.SCAN, "table", TABLE, Ruling.HELD),
        (scanned(), Reason.SCAN, "table", "shop", Ruling.HELD),
        (scanned(), Reason.SCAN, "table", "accounts", Ruling.BROKEN),
        (growing(), Reason.GROWING_ITEMS, "table", "accounts", Ruling.BROKEN),
    ],
)
def test_of_what(story: LoadStory, reason: Reason, name: str, value: str, ruling: Ruling) -> None:
    """The right cause of the wrong table or partition breaks it."""
    story = LoadStory(story.story).change("requests", {}) if not story.tables else story
    told = story.told()
    told = type(told)(
        operations=told.operations,
        anchor=told.anchor,
        tables={
            **told.tables,
            "settings": quiet().row("settings", subject="fault", name=name, value=value).told().tables["settings"],
        },
    )
    assert cause_is_named(reason)(told).ruling is ruling


def test_who_is_hot_by_units_alone() -> None:
    """A key that is used much more than before is suspected, less than one that is throttled."""
    story = metered(
        item_load(lambda number, due_s: [{**OK, "partition": HOT}] if under(due_s) and number % 2 else [OK])
    )
    found, _ = diagnose(story.told())
    assert [(each.reason, each.subject, each.score) for each in found] == [(Reason.HOT_PARTITION, HOT, 0.5)]


def test_scans_that_were_always_there() -> None:
    """Scans as many as before are no cause."""
    assert not diagnose(metered(item_load(), lambda _: 5.0).told())[0]


def test_a_light_scan() -> None:
    """Scans that consume nearly nothing are suspected, and do not prove themselves."""
    story = metered(item_load(), lambda at_s: 5.0 * under(at_s), units=lambda _: UNITS)
    assert [each.score for each in diagnose(story.told())[0]] == [0.5]


def test_minutes() -> None:
    """Where CloudWatch tells by the minute, a scan is found all the same."""
    story = metered(item_load(), lambda at_s: 40.0 * under(at_s), period_s=3.0)
    assert cause_is_named(Reason.SCAN)(story.told())


def test_jumped() -> None:
    """Items that became larger at once, and stay so, are larger, and do not grow."""
    found, _ = diagnose(growing(lambda _: 5.0).told())
    assert [(each.reason, each.score) for each in found] == [(Reason.GROWING_ITEMS, 0.45)]


def test_no_cause() -> None:
    """Where everything was looked at, and nothing speaks for anything, the cause was not named."""
    verdict = cause_is_named(Reason.SCAN)(metered(item_load()).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "no cause was found" in verdict.because


def test_not_looked_for() -> None:
    """Without metrics a scan cannot be seen: that nothing was found proves nothing."""
    assert cause_is_named(Reason.SCAN)(item_load().told()).ruling is Ruling.UNDECIDED
    assert cause_is_named(Reason.SCAN)(quiet().told()).ruling is Ruling.UNDECIDED
    verdict = cause_is_named(Reason.THROTTLED)(hit(throttled()).forget("metrics").told())
    assert verdict
    assert "not looked for: nothing was recorded of metrics" in verdict.evidence


def test_unheard_of() -> None:
    """A cause that nobody looks for is a mistake of who asks."""
    with pytest.raises(ValueError, match="bad luck"):
        cause_is_named("bad luck")


@few_examples
@given(st.integers(2, 9), st.sampled_from([SILENT, CUT, ERROR, throttled()]))
def test_scores(of: int, call: Row) -> None:
    """Every score lies between nothing and one, and the best comes first."""
    scores = [each.score for each in diagnose(hit(call, of).told())[0]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
