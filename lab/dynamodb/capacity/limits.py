"""What AWS lets an account, a table and a partition key take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimits:
    """Units per second; the defaults are AWS's, and lower ones let a test or a seeded defect reach them.

    `table_*` is the quota of the account for each on-demand table or index (Developer Guide, "Quotas in Amazon
    DynamoDB": 40,000; the 80,000 of an account bound what can be provisioned, and throttle nothing). `key_*` is what
    one partition takes ("Best practices for designing and using partition keys": 3,000 and 1,000). `new_*` is what a
    new on-demand table takes ("DynamoDB on-demand capacity mode": 12,000 and 4,000).
    """

    table_read_units: float = 40_000
    table_write_units: float = 40_000
    key_read_units: float = 3_000
    key_write_units: float = 1_000
    new_read_units: float = 12_000
    new_write_units: float = 4_000
