"""How what is paid for is set up, as control planes told it: table `settings`, understood."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import polars as pl

from drill.errors import Undecided
from drill.history import History

TABLES, CLUSTER = "tables", "cluster"
"""The subjects beside those named after a table or an instance."""

NONE = "none"
PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
IOPT = "aurora-iopt1"
"""The storage type of a cluster that pays for no I/O."""

Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Units a second of a table or of an index: those provisioned (0: on-demand), the caps of on-demand (None: none).

    `scaling` says what Application Auto Scaling may do: min, max, target_pct; None where nothing scales.
    """

    provisioned: float
    cap: float | None = None
    scaling: Mapping[str, Any] | None = None

    @property
    def target_pct(self) -> float | None:
        """The utilisation that autoscaling keeps to; None where it is not at work."""
        scaling = self.scaling or {}
        works = not scaling.get("suspended") and scaling.get("min") is not None
        return float(scaling["target_pct"]) if works and scaling.get("target_pct") else None

    @property
    def least(self) -> float:
        """The units that stay whatever is used: autoscaling's minimum where it is at work, otherwise all of them."""
        if self.scaling is None or self.target_pct is None:
            return self.provisioned
        return min(self.provisioned, float(self.scaling["min"]))


def held_in_the_long_run(capacities: Collection[Capacity], used: float) -> float:
    """The units that a table and its indexes hold ready where so many are used on average.

    Those provisioned; where autoscaling is at work, what it leaves of them: its minimum, or what keeps to its target.
    """
    provisioned = sum(each.provisioned for each in capacities)
    least = sum(each.least for each in capacities)
    targets = [each.target_pct for each in capacities if each.target_pct is not None]
    return min(provisioned, max(least, 100 * used / min(targets))) if targets else provisioned


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSetup:
    """One table in one region, as bills see it. `reads` and `writes` are by resource: of the table and its indexes."""

    name: str
    region: str
    billing: str
    reads: Mapping[str, Capacity]
    writes: Mapping[str, Capacity]
    size_bytes: float
    recovery: bool
    replicas: tuple[str, ...] = ()

    @property
    def is_provisioned(self) -> bool:
        """Whether units are paid for while they are there, used or not."""
        return self.billing == PROVISIONED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSetup:
    """A cluster as bills see it: the class of each instance, and whether it pays for I/O."""

    name: str
    region: str
    io_optimized: bool
    instances: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Every table by the subject it is told under (NAME, NAME@REGION), and the cluster."""

    tables: Mapping[str, TableSetup] = field(default_factory=dict)
    cluster: ClusterSetup | None = None
    home: str | None = None

    @classmethod
    def of(cls, history: History) -> Self:
        """Empty where nothing was recorded; `Undecided` where a table does not tell how it is billed."""
        rows = history.tables.get("settings")
        if rows is None:
            return cls()
        said: dict[str, dict[str, str | None]] = {}
        for subject, name, value in rows.select(pl.col("subject", "name").cast(pl.String), "value").iter_rows():
            said.setdefault(subject, {})[name] = value
        home = said.get(TABLES, {}).get("Region")
        names = [each for each, values in said.items() if "BillingMode" in values or "TableStatus" in values]
        return cls(tables={each: _table(each, said, home) for each in names}, cluster=_cluster(said), home=home)

    def resource(self, table: str, region: str | None) -> str:
        """How a table in a region is called: NAME at home, NAME@REGION elsewhere."""
        return table if region in {None, self.home} else f"{table}@{region}"

    def table(self, resource: str) -> TableSetup:
        """What was told of it; `Undecided` where nothing was: how it is billed is not guessed."""
        if resource not in self.tables:
            raise Undecided(f"the control plane was not asked how the table {resource} is billed")
        return self.tables[resource]

    def region_of(self, resource: str) -> str:
        """The region whose prices hold for a table, a cluster or an instance; `Undecided` where nobody told."""
        if resource in self.tables:
            return self.tables[resource].region
        name, _, region = resource.partition("@")
        found = region or (self.cluster.region if self.cluster and name not in self.tables else None) or self.home
        if not found:
            raise Undecided(f"nothing tells in which region {resource} is, and prices differ")
        return found


def _table(subject: str, said: Mapping[str, Values], home: str | None) -> TableSetup:
    values = said[subject]
    name, _, elsewhere = subject.partition("@")
    region = elsewhere or values.get("Region") or home
    billing = values.get("BillingMode")
    if billing not in {PROVISIONED, ON_DEMAND} or not region:
        raise Undecided(f"the control plane does not tell how the table {subject} is billed, and in which region")
    indexes = {each: said[each] for each in said if each.startswith(f"{subject}/")}
    parts: dict[str, Values] = {subject: values, **indexes}
    sizes = (_number(each.get("TableSizeBytes") or each.get("IndexSizeBytes")) for each in parts.values())
    return TableSetup(
        name=name,
        region=region,
        billing=billing,
        reads={each: _capacity(told, "Read") for each, told in parts.items()},
        writes={each: _capacity(told, "Write") for each, told in parts.items()},
        size_bytes=sum(sizes),
        recovery=values.get("PointInTimeRecovery") == "ENABLED",
        replicas=tuple(each for each in _listed(values.get("Replicas")) if each != region),
    )


def _capacity(values: Values, kind: str) -> Capacity:
    cap = values.get(f"Max{kind}RequestUnits")
    scaling = values.get(f"AutoScaling.{kind}CapacityUnits")
    return Capacity(
        provisioned=_number(values.get(f"{kind}CapacityUnits")),
        cap=None if cap in {None, NONE, "-1"} else _number(cap),
        scaling=None if scaling in {None, NONE} else json.loads(scaling or "null"),
    )


def _cluster(said: Mapping[str, Values]) -> ClusterSetup | None:
    values = said.get(CLUSTER, {})
    instances = {each: told["DBInstanceClass"] or "" for each, told in said.items() if told.get("DBInstanceClass")}
    region = values.get("Region")
    if not instances or not region:
        return None
    return ClusterSetup(
        name=values.get("DBClusterIdentifier") or CLUSTER,
        region=region,
        io_optimized=values.get("StorageType") == IOPT,
        instances=instances,
    )


def _listed(value: str | None) -> tuple[str, ...]:
    return () if value in {None, NONE, ""} else tuple((value or "").split(","))


def _number(value: str | None) -> float:
    return 0.0 if value in {None, NONE, ""} else float(value or 0)
