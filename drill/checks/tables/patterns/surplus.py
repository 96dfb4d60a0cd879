"""Indexes of tables that cost writes and storage, and serve nobody, or hold what nobody asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.tables.described import NONE, TablesDescribed
from drill.checks.tables.patterns.called import OK, WRITES, calls, length_s, require_all
from drill.checks.words import SHOWN, listed
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table
from drill.verdict import Check, Ruling

MONTH_S = 730 * 3600
"""A month, as AWS's price pages reckon: 730 hours."""
ALL = "*"


def no_unused_table_index() -> Check:
    """Each index of a table that the load uses is read by some pattern.

    One that is not takes a write for every write of its items, and storage. What its writes come to in a month is told
    in units, by the share of the indexes of its table. Indexes of tables that the load does not use are not judged.
    Undecided where keys were not described, or a pattern was not heard of: it may be the one.
    """

    @observation("no_unused_table_index", objective="none")
    def judged(history: History) -> Finding:
        indexes, others = _indexes(history)
        read = calls(history).drop_nulls("index").select("table", "index").unique()
        unused = indexes.join(read, on=["table", "index"], how="anti").rows(named=True)
        require_all(history)
        units = {each["table"]: _monthly_units(history, each["table"], indexes) for each in unused}
        among = f"among {indexes.height:,} of the tables in use" + (
            f"; not judged: {', '.join(others)}" if others else ""
        )
        found = ", ".join(f"{each['index']} of {each['table']}" for each in unused)
        total = sum(units[each["table"]] for each in unused)
        return Finding(
            ruling=Ruling.BROKEN if unused else Ruling.HELD,
            because=f"{_number(len(unused))} that nobody reads {among}: {found}"
            if unused
            else f"no unused index {among}",
            measured={"indexes": indexes.height, "unused_indexes": len(unused), "unused_write_units_per_month": total},
            evidence=tuple(_drop(history, each, units[each["table"]]) for each in unused),
        )

    return judged


def no_over_projection() -> Check:
    """Each index holds only what the patterns that read it ask for, beside its keys.

    What they ask for is their ProjectionExpression, as `settings` tells it of each pattern; who names none asks for
    all. Undecided where that is not told of a pattern that reads an index, unless another index breaks it; an index
    that nobody reads is the business of `no_unused_table_index`.
    """

    @observation("no_over_projection", objective="none")
    def judged(history: History) -> Finding:
        indexes, _ = _indexes(history)
        described = _described(history)
        readers = (
            calls(history)
            .drop_nulls("index")
            .group_by("table", "index")
            .agg(patterns=pl.col("pattern").unique().sort())
        )
        each = [_Surplus.of(row, described) for row in indexes.join(readers, on=["table", "index"]).rows(named=True)]
        wrong = [surplus for surplus in each if surplus.is_wrong]
        untold = sorted({pattern for surplus in each for pattern in surplus.untold})
        if untold and not wrong:
            raise Undecided(
                f"nobody told what {', '.join(untold)} reads of what the index holds (ProjectionExpression)"
            )
        require_all(history)
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(map(str, wrong))
            or f"{_number(len(each))} read, and nothing in them that nobody asks for",
            measured={"indexes_read": len(each), "over_projected_indexes": len(wrong)},
            evidence=listed([surplus.mend for surplus in wrong[:SHOWN]], len(wrong)),
        )

    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surplus:
    """What an index holds beside its keys, and what the patterns that read it ask for; "*" is all there is."""

    key: dict[str, Any]
    asked: frozenset[str]
    untold: tuple[str, ...]
    described: TablesDescribed

    @classmethod
    def of(cls, row: dict[str, Any], described: TablesDescribed) -> Self:
        told = {pattern: described.get(f"pattern {pattern}", "Reads") for pattern in row["patterns"]}
        asked = {name for reads in told.values() if reads not in {None, NONE} for name in str(reads).split(",")}
        untold = (
            () if row["projection"] == "KEYS_ONLY" else tuple(each for each, reads in told.items() if reads is None)
        )
        return cls(key=row, asked=frozenset(asked), untold=untold, described=described)

    @property
    def is_wrong(self) -> bool:
        """Known to hold more than is asked for."""
        if self.untold or ALL in self.asked or self.key["projection"] == "KEYS_ONLY":
            return False
        return self.key["projection"] == "ALL" or bool(set(self.key["projected"]) - self.asked)

    @property
    def wanted(self) -> list[str]:
        """What it should hold beside its keys."""
        held = self.asked if self.key["projection"] == "ALL" else self.asked & set(self.key["projected"])
        return sorted(held - {*self.key["keys"], self.key["partition_key"], self.key["sort_key"]})

    def __str__(self) -> str:
        """As a sentence wants it."""
        wanted = ", ".join(self.wanted) or "its keys"
        surplus = sorted(set(self.key["projected"]) - self.asked)
        holds = "all attributes" if self.key["projection"] == "ALL" else ", ".join(surplus)
        return f"{self.key['index']} of {self.key['table']} holds {holds}, asked for is {wanted}"

    @property
    def mend(self) -> str:
        """A new index beside it: what one holds cannot be changed."""
        wanted = self.wanted
        kind = {"ProjectionType": "INCLUDE", "NonKeyAttributes": wanted} if wanted else {"ProjectionType": "KEYS_ONLY"}
        keys = [(self.key["partition_key"], "HASH"), (self.key["sort_key"], "RANGE")]
        schema = [{"AttributeName": name, "KeyType": role} for name, role in keys if name]
        index = {"IndexName": f"{self.key['index']}-narrow", "KeySchema": schema, "Projection": kind}
        types = " ".join(f"AttributeName={name},AttributeType=S" for name, _ in keys if name)
        create = json.dumps([{"Create": index}], separators=(",", ":"))
        return self.described.update(
            self.key["table"], f"--attribute-definitions {types} --global-secondary-index-updates '{create}'"
        )


