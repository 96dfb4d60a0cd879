"""Looks at what is used of what is paid for, and at who is told of it; of tables under load drill.probes.items tells.

budgets     Budgets API: rows of `settings`, subject "budgets"
alarms      CloudWatch alarms of a cluster: rows of `settings`, subject "cluster"
metrics     CloudWatch datapoints of a cluster and its instances: table `metrics`
counters    PostgreSQL's own counters of I/O, looked at throughout: table `consumption`
observer    counters and metrics beside whoever watches a cluster under load
past        CloudWatch datapoints of tables from before anybody came: table `metrics`
"""

from drill.probes.consumption.alarms import cluster_alarms
from drill.probes.consumption.budgets import budgets
from drill.probes.consumption.counters import IoCounters, counting_io
from drill.probes.consumption.metrics import cluster_metrics
from drill.probes.consumption.observer import SpendingObserver
from drill.probes.consumption.past import table_past

__all__ = [
    "IoCounters",
    "SpendingObserver",
    "budgets",
    "cluster_alarms",
    "cluster_metrics",
    "counting_io",
    "table_past",
]
