"""A workload as its team declares it: access patterns, growth, and what it needs beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """What one request of a pattern asks of a database."""

    GET = "get"
    QUERY = "query"
    JOIN = "join"
    AGGREGATE = "aggregate"
    SEARCH = "search"
    WRITE = "write"
    TRANSACTION = "transaction"

    @property
    def reads(self) -> bool:
        """Nothing is written; a transaction counts as a write."""
        return self not in {Kind.WRITE, Kind.TRANSACTION}


class Consistency(StrEnum):
    """Whether a read must show every acknowledged write, or may be a little old."""

    STRONG = "strong"
    EVENTUAL = "eventual"


class Environment(StrEnum):
    """Who is hurt when it is down."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPattern:
    """One kind of request: how often on average and at the peak, and what it touches.

    `items` are read or written by one request, each of `item_bytes`, in `tables`. `serializable` means that a
    transaction's outcome also rests on rows that nobody named beforehand, as PostgreSQL's SERIALIZABLE guards them.
    `hottest_key_share` is the share of the requests that goes to one partition key, from 0 to 1; None: not told.
    """

    name: str
    kind: Kind
    rate_per_s: float
    peak_per_s: float
    item_bytes: int = 1024
    items: int = 1
    consistency: Consistency = Consistency.STRONG
    tables: tuple[str, ...] = ()
    serializable: bool = False
    hottest_key_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How much is stored, and how storage and rates rise."""

    storage_gb: float = 0.0
    storage_gb_per_month: float = 0.0
    rate_pct_per_month: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """All that the rules go by.

    `predictable`: the traffic is known beforehand, and the 24 numbers of `hourly` say more of it where they are
    given: its weight hour by hour, in any unit. Its pattern's peaks are taken to come together.
    """

    name: str
    patterns: tuple[AccessPattern, ...]
    environment: Environment = Environment.PRODUCTION
    predictable: bool = False
    hourly: tuple[float, ...] = ()
    growth: Growth = field(default_factory=Growth)
    latency_p95_ms: float | None = None
    downtime_minutes_per_month: float | None = None
    recovery_time_s: float | None = None
    foreign_keys: bool = False
    ad_hoc_sql: bool = False

    def after(self, months: int) -> Workload:
        """What it has become when its rates and its storage have grown for so long."""
        factor = (1 + self.growth.rate_pct_per_month / 100) ** months
        grown = tuple(
            replace(each, rate_per_s=each.rate_per_s * factor, peak_per_s=each.peak_per_s * factor)
            for each in self.patterns
        )
        storage_gb = self.growth.storage_gb + months * self.growth.storage_gb_per_month
        return replace(self, patterns=grown, growth=replace(self.growth, storage_gb=storage_gb))
