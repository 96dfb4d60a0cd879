"""What tables have used before anybody came: CloudWatch's datapoints of a stretch of the past.

For tables that nobody loads on purpose: how large they are is held against what their users have asked of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from drill.history import Anchor
from drill.probes.consumption.asking import asking
from drill.probes.items.metrics import EVENTS, UNITS, Datapoints, series_of
from drill.probes.items.reached import Reached
from drill.tables import typed_table

SUBJECT = "looked back"
"""Under it stand `FromNs` and `ToNs`, moments of the monotonic clock: what was asked about, used or not."""

SECOND_NS = 1_000_000_000


def table_past(
    target: Reached, tables: Sequence[str], *, anchor: Anchor, to_ns: int, lasts_s: int, period_s: int
) -> dict[str, pl.DataFrame]:
    """Tables `metrics` (consumed units and throttles, in every region) and `settings` (what was asked about).

    Where nothing was used CloudWatch has no datapoints, and then none are here. TargetError where a table is not there,
    ProbeError where CloudWatch does not answer. Datapoints of a minute are kept for 15 days:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
    """
    from_ns = to_ns - lasts_s * SECOND_NS
    found = [pl.DataFrame(schema=typed_table("metrics", []).schema)]
    for region in target.regions:
        points = Datapoints(
            client=target.client("cloudwatch", region=region), region=region, period_s=period_s, anchor=anchor
        )
        described = [target.describe(each, region=region) for each in _there(target, tables, region)]
        series = [each for table in described for each in series_of(table, region=region)]
        with asking("cloudwatch:GetMetricData"):
            points.fetch([each for each in series if each.name in {*UNITS, *EVENTS}], since_ns=from_ns, until_ns=to_ns)
        found.append(points.rows())
    stretch = {"FromNs": str(from_ns), "ToNs": str(to_ns)}
    settings = [{"subject": SUBJECT, "name": name, "value": value} for name, value in stretch.items()]
    return {"metrics": pl.concat(found), "settings": typed_table("settings", settings)}


def _there(target: Reached, tables: Sequence[str], region: str) -> list[str]:
    """The tables that are in a region: all of them at home, elsewhere those that say that they have a replica there."""
    if region == target.region:
        return list(tables)
    replicas = {name: target.describe(name).get("Replicas", ()) for name in tables}
    return [name for name, those in replicas.items() if any(each["RegionName"] == region for each in those)]
