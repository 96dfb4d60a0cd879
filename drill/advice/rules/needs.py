"""What only one of the two databases can give, and how a workload could do without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drill.advice.figures import KIB, Figures
from drill.advice.workload import AccessPattern, Consistency, Kind, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`what` in words, `way` in which it gives way; `pattern` that has it, None where it is the whole workload's."""

    what: str
    way: str
    pattern: str | None = None


def relational_needs(workload: Workload, figures: Figures) -> tuple[Need, ...]:
    """What DynamoDB does not do: joins, aggregates, searches, SQL, foreign keys, and what exceeds its limits."""
    return (*_of_all(workload), *(need for each in workload.patterns for need in _of(each, figures)))


def scale_needs(workload: Workload, figures: Figures) -> tuple[Need, ...]:
    """What one Aurora cluster does not do: more writes, strong reads, reads or storage than it has room for.

    Looked at after `figures.horizon_months` of growth.
    """
    grown = workload.after(figures.horizon_months)
    writes = sum(each.peak_per_s * each.items for each in grown.patterns if not each.kind.reads)
    reads = [each for each in grown.patterns if each.kind.reads]
    strong = sum(each.peak_per_s for each in reads if each.consistency is Consistency.STRONG)
    movable = sum(each.peak_per_s for each in reads) - strong
    most_writes, most_reads = figures.one_writer_writes_per_s, figures.one_instance_reads_per_s
    found = [
        (writes, most_writes, "{:,.0f} writes/s at the peak, of {:,.0f} that one writer takes", "write less often"),
        (strong, most_reads, "{:,.0f} strong reads/s, of {:,.0f} that one writer serves", "let reads be a little old"),
        (movable, most_reads * figures.readers, "{:,.0f} reads/s, of {:,.0f} that all readers serve", "cache reads"),
        (
            grown.growth.storage_gb,
            figures.storage_gb,
            "{:,.0f} GB, of {:,.0f} that a cluster stores",
            "archive old data",
        ),
    ]
    return tuple(Need(what=words.format(asked, most), way=way) for asked, most, words, way in found if asked > most)


def _of_all(workload: Workload) -> Iterator[Need]:
    if workload.foreign_keys:
        yield Need(what="foreign keys are enforced", way="let the application keep references right (foreign_keys)")
    if workload.ad_hoc_sql:
        yield Need(what="people ask in SQL as they like", way="ask an export in S3 instead (ad_hoc_sql)")


def _of(pattern: AccessPattern, figures: Figures) -> Iterator[Need]:
    name, tables = pattern.name, " and ".join(pattern.tables) or "tables"
    match pattern.kind:
        case Kind.JOIN:
            yield Need(what=f"{name} joins {tables}", way=f"store what {name} reads as one item", pattern=name)
        case Kind.AGGREGATE:
            yield Need(what=f"{name} aggregates", way=f"keep the totals of {name} while writing", pattern=name)
        case Kind.SEARCH:
            yield Need(what=f"{name} searches", way=f"give {name} a search engine of its own", pattern=name)
        case Kind.TRANSACTION:
            yield from _of_transaction(pattern, figures)
        case _:
            pass
    if pattern.item_bytes > figures.item_bytes:
        size = f"items of {pattern.item_bytes / KIB:,.0f} KB, of {figures.item_bytes / KIB:,.0f} KB that fit DynamoDB"
        yield Need(what=f"{name} has {size}", way=f"keep what is large in {name} in S3", pattern=name)


def _of_transaction(pattern: AccessPattern, figures: Figures) -> Iterator[Need]:
    name = pattern.name
    if pattern.items > figures.transaction_items:
        many = f"{pattern.items:,} items in one transaction, of {figures.transaction_items:,} that DynamoDB takes"
        yield Need(what=f"{name} has {many}", way=f"make several transactions of {name}", pattern=name)
    if pattern.items * pattern.item_bytes > figures.transaction_bytes:
        most = figures.transaction_bytes / KIB / KIB
        size = f"more than {most:.0f} MB in one transaction, which DynamoDB does not take"
        yield Need(what=f"{name} has {size}", way=f"make several transactions of {name}", pattern=name)
    if pattern.serializable and len(pattern.tables) > 1:
        yield Need(
            what=f"{name} is serializable over {' and '.join(pattern.tables)}",
            way=f"rest {name} on conditions of items that it names",
            pattern=name,
        )
