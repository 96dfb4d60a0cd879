"""What was done several times in one run: median and worst."""

from __future__ import annotations

import math
from dataclasses import replace

from drill.reporting.trends import repetitions, sentences
from drill.verdict import Ruling
from tests.drill.reporting.trends.runs import FAULT, recovery, run, under_load


def test_repetitions_of_an_experiment_are_one_entry() -> None:
    """With the median of what was measured, and the worst; what was done once is there as well."""
    found = repetitions(run(0, *(recovery(each) for each in (1.3, 1.9, 1.2)), under_load(6.5)))
    assert [(each.scenario, each.fault, len(each.experiments)) for each in found] == [
        ("failover", FAULT, 3),
        ("connections", "flood", 1),
    ]
    spread = found[0].spreads["recovery_time_s"]
    assert (spread.number, spread.median, spread.worst) == (3, 1.3, 1.9)
    assert set(found[1].spreads) == {"lost_writes", "p95_during_ms", "served_during_pct"}


def test_one_bad_repetition_is_not_made_up_for() -> None:
    """The ruling is the gravest, and the worst is never."""
    (found,) = repetitions(run(0, recovery(1.0), recovery(math.inf), recovery(1.0)))
    assert (found.ruling, found.held, found.spreads["recovery_time_s"].worst) == (Ruling.BROKEN, 2, math.inf)


def test_what_was_skipped_was_not_done() -> None:
    """Neither a repetition nor an entry."""
    skipped = replace(recovery(None, fault="freeze"), promises=(), skipped="no way to do it")
    assert [each.fault for each in repetitions(run(0, recovery(1.0), skipped))] == [FAULT]


def test_a_sentence_for_each_experiment_done_more_than_once() -> None:
    """As a person reads it; none where nothing was repeated."""
    assert sentences(run(0, *(recovery(each) for each in (1.31, 1.92, 1.2, 1.31, 1.4)))) == (
        f"{FAULT}: 5 times, recovered median 1.31 s, worst 1.92 s",
    )
    assert sentences(run(0, recovery(1.0), under_load(5.0))) == ()


def test_a_sentence_hides_nothing() -> None:
    """What broke, what was lost, what never came, and what was not measured."""
    (said,) = sentences(run(0, recovery(1.0, lost=4), recovery(math.inf), recovery(None)))
    assert said == (
        f"{FAULT}: 3 times, 0 of them held, recovered median never, worst never (of 2), lost writes median 0, worst 4"
    )
    (said,) = sentences(run(0, under_load(5.0), under_load(7.0, 99.0)))
    assert said == "flood: 2 times, p95 median 6.0 ms, worst 7.0 ms, served median 99.5 %, worst 99.0 %"
