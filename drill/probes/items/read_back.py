"""What stands in tables when all is over: rows for checks to judge.

    found     a row an item that has a text in its attribute `value`: what requests wrote (drill.items.Put)
    ledger    a row a transfer that was noted
    audit     the sum of all balances; accounts whose balance is not what the ledger says

Read by Scan, strongly consistent where the region is the one that is asked: a global table's other region may be
behind. TargetError where it was not answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from drill.probes.items.reached import Reached
from drill.tables import typed_table

MONEY = "the sum of all balances"
BALANCES = "accounts whose balance is not what transfers say"
"""The invariants of drill/load/audit.py, by the same words."""


def found(target: Reached, table: str, region: str | None = None) -> pl.DataFrame:
    """Every value that stands in that table of a region, by default the own one: the table `found`."""
    where = region or target.region
    keys = _keys(target, table, where)
    names = {f"#{place}": name for place, name in enumerate((*keys, "value"))}
    rows = [
        {"region": where, "table": table, "item": "|".join(_text(item[each]) for each in keys), "value": value}
        for item in _scanned(target, table, where, names)
        if (value := item.get("value", {}).get("S")) is not None
    ]
    return typed_table("found", rows)


def ledger(target: Reached, table: str, region: str | None = None) -> pl.DataFrame:
    """Every transfer that the ledger knows: the table `ledger`."""
    names = {"#key": "transfer", "#source": "source", "#destination": "destination", "#amount": "amount"}
    rows = [
        {
            "key": _text(item["transfer"]),
            "source": _number(item, "source"),
            "destination": _number(item, "destination"),
            "amount": _number(item, "amount"),
        }
        for item in _scanned(target, table, region or target.region, names)
    ]
    return typed_table("ledger", rows)


def audited(target: Reached, accounts_table: str, noted: pl.DataFrame, *, accounts: int, balance: int) -> pl.DataFrame:
    """Whether money is conserved, and every balance is what the ledger says: the table `audit`.

    `noted` is what `ledger` gave; each of so many `accounts`, numbered from 1, began with that `balance`.
    """
    names = {"#account": "account", "#balance": "balance"}
    items = list(_scanned(target, accounts_table, target.region, names))
    there = pl.DataFrame(
        {"id": [_number(each, "account") for each in items], "balance": [_number(each, "balance") for each in items]},
        schema={"id": pl.Int64, "balance": pl.Int64},
    )
    moved = pl.concat(
        [
            noted.select(id=pl.col("source").cast(pl.Int64), amount=-pl.col("amount")),
            noted.select(id=pl.col("destination").cast(pl.Int64), amount=pl.col("amount")),
        ]
    )
    sums = moved.group_by("id").agg(pl.col("amount").sum())
    expected = pl.DataFrame({"id": range(1, accounts + 1)}, schema={"id": pl.Int64}).join(sums, on="id", how="left")
    compared = expected.join(there, on="id", how="full", coalesce=True)
    # An account that is not there has no balance, and one that nobody made is none of ours: both differ.
    wrong = compared.filter((balance + pl.col("amount").fill_null(0)).ne_missing(pl.col("balance")))
    return typed_table(
        "audit",
        [
            {
                "invariant": MONEY,
                "expected": accounts * balance,
                "found": int(there["balance"].sum()),
                "detail": f"{there.height:,} of {accounts:,} accounts",
            },
            {"invariant": BALANCES, "expected": 0, "found": wrong.height, "detail": f"{noted.height:,} transfers"},
        ],
    )


def _keys(target: Reached, table: str, region: str) -> tuple[str, ...]:
    """The names of the key's attributes, in the order of the key schema."""
    return tuple(each["AttributeName"] for each in target.describe(table, region=region)["KeySchema"])


def _scanned(
    target: Reached, table: str, region: str, names: Mapping[str, str]
) -> Iterator[Mapping[str, Mapping[str, Any]]]:
    """Each item, with these of its attributes."""
    with target.asking("dynamodb:Scan", what=f"the table {table}", region=region):
        pages = (
            target.client(region=region)
            .get_paginator("scan")
            .paginate(
                TableName=table,
                ConsistentRead=True,
                ProjectionExpression=", ".join(names),
                ExpressionAttributeNames=dict(names),
            )
        )
        for page in pages:
            yield from page["Items"]


def _text(value: Mapping[str, Any]) -> str:
    """A key's value as text; a number in DynamoDB's own form."""
    ((kind, held),) = value.items()
    return held.hex() if kind == "B" else str(held)


def _number(item: Mapping[str, Mapping[str, Any]], name: str) -> int | None:
    held = item.get(name, {}).get("N")
    return None if held is None else int(held)
