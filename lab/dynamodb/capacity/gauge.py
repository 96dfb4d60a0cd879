"""Whether a table or an index has capacity for one more request of a kind, and if not, for which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.dynamodb.capacity.buckets import BURST_S, Bucket, Keys, Peak

if TYPE_CHECKING:
    from collections.abc import Hashable

    from lab.dynamodb.capacity.errors import Billing, Kind
    from lab.dynamodb.capacity.limits import AccountLimits
    from lab.dynamodb.capacity.schema import Throughput

_ON_DEMAND_KEPT_S = 1.0


class Gauge:
    """The buckets of one table, or of one global index, for reads or for writes.

    Provisioned: what is provisioned, with a burst of 300 s. On demand: the cap that was set, the account's quota, and
    what the table has grown to, each with one second's worth; over the last, DynamoDB has no reason of its own, so it
    is told as what it is, too few partitions (`KeyRangeThroughputExceeded`). Always: the limit of a partition key.
    """

    __slots__ = ("_account", "_billing", "_grown", "_keys", "_kind", "_limits", "_main", "_peak", "_resource")

    def __init__(self, resource: str, kind: Kind, *, limits: AccountLimits) -> None:
        """Meter a `Table` or an `Index`."""
        self._resource = resource
        self._kind = kind
        self._limits = limits
        self._billing: Billing | None = None
        self._main: Bucket | None = None
        self._account: Bucket | None = None
        self._grown: Bucket | None = None
        self._peak = Peak()
        self._keys = Keys(limits.key_read_units if kind == "read" else limits.key_write_units)

    def set(self, billing: Billing, throughput: Throughput, now: float) -> None:
        """Take over what the table's description says now; what is in the buckets stays, while the billing does."""
        read = self._kind == "read"
        if billing != self._billing:
            self._main = self._account = self._grown = None
        self._billing = billing
        if billing == "PROVISIONED":
            self._main = _at(self._main, throughput.read_units if read else throughput.write_units, BURST_S, now)
            return
        limits = self._limits
        cap = throughput.max_read_units if read else throughput.max_write_units
        self._main = None if cap is None else _at(self._main, cap, _ON_DEMAND_KEPT_S, now)
        quota = limits.table_read_units if read else limits.table_write_units
        self._account = _at(self._account, quota, _ON_DEMAND_KEPT_S, now)
        grown = max(limits.new_read_units if read else limits.new_write_units, self._peak.double(now))
        self._grown = _at(self._grown, grown, _ON_DEMAND_KEPT_S, now)

    def refuses(self, key: Hashable | None, now: float) -> str | None:
        """The ThrottlingReason for which a request for this partition key is refused; None: it is admitted."""
        limit = self._limit(key, now)
        return None if limit is None else f"{self._resource}{self._kind.capitalize()}{limit}Exceeded"

    def spend(self, units: float, key: Hashable | None, now: float) -> None:
        """Charge what a request consumed, its partition key included; None: of no key in particular."""
        if self._main is not None:
            self._main.spend(units, now)
        if self._grown is not None and self._account is not None:
            self._account.spend(units, now)
            self._grown.spend(units, now)
            self._peak.spend(units, now)
        if key is not None:
            self._keys.spend(key, units, now)

    def _limit(self, key: Hashable | None, now: float) -> str | None:
        if self._main is not None and not self._main.admits(now):
            return "ProvisionedThroughput" if self._billing == "PROVISIONED" else "MaxOnDemandThroughput"
        if self._account is not None and not self._account.admits(now):
            return "AccountLimit"
        if self._grown is not None and not self._grown.admits(now):
            return "KeyRangeThroughput"
        if key is not None and not self._keys.admits(key, now):
            return "KeyRangeThroughput"
        return None


def _at(bucket: Bucket | None, rate: float, kept_s: float, now: float) -> Bucket:
    if bucket is None:
        return Bucket(rate, kept_s=kept_s, now=now)
    if bucket.rate != rate:
        bucket.change(rate, kept_s=kept_s, now=now)
    return bucket
