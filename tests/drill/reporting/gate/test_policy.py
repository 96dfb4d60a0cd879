"""What blocks, what warns, what is waived: strict where nobody said otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.config import GateSettings, Waiver
from drill.reporting.gate import Effect, Row
from drill.reporting.gate.policy import demotes, unused, weighed
from drill.verdict import Ruling, gravest

TODAY = date(2026, 11, 23)
KEY = "failover/zone loss/recovered_within"


def row(ruling: Ruling) -> Row:
    """A promise before any policy."""
    scenario, fault, promise = KEY.split("/")
    return Row(
        scenario=scenario,
        fault=fault,
        promise=promise,
        ruling=ruling,
        effect=Effect.BLOCKS,
        because="99 s",
        held=0,
        times=1,
    )


def waiver(expires: date, promise: str = KEY) -> Waiver:
    """One that somebody answers for."""
    return Waiver(promise=promise, owner="orders", reason="known", expires=expires)


def judged(policy: GateSettings, *rulings: Ruling) -> Row:
    """The same row after it."""
    return weighed(row(gravest(rulings)), rulings, policy, TODAY)


@pytest.mark.parametrize(("ruling", "effect"), [(Ruling.HELD, Effect.HOLDS), (Ruling.BROKEN, Effect.BLOCKS)])
def test_without_a_policy_what_does_not_hold_blocks(ruling: Ruling, effect: Effect) -> None:
    """And what holds, holds."""
    assert judged(GateSettings(), ruling).effect is effect
    assert judged(GateSettings(), Ruling.UNDECIDED).effect is Effect.BLOCKS


@pytest.mark.parametrize(
    ("warn", "block", "demoted"),
    [
        ((KEY,), (), True),
        (("failover/*",), (), True),
        (("*_within",), (), True),
        (("failover/*",), (KEY,), False),
        (("failover",), (), False),
        (("Failover/*",), (), False),
        ((), (KEY,), False),
    ],
)
def test_a_glob_is_about_the_whole_name(warn: tuple[str, ...], block: tuple[str, ...], *, demoted: bool) -> None:
    """Its case counts, its star crosses slashes, and `block` takes back what `warn` gave."""
    assert demotes(GateSettings(warn=warn, block=block), KEY) is demoted
    effect = Effect.WARNS if demoted else Effect.BLOCKS
    assert judged(GateSettings(warn=warn, block=block), Ruling.BROKEN).effect is effect


@pytest.mark.parametrize(
    ("days", "effect"), [(-1, Effect.BLOCKS), (0, Effect.WAIVED), (1, Effect.WAIVED), (-400, Effect.BLOCKS)]
)
def test_a_waiver_lasts_until_its_last_day_is_over(days: int, effect: Effect) -> None:
    """The day itself is included; the day after, the promise blocks again and says whose waiver it was."""
    found = judged(GateSettings(waivers=(waiver(TODAY + timedelta(days=days)),)), Ruling.BROKEN)
    assert found.effect is effect
    assert found.waiver is not None
    assert ("expired on" in found.waiver) == (days < 0)
    assert "orders" in found.waiver


@given(st.lists(st.sampled_from(Ruling), min_size=1, max_size=5))
def test_no_waiver_and_no_date_lets_the_undecided_pass(rulings: list[Ruling]) -> None:
    """Not even where the promise was broken at other times: nobody can know what they let pass."""
    found = judged(GateSettings(waivers=(waiver(date.max, "*"),)), *rulings)
    if Ruling.UNDECIDED in rulings:
        assert found.effect is Effect.BLOCKS
    else:
        assert found.effect is (Effect.WAIVED if Ruling.BROKEN in rulings else Effect.HOLDS)


def test_a_standing_waiver_goes_before_an_expired_one() -> None:
    """Whichever stands first in the file; of several that expired, the last to expire is named."""
    old, older, new = (waiver(TODAY + timedelta(days=days)) for days in (-1, -30, 30))
    assert judged(GateSettings(waivers=(old, new)), Ruling.BROKEN).effect is Effect.WAIVED
    assert judged(GateSettings(waivers=(older, old)), Ruling.BROKEN).waiver == (
        "the waiver of orders expired on 2026-11-22"
    )


def test_a_glob_that_does_nothing_is_noticed() -> None:
    """A slip in a policy is a guard that is not there."""
    policy = GateSettings(
        warn=("failovr/*",), block=("*_loss",), waivers=(waiver(TODAY, "cost/*"), waiver(TODAY - timedelta(days=1)))
    )
    assert list(unused(policy, [row(Ruling.HELD)], TODAY)) == [
        "warn 'failovr/*' matches no promise of this run",
        "block '*_loss' matches no promise of this run",
        "the waiver of orders for 'cost/*' matches no promise of this run",
        f"the waiver of orders for {KEY!r} is not needed: what it matches holds",
        f"the waiver of orders for {KEY!r} expired on 2026-11-22; mend what it let pass, or grant it anew",
    ]


def test_a_policy_that_works_is_not_spoken_of() -> None:
    """Each of its globs matches, and what is waived is broken."""
    policy = GateSettings(warn=("failover/*",), block=(KEY,), waivers=(waiver(TODAY),))
    assert list(unused(policy, [row(Ruling.BROKEN)], TODAY)) == []