def _indexes(history: History) -> tuple[pl.DataFrame, list[str]]:
    """The indexes of the tables that the load calls, with their table's `keys`; and the names of all others."""
    texts = (pl.col("table").cast(pl.String), pl.col("index").cast(pl.String))
    # Whoever looks twice sees the same twice.
    schemas = history.table("key_schemas").with_columns(texts).unique(["table", "index"], keep="last")
    called = calls(history)["table"].drop_nulls().unique()
    known = set(schemas["table"])
    if missing := sorted(set(called) - known):
        raise Undecided(f"nobody described the keys of {', '.join(missing)}")
    keys = schemas.filter(pl.col("index").is_null()).select("table", keys=pl.concat_list("partition_key", "sort_key"))
    indexes = schemas.filter(pl.col("index").is_not_null() & pl.col("table").is_in(called.implode()))
    others = schemas.filter(pl.col("index").is_not_null() & ~pl.col("table").is_in(called.implode()))
    names = sorted(f"{index} of {table}" for table, index in others.select("table", "index").iter_rows())
    return indexes.join(keys, on="table", how="left").sort("table", "index"), names


def _monthly_units(history: History, table: str, indexes: pl.DataFrame) -> float:
    """What one of a table's indexes consumes by writes in a month of this load, each as much as another."""
    found = calls(history)
    written = found.filter(OK & (pl.col("table") == table) & pl.col("operation").is_in(WRITES))
    units = float(written["index_units"].fill_null(0).sum())
    return units / max(1, indexes.filter(pl.col("table") == table).height) / max(1.0, length_s(found)) * MONTH_S


def _drop(history: History, index: dict[str, Any], units: float) -> str:
    delete = json.dumps([{"Delete": {"IndexName": index["index"]}}], separators=(",", ":"))
    command = _described(history).update(index["table"], f"--global-secondary-index-updates '{delete}'")
    return f"{index['index']} of {index['table']}: about {units:,.0f} write units a month for nobody; {command}"


def _described(history: History) -> TablesDescribed:
    return TablesDescribed(rows=history.tables.get("settings", typed_table("settings", [])))


def _number(indexes: int) -> str:
    return f"{indexes:,} index" if indexes == 1 else f"{indexes:,} indexes"
