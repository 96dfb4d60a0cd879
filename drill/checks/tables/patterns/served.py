"""Whether every access pattern finds its items by a key."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.tables.described import NONE, TablesDescribed
from drill.checks.tables.patterns.called import OK, UNTOLD, answered, calls, place, require_all
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

THROWN_AWAY = 0.05
"""Of the items that a query reads this share may be filtered out: those that have expired, and are not yet removed.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a pattern uses one table or index: calls, of which so many search, and the items that queries read for it."""

    pattern: str
    table: str | None
    index: str | None
    sent: int
    scans: int
    evaluated: int
    returned: int

    @property
    def thrown_away(self) -> float:
        """Of the items that queries read, the share that a filter took away again."""
        return 1 - self.returned / self.evaluated if self.evaluated else 0.0


def served_by_key() -> Check:
    """Each pattern goes to its items by a key: GetItem, Query, their batches and transactions; writes always do.

    A Scan reads all there is, however little comes back, and so does a query whose filter throws away what was read. A
    single Scan breaks it, answered or not. Undecided where a pattern was asked for and not heard of, or speaks PartiQL.
    """

    @observation("served_by_key", objective="all patterns, no Scan, no filter after reading")
    def judged(history: History) -> Finding:
        uses = used(history)
        wrong = [each for each in uses if each.scans or each.thrown_away > THROWN_AWAY]
        if not wrong:
            require_all(history)
            _require_told(history)
        patterns = sorted({each.pattern for each in uses})
        bare = sorted({each.pattern for each in wrong})
        because = f"{len(patterns) - len(bare)} of {counted(len(patterns), 'pattern')} are served by a key"
        lines = [_line(history, each) for each in wrong]
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{because}, not {', '.join(bare)}" if wrong else because,
            measured={
                "patterns": len(patterns),
                "served_patterns": len(patterns) - len(bare),
                "scans": sum(each.scans for each in uses),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def reads_go_by_key(minimum: float = 0.9) -> Check:
    """Of all items that reads evaluated, at least `minimum` came back by a key: the tables' index utilisation.

    What a Scan reads, and what a filter throws away, was found by none. Undecided where nothing was read.
    """

    @observation("reads_go_by_key", objective=f"{minimum:.0%} at least")
    def judged(history: History) -> Finding:
        found = answered(history).with_columns(pl.col("evaluated").fill_null(pl.col("returned")).fill_null(0))
        by_key = found.filter(pl.col("operation") != "Scan")
        read, useful = int(found["evaluated"].sum()), int(by_key["returned"].fill_null(0).sum())
        if not read:
            raise Undecided("no item was read")
        share = useful / read
        if share >= minimum:
            require_all(history)
            _require_told(history)
        return Finding(
            ruling=Ruling.HELD if share >= minimum else Ruling.BROKEN,
            because=f"{100 * share:.1f} % of {counted(read, 'item')} that were read came back by a key",
            measured={"index_utilisation_pct": 100 * share, "items_read": read},
        )

    return judged


def used(history: History) -> list[Use]:
    """How each pattern uses each table and index that it calls; whatever searches first."""
    evaluated = pl.when(OK & (pl.col("operation") == "Query")).then(pl.col("evaluated")).otherwise(0)
    returned = pl.when(OK & (pl.col("operation") == "Query")).then(pl.col("returned")).otherwise(0)
    found = (
        calls(history)
        .group_by("pattern", "table", "index")
        .agg(
            sent=pl.len(),
            scans=(pl.col("operation") == "Scan").sum(),
            evaluated=evaluated.fill_null(0).sum(),
            returned=returned.fill_null(0).sum(),
        )
        .sort("scans", "pattern", "table", "index", descending=[True, False, False, False])
    )
    return [Use(**row) for row in found.rows(named=True)]


def _require_told(history: History) -> None:
    found = calls(history)
    told = sorted(set(found.filter(pl.col("operation").is_in(UNTOLD))["pattern"]))
    if told:
        raise Undecided(f"PartiQL does not tell whether it scans; {', '.join(told)} by Query or GetItem would tell")
    blind = found.filter(OK & (pl.col("operation") == "Query") & pl.col("evaluated").is_null())
    if blind.height:
        raise Undecided(
            f"nobody knows what {counted(blind.height, 'query')} read (ScannedCount)".replace("querys", "queries")
        )


def _line(history: History, use: Use) -> str:
    where = place(use.table, use.index)
    what = (
        f"Scan of {where}, {counted(use.scans, 'call')}"
        if use.scans
        else f"Query of {where} reads {use.evaluated:,} items and throws away {100 * use.thrown_away:.0f} % of them"
    )
    return f"{use.pattern}: {what}; {_mend(history, use)}"


def _mend(history: History, use: Use) -> str:
    """An index whose partition key is what is compared after reading, where the pattern tells it."""
    told = history.tables.get("settings")
    described = None if told is None else TablesDescribed(rows=told)
    filters = described.get(f"pattern {use.pattern}", "Filters") if described else None
    if described is None or filters in {None, NONE}:
        return "ask by Query on a key, or make an index whose partition key is what it looks for"
    names = str(filters).split(",")
    if there := _there_is(history, use, names):
        return f"ask by Query {place(use.table, there)}, whose partition key is one of {', '.join(names)}"
    name = names[0]
    create = (
        f'[{{"Create":{{"IndexName":"by-{name}","KeySchema":[{{"AttributeName":"{name}","KeyType":"HASH"}}],'
        '"Projection":{"ProjectionType":"KEYS_ONLY"}}]'
    )
    return described.update(
        str(use.table),
        f"--attribute-definitions AttributeName={name},AttributeType=S --global-secondary-index-updates '{create}'",
    )


def _there_is(history: History, use: Use, names: list[str]) -> str | None:
    """An index of the table whose partition key is one of these attributes."""
    keys = history.tables.get("key_schemas")
    if keys is None:
        return None
    own = keys.filter((pl.col("table").cast(pl.String) == use.table) & pl.col("index").is_not_null())
    found = own.filter(pl.col("partition_key").is_in(names))["index"]
    return None if found.is_empty() else str(found[0])
