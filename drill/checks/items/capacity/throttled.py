"""Whether the application really met every reason for a throttle, and was told each as the manual says."""

from collections.abc import Collection

import polars as pl

from drill.checks.items.calls import THROTTLES, sent
from drill.checks.items.reasons import EXCEPTIONS, REASONS, STATUS
from drill.checks.load.stretches import Stretch
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

EVERY = "every"
"""The fault's word for all of them by turns."""

_INDEX = ":table/[^/]+/index/"


def throttled_for(reasons: Collection[str] | None = None) -> Check:
    """Each of these reasons was met by a call of the application, told by the exception that the manual gives for it.

    Without `reasons` those are meant that the fault tells: "every" is all 16.
    Broken where a throttle tells no reason, one that is none of the 16, another exception or status than documented,
    or names no table or index where the reason speaks of one. It says nothing of what the application made of it.
    Undecided where a reason was not met: then nobody knows what becomes of it.
    """
    given = None if reasons is None else tuple(dict.fromkeys(reasons))
    unheard = sorted(set(given or ()) - set(REASONS))
    if unheard or given == ():
        raise ValueError(f"no reasons of a throttle: {', '.join(unheard) or 'none given'}")

    @promise("throttled_for", objective="the fault's reasons" if given is None else counted(len(given), "reason"))
    def judged(history: History, moments: Moments) -> Finding:
        wanted = _told(history) if given is None else given
        calls = sent(history, Stretch.under(history, moments)).filter(pl.col("code").is_in(THROTTLES))
        if calls.is_empty():
            raise Undecided("no call was throttled during the fault")
        each = _each(calls)
        wrong = each.filter(pl.col("wrong").is_not_null())
        met = set(each.filter(pl.col("wrong").is_null())["reason"])
        missing = [reason for reason in wanted if reason not in met]
        kinds = wrong.group_by("wrong", "reason", "code").len().sort("len", "wrong", descending=[True, False])
        lines = [f"{row['len']:,} x {row['wrong']}: {row['reason']}, {row['code']}" for row in kinds.to_dicts()]
        if not lines and missing:
            raise Undecided(f"{counted(len(missing), 'reason')} of {len(wanted)} not met: {', '.join(missing)}")
        told = each.group_by("reason", "code").len().sort("reason", "code")
        lines += [f"{reason}: {number:,} x {code}" for reason, code, number in told.rows()]
        because = (
            f"{wrong.height:,} of {counted(each.height, 'throttle')} not as documented: {'; '.join(lines[:3])}"
            if wrong.height
            else f"{counted(calls.height, 'call')} throttled, for all of {counted(len(wanted), 'reason')}, each told "
            "as documented"
        )
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=because,
            measured={
                "throttled_calls": calls.height,
                "reasons_met": len(met & set(wanted)),
                "undocumented_throttles": wrong.height,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _told(history: History) -> tuple[str, ...]:
    """The reasons that the fault tells, by words of its own."""
    said = Told.of(history).words.get("reason", "")
    found = REASONS if said == EVERY else tuple(each for each in REASONS if each in said.split())
    if not found:
        raise Undecided("the fault tells no reason for a throttle")
    return found


def _each(calls: pl.DataFrame) -> pl.DataFrame:
    """One row a reason that a throttled call was told: code, reason, resource, and what is wrong with it (or null)."""
    reasons = pl.col("reasons").fill_null([])
    resources = pl.col("resources").fill_null([])
    places = pl.int_ranges(0, pl.max_horizontal(reasons.list.len(), pl.lit(1)))
    rows = (
        calls.select("code", "status", reasons=reasons, resources=resources)
        .with_columns(place=places)
        .explode("place")
        .with_columns(
            reason=pl.col("reasons").list.get(pl.col("place"), null_on_oob=True),
            resource=pl.col("resources").list.get(pl.col("place"), null_on_oob=True).fill_null(""),
        )
    )
    documented = pl.DataFrame(
        [(reason, code) for reason, codes in EXCEPTIONS.items() for code in codes],
        schema={"reason": pl.String, "code": pl.String},
        orient="row",
    ).with_columns(documented=pl.lit(value=True))
    of_index = pl.col("reason").str.starts_with("Index")
    return rows.join(documented, on=["reason", "code"], how="left").with_columns(
        wrong=pl.when(pl.col("reason").is_null())
        .then(pl.lit("without a reason"))
        .when(~pl.col("reason").is_in(REASONS))
        .then(pl.lit("a reason that does not exist"))
        .when(pl.col("documented").is_null())
        .then(pl.lit("another exception"))
        .when((pl.col("status") != STATUS).fill_null(value=True))
        .then(pl.lit(f"another status than {STATUS}"))
        .when(pl.col("resource") == "")
        .then(pl.lit("without a resource"))
        .when(pl.col("resource").str.contains(_INDEX) != of_index)
        .then(pl.lit("another kind of resource"))
    )
