"""What DynamoDB refuses at any price: a key that is too hot, an item or a transaction that is too large."""

from __future__ import annotations

from drill.advice.demand import Units, units_of
from drill.advice.figures import KIB, Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.workload import Kind, Workload


def heat(workload: Workload, figures: Figures) -> Recommendation:
    """Compare the hottest key of each table with what one partition serves, grown to the end of the horizon.

    The hottest keys of several patterns on one table are taken to be the same key, and a pattern of several tables
    counts in each of them: it is a bound from above. A pattern that does not tell its
    share is never taken to be spread evenly: without any that is too hot already, it leaves the question open.
    """
    by_table: dict[str, Units] = {}
    for each in workload.after(figures.horizon_months).patterns:
        units = units_of(each) * (each.peak_per_s * (each.hottest_key_share or 0.0))
        for table in each.tables or ("the table",):
            by_table[table] = by_table.get(table, Units()) + units
    reads, writes = figures.hottest_key_read_units, figures.hottest_key_write_units
    table, units = max(by_table.items(), key=lambda found: max(found[1].read / reads, found[1].write / writes))
    told = f"{units.read:,.0f} of {reads:,.0f} read units/s and {units.write:,.0f} of {writes:,.0f} write units/s"
    untold = [each.name for each in workload.patterns if each.hottest_key_share is None]
    if units.read > reads or units.write > writes:
        parts = max(units.read / reads, units.write / writes)
        choice, because = Choice.TOO_MUCH, f"the hottest key of {table} is too hot; split it into {_up(parts)} keys"
        change = "a key with more values, or a suffix that spreads one value over several keys"
    elif untold:
        choice, because = Choice.UNTOLD, f"nobody says how the keys of {', '.join(untold)} spread the load"
        change = "hottest_key_share of each pattern"
    else:
        choice, because = Choice.FITS, f"the hottest key is one of {table}, and one partition serves it"
        change = f"a peak {min(_room(units.read, reads), _room(units.write, writes)):.1f} times as high"
    return Recommendation(
        decision=Decision.HEAT,
        store=Choice.DYNAMODB,
        choice=choice,
        because=because,
        rests_on=f"{told}, in {figures.horizon_months} months",
        would_change=change,
        measured={"hottest_key_read_units": units.read, "hottest_key_write_units": units.write},
    )


def item_size(workload: Workload, figures: Figures) -> Recommendation:
    """Compare the largest item with what an item may be."""
    largest = max(workload.patterns, key=lambda each: each.item_bytes)
    fits = largest.item_bytes <= figures.item_bytes
    return Recommendation(
        decision=Decision.ITEM_SIZE,
        store=Choice.DYNAMODB,
        choice=Choice.FITS if fits else Choice.TOO_MUCH,
        because=f"the largest item is that of {largest.name}",
        rests_on=f"{largest.item_bytes / KIB:,.1f} of {figures.item_bytes / KIB:,.0f} KB",
        would_change="an item that grows with what happens to it" if fits else "what is large kept in S3",
        measured={"largest_item_bytes": float(largest.item_bytes)},
    )


def transaction_size(workload: Workload, figures: Figures) -> Recommendation | None:
    """Compare the largest transaction with what one may be, in items and in bytes; None where there is none."""
    those = [each for each in workload.patterns if each.kind is Kind.TRANSACTION]
    if not those:
        return None
    largest = max(those, key=lambda each: (_fill(each.items, each.item_bytes, figures), each.items))
    items, size = largest.items, largest.items * largest.item_bytes
    fits = _fill(items, largest.item_bytes, figures) <= 1
    return Recommendation(
        decision=Decision.TRANSACTION_SIZE,
        store=Choice.DYNAMODB,
        choice=Choice.FITS if fits else Choice.TOO_MUCH,
        because=f"the largest transaction is {largest.name}",
        rests_on=(
            f"{items:,} of {figures.transaction_items:,} items, "
            f"{size / KIB:,.0f} of {figures.transaction_bytes / KIB:,.0f} KB"
        ),
        would_change="a transaction that touches more" if fits else "several transactions instead of one",
        measured={"largest_transaction_items": float(items), "largest_transaction_bytes": float(size)},
    )


def _fill(items: int, item_bytes: int, figures: Figures) -> float:
    return max(items / figures.transaction_items, items * item_bytes / figures.transaction_bytes)


def _room(used: float, most: float) -> float:
    return most / used if used else float("inf")


def _up(parts: float) -> int:
    return int(-(-parts // 1))
