"""How much is read for what comes back."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.tables.patterns.called import READS, answered, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

UNIT_BYTES = 4096
"""What one read unit reads, strongly consistent; eventually consistent it reads twice as much, transactional half.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""


def read_amplification_within(items: float = 1.5, units: float = 2.0) -> Check:
    """For each pattern: items read for each that comes back, and units paid for each that the answer needs.

    An answer needs a unit for each 4 KB of it, and one for each item that is asked for by its key. Twice that is what a
    transaction takes; more means that large items are read for little of them, or that much is read and filtered out.
    Undecided where a pattern's reads brought nothing back (a dead pattern proves nothing), or units were not told.
    """

    @observation("read_amplification_within", objective=f"{items:g} items and {units:g} units for each needed")
    def judged(history: History) -> Finding:
        each = amplified(history)
        wrong = each.filter((pl.col("items") > items) | (pl.col("units") > units))
        if wrong.is_empty():
            require_all(history)
            dead = sorted(each.filter(pl.col("returned") == 0)["pattern"])
            if dead:
                raise Undecided(f"nothing came back to {', '.join(dead)}: what was read for it tells nothing")
            blind = sorted(each.filter(pl.col("units").is_null())["pattern"])
            if blind:
                raise Undecided(f"nobody told what {', '.join(blind)} consumed (ReturnConsumedCapacity)")
        worst = (wrong if wrong.height else each).row(0, named=True)
        lines = [_line(row) for row in each.rows(named=True)]
        because = f"{worst['pattern']}, the worst of {counted(each.height, 'pattern')} that read: {_told(worst)}"
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=because,
            measured={
                "worst_items_read_per_item": worst["items"] if isfinite(worst["items"]) else None,
                "worst_units_per_unit_needed": worst["units"],
                "amplified_patterns": wrong.height,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def amplified(history: History) -> pl.DataFrame:
    """A row a pattern that reads: items (read for one that comes back), units (paid for one needed), the worst first.

    Beside them number, returned, read_units, unit_per_item. `Undecided` where nobody reads.
    """
    named = pl.col("operation").is_in(["GetItem", "BatchGetItem", "TransactGetItems"])
    needed = pl.max_horizontal(
        (pl.col("response_bytes").fill_null(0) / UNIT_BYTES).ceil(),
        pl.when(named).then(pl.col("asked").fill_null(1)).otherwise(1),
    )
    # Even an answer of nothing costs a call; what is needed is known only where units are.
    told = pl.col("read_units").is_not_null()
    each = (
        answered(history)
        .filter(pl.col("operation").is_in(READS))
        .with_columns(needed=needed, told=told)
        .group_by("pattern")
        .agg(
            number=pl.len(),
            returned=pl.col("returned").fill_null(0).sum(),
            evaluated=pl.col("evaluated").fill_null(pl.col("returned")).fill_null(0).sum(),
            read_units=pl.col("read_units").sum(),
            needed=pl.col("needed").filter(pl.col("told")).sum(),
            is_told=pl.col("told").all(),
        )
        .with_columns(
            items=pl.when(pl.col("returned") > 0)
            .then(pl.col("evaluated") / pl.col("returned"))
            .otherwise(pl.when(pl.col("evaluated") > 0).then(inf).otherwise(0.0)),
            units=pl.when(pl.col("is_told")).then(pl.col("read_units") / pl.col("needed")),
            units_per_item=pl.when(pl.col("is_told") & (pl.col("returned") > 0)).then(
                pl.col("read_units") / pl.col("returned")
            ),
        )
        .sort("items", "units", "pattern", descending=[True, True, False], nulls_last=True)
    )
    if each.is_empty():
        raise Undecided("no pattern reads")
    return each


def _told(row: dict[str, Any]) -> str:
    units = "units not told" if row["units"] is None else f"{row['units']:.2f} units for each needed"
    items = f"{row['items']:.2f}" if isfinite(row["items"]) else f"all {row['evaluated']:,}"
    return f"{items} items read for each that comes back, {units}"


def _line(row: dict[str, Any]) -> str:
    paid = "" if row["units_per_item"] is None else f", {row['units_per_item']:.2f} read units for an item"
    return f"{row['pattern']}: {_told(row)}{paid}, {row['number']:,} calls"
