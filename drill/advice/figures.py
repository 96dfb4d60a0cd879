"""The figures that the rules rest on, each with its source; whoever knows better passes others."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Limits and break-even points; every share is from 0 to 1.

    Prices behind the break-even points are of us-east-1, and their quotient hardly differs between regions.
    """

    on_demand_break_even: float = 0.00013 / (3600 * 0.125e-6)
    """The utilisation of provisioned units at which both models cost the same: 28.9 %.

    A read unit costs $0.00013 an hour provisioned and $0.125 a million on demand, a write unit five times as much in
    both. https://aws.amazon.com/dynamodb/pricing/provisioned/ and /on-demand/, since November 2024
    """
    write_over_read_price: float = 5.0
    """How much dearer a write unit is than a read unit, in both models. The same pages."""
    autoscaling_target: float = 0.70
    """The utilisation that provisioned units are planned for.

    Application Auto Scaling's target is 70 % unless somebody chose another.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.Console.html
    """
    serverless_break_even: float = 0.260 / (8 * 0.12)
    """Average over peak load at which an instance and Serverless cost the same: 27.1 %.

    A db.r6g.large at $0.260 an hour has the 16 GiB of 8 ACUs, at $0.12 an hour each.
    https://aws.amazon.com/rds/aurora/pricing/
    """
    hottest_key_read_units: float = 3000.0
    hottest_key_write_units: float = 1000.0
    """What one partition serves in a second.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
    """
    item_bytes: int = 400 * KIB
    transaction_items: int = 100
    transaction_bytes: int = 4 * KIB * KIB
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
    one_writer_writes_per_s: float = 100_000.0
    one_instance_reads_per_s: float = 500_000.0
    """What Aurora's own benchmark reached on one large instance, and hardly anybody exceeds.

    https://aws.amazon.com/rds/aurora/faqs/
    """
    readers: int = 15
    """The most that a cluster has. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Replication.html"""
    storage_gb: float = 256 * 1024.0
    """A cluster's volume. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html"""
    one_region_minutes_per_month: float = 730 * 60 / 10_000
    """What 99.99 % leaves of a month: 4.4 minutes.

    What AWS promises of DynamoDB and of a Multi-AZ cluster in one region. https://aws.amazon.com/rds/aurora/sla/,
    https://aws.amazon.com/dynamodb/sla/
    """
    two_regions_minutes_per_month: float = 730 * 60 / 100_000
    """What 99.999 % leaves: 26 seconds, promised of DynamoDB's global tables alone. https://aws.amazon.com/dynamodb/sla/"""
    without_reader_s: float = 600.0
    """How long a cluster without a reader is away while its instance is made anew: typically less than 10 minutes.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
    """
    read_heavy_share: float = 0.5
    """From here on readers are worth more than the next larger instance.

    The next size doubles what a cluster can do; readers that take a share s of its load at best divide it by 1 - s.
    """
    horizon_months: int = 12
    """How far ahead limits are looked at."""
