"""Faults that the Fault Injection Service carries out on tables.

table calls --x--> DynamoDB       throttled, slowed, silenced, dropped, failing
region      --x--> everybody      silent_region
region A    --x--> region B       paused_replication (drill/faults/items/replication.py)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from drill.errors import NoEffect, Unsupported
from drill.faults.fault import EFFECT_DEADLINE_S, Bound, Injection, await_effect
from drill.faults.injected import DURATION_S
from drill.faults.items import effects
from drill.faults.items.effects import Effect, Look
from drill.faults.items.glimpse import peephole
from drill.faults.items.stage import ItemFault, ItemStage
from drill.journal import healing

EVERY = "every"
"""By turns every reason that fits a call."""


def injected_tables(
    action: str,
    parameters: Mapping[str, str],
    *,
    effect: Effect,
    tells: Mapping[str, str],
    tables: tuple[str, ...] | None = None,
    answer_within_s: float = 1.0,
    effect_deadline_s: float = EFFECT_DEADLINE_S,
) -> ItemFault:
    """One action on the run's tables, or on those of these logical names; confirmed by calls of our own."""

    def staged(stage: ItemStage) -> Bound:
        names = _names(stage, tables)

        def looking() -> Look:
            return effect([peephole(stage, each, answer_within_s=answer_within_s) for each in names])

        asked = Asked(action=action, tables=names, parameters=parameters, tells=tells)
        return lambda mark: running(stage, asked, mark=mark, looking=looking, effect_deadline_s=effect_deadline_s)

    return staged


def throttled(reason: str = EVERY, percentage: int = 40, *, tables: tuple[str, ...] | None = None) -> ItemFault:
    """That share of calls is refused for the reason (one of ThrottlingReasons), or by turns for every one that fits."""
    return injected_tables(
        "lab:throttle-tables",
        {"reason": reason, "percentage": str(percentage)},
        effect=effects.throttles(None if reason == EVERY else reason),
        tells={"cause": "throttled", "reason": reason, "percentage": str(percentage)},
        tables=tables,
    )


def slowed(delay_ms: int = 200, percentage: int = 100) -> ItemFault:
    """That share of calls is answered so much later."""
    return injected_tables(
        "lab:delay-tables",
        {"delay": str(delay_ms), "percentage": str(percentage)},
        effect=effects.slows(delay_ms),
        tells={"cause": "slow", "delay_ms": str(delay_ms), "percentage": str(percentage)},
        answer_within_s=1.0 + 2 * delay_ms / 1000,
    )


def silenced(percentage: int = 30, applied: str = "no") -> ItemFault:
    """That share of calls is never answered, nothing is closed; `applied` (no, yes, half): whether writes are done."""
    return injected_tables(
        "lab:silence-tables",
        {"percentage": str(percentage), "applied": applied},
        effect=effects.keeps_silent(),
        tells={"cause": "silent", "percentage": str(percentage), "applied": applied},
        answer_within_s=0.5,
    )


def dropped(percentage: int = 30, applied: str = "half") -> ItemFault:
    """That share of calls loses its connection without an answer; `applied` as in `silenced`."""
    return injected_tables(
        "lab:drop-tables",
        {"percentage": str(percentage), "applied": applied},
        effect=effects.cuts(),
        tells={"cause": "dropped", "percentage": str(percentage), "applied": applied},
    )


def failing(percentage: int = 30, applied: str = "half") -> ItemFault:
    """That share of calls is answered with InternalServerError; `applied` as in `silenced`."""
    return injected_tables(
        "lab:fail-tables",
        {"percentage": str(percentage), "applied": applied},
        effect=effects.fails(),
        tells={"cause": "server error", "percentage": str(percentage), "applied": applied},
    )


def silent_region() -> ItemFault:
    """Nothing of DynamoDB in the tables' region answers, and nothing is closed; the other region goes on."""
    return injected_tables(
        "lab:silence-region",
        {},
        effect=effects.keeps_silent(),
        tells={"cause": "region down"},
        answer_within_s=1.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What FIS is asked for: one action with its parameters on these tables, and what a diagnosis must find of it."""

    action: str
    tables: tuple[str, ...]
    parameters: Mapping[str, str]
    tells: Mapping[str, str]


@contextmanager
def running(
    stage: ItemStage,
    asked: Asked,
    *,
    mark: str,
    looking: Callable[[], Look],
    effect_deadline_s: float = EFFECT_DEADLINE_S,
) -> Iterator[Injection]:
    """Start a FIS experiment of one action; stop it on leaving, or raise NotHealed.

    `looking` is asked before the fault for the look that will show its effect.
    """
    target, action, tables = stage.target, asked.action, asked.tables
    look = looking()
    what = f"{action} on {', '.join(tables)} in {target.region}"
    try:
        experiment = target.start_fault(
            action, tables=tables, duration_s=DURATION_S, mark=mark, parameters=asked.parameters
        )
    except Unsupported:
        raise
    except BaseException:
        # An answer that was lost does not undo the fault.
        with healing(what):
            target.stop_faults(mark)
        raise

    def seen() -> str | None:
        status, reason = target.fault_state(experiment)
        if status == "failed":
            raise NoEffect(f"{action} failed: {reason}")
        return look() if status in {"running", "completed"} else None

    try:
        yield Injection(
            instance=target.region,
            confirm=lambda: await_effect(seen, what=action, deadline_s=effect_deadline_s),
            tells={"region": target.region, **({"table": tables[0]} if len(tables) == 1 else {}), **asked.tells},
        )
    finally:
        with healing(what):
            target.stop_fault(experiment)


def none(stage: ItemStage) -> Bound:
    """No fault at all: what goes on when nothing is wrong."""

    @contextmanager
    def nothing(mark: str) -> Iterator[Injection]:  # noqa: ARG001 - nothing is started
        yield Injection(instance=stage.target.region, confirm=lambda: "nothing was done")

    return nothing


def _names(stage: ItemStage, tables: tuple[str, ...] | None) -> tuple[str, ...]:
    if tables is not None:
        return tuple(stage.real(each) for each in tables)
    if not stage.tables:
        raise Unsupported("the run has no tables that could be hit")
    return tuple(stage.tables.values())
