"""What control planes say of tables, and the commands that would change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from shlex import quote
from typing import Any, Self, TypeVar

import polars as pl

from drill.errors import Undecided
from drill.history import History

TABLES = "tables"
"""The subject that tells where was asked; all others are named after a table, its index or its replica."""
NONE, TRUE = "none", "true"
PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesDescribed:
    """Table `settings` as drill/targets/dynamodb/description.py fills it."""

    rows: pl.DataFrame

    @classmethod
    def of(cls, history: History) -> Self:
        """`Undecided` where nothing was asked."""
        return cls(rows=history.table("settings"))

    def get(self, subject: str, name: str) -> str | None:
        """The value that a subject states; None where it states none."""
        found = self.rows.filter((pl.col("subject") == subject) & (pl.col("name") == name))["value"]
        return None if found.is_empty() else found[-1]

    def value(self, subject: str, name: str) -> str:
        """`get`; `Undecided` where nothing is stated."""
        found = self.get(subject, name)
        if found is None:
            raise Undecided(f"the control plane does not tell {name} of {subject}")
        return found

    def whole(self, subject: str, name: str) -> int:
        """A whole number; `Undecided` where something else is stated."""
        found = self.value(subject, name)
        if not found.isdecimal():
            raise Undecided(f"the control plane tells {name} of {subject} as {found!r}, which is no number")
        return int(found)

    def parts(self, subject: str, name: str) -> dict[str, Any] | None:
        """A value of several parts; None where there is none; `Undecided` where nobody told, or nobody can read it."""
        found = self.value(subject, name)
        if found == NONE:
            return None
        try:
            told: dict[str, Any] = json.loads(found)
        except ValueError as error:
            raise Undecided(f"{name} of {subject} cannot be read: {found!r}") from error
        return told

    def named(self, subject: str, beginning: str = "") -> dict[str, str | None]:
        """What a subject states under names that begin so, in order."""
        chosen = (pl.col("subject") == subject) & pl.col("name").cast(pl.String).str.starts_with(beginning)
        return dict(self.rows.filter(chosen).select("name", "value").iter_rows())

    @property
    def tables(self) -> tuple[str, ...]:
        """Those in the target's own region; `Undecided` where there is none: a promise about nothing proves nothing."""
        found = tuple(each for each in self.everywhere if "@" not in each)
        if not found:
            raise Undecided("no table was described")
        return found

    @property
    def everywhere(self) -> tuple[str, ...]:
        """The tables and their replicas, by name."""
        return tuple(self.rows.filter(pl.col("name") == "TableStatus")["subject"].cast(pl.String).unique().sort())

    def indexes(self, table: str) -> tuple[str, ...]:
        """The subjects of a table's global secondary indexes."""
        told = self.value(table, "Indexes")
        return () if told == NONE else tuple(f"{table}/{name}" for name in told.split(","))

    def replicas(self, table: str) -> tuple[str, ...]:
        """The regions in which a table has another replica."""
        told = self.value(table, "Replicas")
        return () if told == NONE else tuple(told.split(","))

    def is_provisioned(self, table: str) -> bool:
        """Whether its capacity is paid by the hour, used or not; `Undecided` where neither is told."""
        told = self.value(table, "BillingMode")
        if told not in {PROVISIONED, ON_DEMAND}:
            raise Undecided(f"the control plane tells the BillingMode of {table} as {told!r}, which nobody knows")
        return told == PROVISIONED

    def account(self, table: str) -> str:
        """The account that owns it, as its ARN says."""
        parts = (self.get(table, "TableArn") or "").split(":")
        return parts[4] if len(parts) > 4 and parts[4] else "ACCOUNT"

    def region(self, subject: str) -> str | None:
        """The region of a table or of a replica."""
        return subject.partition("@")[2] or self.get(TABLES, "Region")

    def aws(self, subject: str, words: str) -> str:
        """A command of the AWS CLI, for the region and the endpoint of that table or replica."""
        where = (("region", self.region(subject)), ("endpoint-url", self.get(TABLES, "EndpointUrl")))
        return " ".join(("aws", words, *(f"--{option} {quote(value)}" for option, value in where if value)))

    def update(self, subject: str, change: str) -> str:
        """The command that changes a table or a replica."""
        return self.aws(subject, f"dynamodb update-table --table-name {subject.partition('@')[0]} {change}")


Which = TypeVar("Which")
What = TypeVar("What")


def gathered(subjects: Iterable[Which], judge: Callable[[Which], What]) -> tuple[dict[Which, What], list[str]]:
    """What is judged of each, and why the others are undecided: one that does not tell hides no other that is wrong."""
    found: dict[Which, What] = {}
    untold: list[str] = []
    for each in subjects:
        try:
            found[each] = judge(each)
        except Undecided as reason:
            untold.append(str(reason))
    return found, untold
